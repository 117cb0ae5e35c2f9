// Masks secrets in text before it is written to a record that people read and share.
import { markPieces, takenApart, withinStrings } from "./redact_json.ts";
import { findShapes } from "./redact_scan.ts";
import { areMasked, Marks, mask, masked, type Span, type Spans } from "./redact_spans.ts";
import type { KnownValues } from "./redact_known.ts";
import { findValues, knownValues } from "./redact_known.ts";

const mostTurns = 6;
/** Documents within strings of documents are read down to here. */
const deepest = 5;

let registered: KnownValues | null = null;

/** Masks the secrets in a text. */
export type Redactor = (text: string) => string;

/**
 * A redactor that masks, besides secrets of known shape and name, these values wherever they stand: as they are, escaped
 * for JSON, encoded for a URL, or as a part of base64.
 */
export function redactor(values: readonly string[]): Redactor {
  const known = knownValues(values);
  return (text) => redactedBy(known, text);
}

/**
 * Has `redact` mask these values too, from now on, in this whole process; an earlier list is forgotten. Meant for the one
 * place that starts the program: secrets must not depend on every caller handing them on.
 */
export function useSecretValues(values: readonly string[]): void {
  registered = values.length === 0 ? null : knownValues(values);
}

/**
 * The text with passwords, keys and tokens replaced by `<redacted>`: assignments, flags, headers, JSON and YAML
 * fields, URLs, private keys, tokens of known shape, and the values given to `useSecretValues`. Lines that are JSON stay
 * JSON. Applying it twice changes nothing more. Clip afterwards, never before: a cut secret can fall below the length by
 * which it is known.
 */
export function redact(text: string): string {
  return redactedBy(registered, text);
}

/** The parts of a text that `redact` masks at first sight; for those who rewrite a text in pieces. */
export function secretSpans(text: string): readonly Span[] {
  const found = spansIn(text, { values: registered, depth: 0 });
  const spans: Span[] = [];
  for (let i = 0; i < found.length; i += 2) spans.push({ start: found[i]!, end: found[i + 1]! });
  return spans;
}

function spansIn(
  text: string,
  means: { readonly values: KnownValues | null; readonly depth: number },
): Spans {
  const marks = new Marks();
  if (means.values !== null) findValues(text, means.values, marks.mark);
  const json = means.depth < deepest ? takenApart(text, marks.mark) : null;
  if (json === null) findShapes(text, marks.mark);
  else {
    const outer = new Marks();
    findShapes(json.outer, outer.mark);
    withinStrings(json, outer.merged(), marks.mark);
    if (json.pieces.length > 0) {
      const spans = spansIn(json.inner, { ...means, depth: means.depth + 1 });
      markPieces(text, json, { spans, mark: marks.mark });
    }
  }
  return marks.merged();
}

function redactedBy(values: KnownValues | null, text: string): string {
  let before = text;
  // What is masked can complete the shape of something else, so it goes on until nothing changes.
  for (let turn = 0; turn < mostTurns; turn++) {
    const spans = spansIn(before, { values, depth: 0 });
    if (areMasked(before, spans)) return before;
    const after = masked(before, spans);
    if (after === before) return before;
    before = after;
  }
  return mask;
}

/**
 * A text that was clipped, without the word the cut went through (at most 200 characters of it): half a secret would
 * not be recognised. To be used before `redact` where a text is too long to be read whole.
 */
export function withoutCutWord(clipped: string): string {
  const least = Math.max(0, clipped.length - 200);
  let end = clipped.length;
  while (end > least && !/\s/.test(clipped[end - 1]!)) end--;
  return clipped.slice(0, end);
}
