// Finds what an error's words mean among the phrases a CLI is known to use, and quotes the line that says it.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, evidenceOf } from "./cause.ts";
import { plainText, type SpokenAt } from "./spoken_time.ts";

/** What a phrase is judged with. */
export interface Reading {
  /** The line in which the phrase was found. */
  readonly evidence: readonly Evidence[];
  /** All that was said. */
  readonly text: string;
  readonly at: SpokenAt;
}

/** Words and what they mean; the gravest stand first, for the first that is found counts. */
export interface Phrase {
  readonly pattern: RegExp;
  readonly make: (reading: Reading) => Cause;
}

/** An error of a CLI's own may go on over so many lines. */
const linesOfError = 7;

/** The cause that an error text speaks for; null when no phrase is known. @param told `record`: where it was read */
export function causeOfPhrases(
  words: string,
  told: { readonly phrases: readonly Phrase[]; readonly record: string; readonly at: SpokenAt },
): Cause | null {
  const text = plainText(words);
  for (const { pattern, make } of told.phrases) {
    const found = pattern.exec(text);
    if (!found) continue;
    const start = text.lastIndexOf("\n", found.index) + 1;
    const stop = text.indexOf("\n", found.index);
    const line = text.slice(start, stop < 0 ? undefined : stop);
    return make({ evidence: evidenceOf(told.record, { text: line }), text, at: told.at });
  }
  return null;
}

/** The newest line with the beginning of an error, and what directly follows it: what tools print is left out. */
export function errorWords(lines: readonly string[], beginning: RegExp): string {
  const start = lines.findLastIndex((line) => beginning.test(line));
  return start < 0 ? "" : lines.slice(start, start + linesOfError).join("\n");
}
