// Reads numbers and times from records whatever they are written as: builds and proxies turn some of them into text.
import { countOf, epochOf, numberOf, textOf } from "./record.ts";

const longestFigure = 24;
const decimal = /^[+-]?\d{1,18}(?:\.\d{1,18})?$/;
const datedInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** A finite number, also one written as a decimal text; null for anything else. */
export function figureOf(value: unknown): number | null {
  const text = textOf(value);
  if (text === null) return numberOf(value);
  return text.length <= longestFigure && decimal.test(text.trim()) ? Number(text) : null;
}

/** A count as it may be trusted, also one written as a text: whole, not negative and exact, else 0. */
export function tallyOf(value: unknown): number {
  return countOf(figureOf(value));
}

/** Epoch seconds of a time in seconds, in milliseconds or as an ISO date with its zone; null for anything else. */
export function instantOf(value: unknown): number | null {
  const text = textOf(value)?.trim() ?? "";
  return epochOf(datedInstant.test(text) ? Date.parse(text) : figureOf(value));
}
