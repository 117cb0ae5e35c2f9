// Reads the configuration file and parses its TOML, or says in one problem why that cannot be done.
import { parse, TomlError } from "smol-toml";
import type { Problem } from "../core/config.ts";
import { messageOf } from "../core/errors.ts";
import { spellBytes, visible } from "../core/text.ts";
import { FileFault, type Files } from "../ports/files.ts";

/** Larger files are refused unread. */
export const largestConfigBytes = 1024 * 1024;

const deepestNesting = 64;
const mostLeftOut = 20;

/** Tables as the parser returns them: no prototype, integers as bigint. */
export type TomlTree = Readonly<Record<string, unknown>>;

/** The text and its tree, or the one problem that hides all others. */
export type ReadToml =
  | { readonly kind: "ok"; readonly text: string; readonly tree: TomlTree }
  | { readonly kind: "broken"; readonly problem: Problem };

/** Reads and parses the file at an absolute path. */
export function readToml(file: string, files: Files): ReadToml {
  const read = readConfigText(file, files);
  if (read.kind === "broken") return read;
  const parsed = parseToml(read.text);
  return parsed.kind === "ok" ? { ...parsed, text: read.text } : broken(syntaxProblem(parsed.thrown));
}

/** What is left of a file when the lines that are no TOML are left out; null when nothing can be read. */
export function readLeniently(file: string, files: Files): TomlTree | null {
  const read = readConfigText(file, files);
  if (read.kind === "broken") return null;
  const lines = read.text.split("\n");
  for (let left = 0; left <= mostLeftOut; left++) {
    const parsed = parseToml(lines.join("\n"));
    if (parsed.kind === "ok") return parsed.tree;
    const line = parsed.thrown instanceof TomlError ? parsed.thrown.line - 1 : -1;
    // What is wrong there is that something does not end: it began further up.
    if (!lines[line]?.trim()) return null;
    lines[line] = "";
  }
  return null;
}

type ParsedToml = { readonly kind: "ok"; readonly tree: TomlTree } | {
  readonly kind: "broken";
  readonly thrown: unknown;
};

function parseToml(text: string): ParsedToml {
  try {
    const tree = parse(text, { integersAsBigInt: true, unsafeKeyBehaviour: "throw", maxDepth: deepestNesting });
    return { kind: "ok", tree };
  } catch (thrown) {
    return { kind: "broken", thrown };
  }
}

/** Whether a value of the tree is a table. */
export function isTable(value: unknown): value is TomlTree {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Its text, within the bounds of a configuration. */
export function readConfigText(
  file: string,
  files: Files,
): { kind: "ok"; text: string } | ReadToml & { kind: "broken" } {
  try {
    const info = files.stat(file);
    if (info === null) {
      return wholeFile("no such file", "a configuration file", "Run `agent-runner init`, or name a file with --config");
    }
    if (!info.isFile) {
      const fix = "Name the file itself, as in --config <folder>/agent-runner.toml";
      return wholeFile(info.isDirectory ? "a folder" : "something that is no regular file", "a TOML file", fix);
    }
    if (info.size > largestConfigBytes) {
      const fix = "Check that --config names the right file";
      return wholeFile(`a file of ${spellBytes(info.size)}`, `at most ${spellBytes(largestConfigBytes)}`, fix);
    }
    const bytes = files.readBytes(file, { offset: 0, length: largestConfigBytes }) ?? new Uint8Array();
    return decode(bytes);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    const fix = thrown.kind === "denied" ? `Give yourself the right to read it: chmod u+r` : "Check the file's disk";
    return wholeFile(`a file that cannot be read (${messageOf(thrown)})`, "a readable file", fix);
  }
}

function decode(bytes: Uint8Array): { kind: "ok"; text: string } | ReadToml & { kind: "broken" } {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const fix = "Save the file as UTF-8";
  if (isUtf16) return wholeFile("text in UTF-16", "text in UTF-8", fix);
  try {
    return { kind: "ok", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    const before = new TextDecoder().decode(bytes).split("\ufffd", 1)[0] ?? "";
    return broken({
      key: "",
      line: lineCount(before),
      found: "bytes that are not UTF-8",
      wanted: "text in UTF-8",
      fix,
    });
  }
}

function syntaxProblem(thrown: unknown): Problem {
  const line = thrown instanceof TomlError ? thrown.line : null;
  const column = thrown instanceof TomlError ? ` at column ${thrown.column}` : "";
  const said = visible(messageOfFirstLine(thrown)).replace(/^Invalid TOML document: /, "");
  return { key: "", line, found: `${said}${column}`, wanted: "valid TOML", fix: syntaxFix(said) };
}

function syntaxFix(said: string): string {
  if (said.includes("escape")) return "Write backslashes in 'single quotes', or double them";
  if (said.includes("already defined")) return "Write each key and each table once";
  if (said.includes("unsafe")) return "Rename the key: `__proto__` and `constructor` are not taken";
  if (said.includes("invalid value")) return "Put text in quotes; write true and false in small letters";
  if (said.includes("control characters")) return 'Close the quote on the same line, or use """ for text of many lines';
  return "Correct the line; https://toml.io shows how TOML is written";
}

function messageOfFirstLine(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.split("\n", 1)[0] ?? "" : String(thrown);
}

function lineCount(text: string): number {
  return text.split("\n").length;
}

function wholeFile(found: string, wanted: string, fix: string): ReadToml & { kind: "broken" } {
  return broken({ key: "", line: null, found, wanted, fix });
}

function broken(problem: Problem): ReadToml & { kind: "broken" } {
  return { kind: "broken", problem };
}
