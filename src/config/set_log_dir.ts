// Changes where a configuration puts its log folder, and no other character of it.
import { spellToml } from "./spell_toml.ts";

/** The text with another `runtime.log_dir`; null where it cannot be told which line to change. */
export function withLogDir(text: string, logDir: string): string | null {
  const lines = text.split("\n");
  const headers = lines.flatMap((line, i) => /^\s*\[\s*runtime\s*\]\s*(#.*)?$/.test(line) ? [i] : []);
  const [header] = headers;
  if (header === undefined || headers.length > 1) return null;
  const rest = lines.slice(header + 1);
  const length = rest.findIndex((line) => /^\s*\[/.test(line));
  const end = length < 0 ? lines.length : header + 1 + length;
  const keys = lines.flatMap((line, i) => i > header && i < end && /^\s*log_dir\s*=/.test(line) ? [i] : []);
  const [key] = keys;
  if (key === undefined || keys.length > 1) return null;
  const [, start, comment = ""] = /^(\s*log_dir\s*=\s*)(?:"(?:[^"\\]|\\.)*"|'[^']*')(\s*(?:#.*)?)$/.exec(lines[key]!) ??
    [];
  if (start === undefined) return null;
  lines[key] = `${start}${spellToml(logDir)}${comment}`;
  return lines.join("\n");
}
