// Finds the credentials in URLs and connection strings; the host stays.
import type { Mark } from "./redact_spans.ts";

const longestScheme = 32;
const userinfo = /(?:(?![/?#"'`<>\\])[!-~\u0080-\uffff]){1,512}@/y;
/** A password may hold a slash, though it should not; a port may not be taken for one. */
const looseUserinfo =
  /(?:(?![:/@"'`<>[\]{}\\])[!-~\u0080-\uffff]){0,128}:(?!\d{1,5}(?:[/?#;,\s"']|$))(?![${])(?:(?!:\/\/|[@"'`<>])[!-~\u0080-\uffff]){1,256}@(?=[A-Za-z0-9[])/y;
const reference = /^(?:\$\{?\w+\}?|\{\w+\}|%\w+%)?(?::(?:\$\{?\w+\}?|\{\w+\}|%\w+%|\*+|x+)?)?$/i;
const nameOnly = /^[A-Za-z_][\w.-]{0,63}(?::\*+)?$/;
const namedSchemes = new Set(["ssh", "git", "git+ssh", "svn+ssh", "sftp", "scp", "rsync", "docker", "oci", "npm"]);

/** Looks at the `://` at `at`. @returns where to go on. */
export function atUrl(text: string, at: number, mark: Mark): number {
  const from = at + 3;
  if (!/[A-Za-z0-9+.-]/.test(text[at - 1] ?? " ")) return from;
  userinfo.lastIndex = from;
  looseUserinfo.lastIndex = from;
  const form = userinfo.test(text) ? userinfo : looseUserinfo.test(text) ? looseUserinfo : null;
  if (form === null) return from;
  const end = form.lastIndex - 1;
  const credentials = text.slice(from, end);
  if (reference.test(credentials)) return end;
  if (nameOnly.test(credentials) && (credentials.includes("*") || namedSchemes.has(schemeBefore(text, at)))) return end;
  mark(from, end);
  return end;
}

function schemeBefore(text: string, at: number): string {
  let start = at;
  while (start > 0 && at - start < longestScheme && /[A-Za-z0-9+.-]/.test(text[start - 1]!)) start--;
  return text.slice(start, at).toLowerCase();
}
