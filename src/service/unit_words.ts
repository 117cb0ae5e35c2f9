// Spells values so that systemd reads them as they are meant: its quotes, its specifiers, its variables, its names.
import { visible } from "../core/text.ts";

/** What systemd keeps of a name; `-` would stand for `/` in an escaped path, but a name is none. */
const nameCharacter = /^[A-Za-z0-9:_.-]$/;

/** An instance name for `NAME@INSTANCE.service`: as systemd-escape spells it, but for `-`, which stays readable. */
export function escapeInstance(name: string): string {
  return [...new TextEncoder().encode(name)].map((byte, i) => {
    const character = String.fromCharCode(byte);
    const isPlain = nameCharacter.test(character) && !(i === 0 && character === ".");
    return isPlain ? character : hex(byte);
  }).join("");
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** A word in quotes, for `Environment=`. Specifiers (`%`) are taken as text; `$` means nothing there. */
export function quotedWord(value: string): string {
  const inner = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  // Those beyond ASCII are several bytes, which may stand as they are.
  const isAscii = (character: string) => character <= "\u007f";
  return `"${inner.replaceAll(/\p{Cc}/gu, (one) => isAscii(one) ? hex(one.charCodeAt(0)) : one)}"`;
}

/** An argument of `ExecStart=`, where `$NAME` would be replaced. */
export function argumentWord(value: string): string {
  return quotedWord(value).replaceAll("$", () => "$$");
}

/** A command line: in its first word, the program, no variable is replaced. */
export function commandLine([program, ...words]: readonly string[]): string {
  return [quotedWord(program ?? ""), ...words.map(argumentWord)].join(" ");
}

/** A path that stands alone, as in `WorkingDirectory=`: no quotes there, specifiers as text. */
export function pathValue(path: string): string {
  return path.replaceAll("%", "%%");
}

/** Text for people on one line, e.g. `Description=`. */
export function textValue(text: string): string {
  return visible(text).replaceAll("%", "%%").replace(/\\+$/, "");
}

/** Why a path cannot stand in a unit, as the end of a sentence; null when it can. */
export function pathFault(path: string): string | null {
  if (/\p{Cc}/u.test(path)) return "has a control character in its name";
  if (path !== path.trim()) return "begins or ends with a space";
  if (path.endsWith("\\")) return "ends with a backslash";
  return path.includes("\ufffd") ? "is not spelled in UTF-8" : null;
}
