// Finds secrets by the name they are given: assignments, fields of JSON and YAML, headers, parameters of a URL.
import { isBlank, isQuote } from "./redact_ends.ts";
import { nameBefore, placeOf, quoteAround, withWordBefore } from "./redact_field_name.ts";
import { markHeader, markLine, markValue, valueStart } from "./redact_field_value.ts";
import { secrecyOf } from "./redact_names.ts";
import type { Mark } from "./redact_spans.ts";

const headers = new Set(
  "authorization proxy-authorization cookie set-cookie x-api-key x-auth-token x-amz-security-token".split(" "),
);
const signatures = new Set("auth sig signature x-amz-signature x-goog-signature".split(" "));

/** Looks at the `=` at `at`. @returns where to go on. */
export function atEquals(text: string, at: number, mark: Mark): number {
  const next = text[at + 1];
  if (next === "=") return at + 2;
  const before = text[at - 1] ?? "\n";
  if ("!<>=~".includes(before)) return at + 1;
  const name = nameBefore(text, ":?+".includes(before) ? at - 1 : at);
  if (name === null) return at + 1;
  const sign = text[name.start - 1] ?? "\n";
  const isParameter = sign === "&" || sign === "?" || (sign === "#" && (text[name.start - 2] ?? "\n") !== "\n");
  const plain = name.text.replace(/^-+/, "");
  const secrecy = isParameter && signatures.has(plain.toLowerCase()) ? "token" : secrecyOf(plain);
  const isArrow = next === ">";
  const from = valueStart(text, at + (isArrow ? 2 : 1));
  if (secrecy === "none" || (isArrow && !isQuote(text.charCodeAt(from)))) return at + 1;
  const isSpaced = isBlank(text.charCodeAt(at - 1)) || isBlank(text.charCodeAt(at + 1));
  const place = { secrecy, isSpaced, isLoose: false, isLine: false };
  return markValue({ text, from, isParameter, around: quoteAround(text, name), keepsQuotes: isArrow }, place, mark);
}

/** Looks at the `:` at `at`, which starts no `://`. @returns where to go on. */
export function atColon(text: string, at: number, mark: Mark): number {
  const next = text.charCodeAt(at + 1);
  if (next === 58) return at + 2;
  if (next === 61) return at + 1;
  const name = nameBefore(text, at);
  if (name === null) return at + 1;
  const isHeader = headers.has(name.text.toLowerCase());
  const secrecy = isHeader ? "token" : secrecyOf(withWordBefore(text, name));
  if (secrecy === "none") return at + 1;
  const from = valueStart(text, at + 1);
  const isQuotedValue = isQuote(text.charCodeAt(from)) || text[from] === "\\";
  const around = quoteAround(text, name);
  if (isHeader && !(name.isQuoted && isQuotedValue)) return markHeader({ text, from, around }, mark);
  const where = name.isQuoted ? "flow" : placeOf(text, name.start);
  if (where === "prose" && (secrecy === "hint" || text[name.start - 1] === "/")) return at + 1;
  const isGlued = from === at + 1 && !name.isQuoted && !isQuotedValue;
  const isWeak = !name.isQuoted && !isQuotedValue && name.text.toLowerCase() === "pass";
  const place = {
    secrecy,
    isSpaced: where !== "prose",
    isLoose: isGlued || isWeak || where === "prose",
    isLine: where === "line",
  };
  if (where === "line" && around < 0 && !isQuotedValue && !isGlued) return markLine(text, { from, place }, mark);
  return markValue({ text, from, isParameter: false, around, keepsQuotes: true }, place, mark);
}
