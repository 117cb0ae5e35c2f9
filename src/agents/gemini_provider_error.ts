// Finds the provider's own error object inside the text that Gemini CLI makes of it.
import { figureOf } from "./figure.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import { retryAfterIn } from "./spoken_time.ts";

const longestRead = 16_000;
const deepestNesting = 3;

/** What the provider itself said, as far as the text holds it. */
export interface ProviderError {
  /** HTTP status; null when the text does not give it. */
  readonly status: number | null;
  /** The provider's words for the error, e.g. `UNAUTHENTICATED` or `BILLING_DISABLED`; `PerDay` for a daily quota. */
  readonly words: ReadonlySet<string>;
  /** Its sentence for people; the whole text when there is no error object in it. */
  readonly text: string;
  readonly retryDelaySeconds: number | null;
}

/** The provider's error in `text`, of which only the first 16,000 characters are read. */
export function providerErrorIn(text: string): ProviderError {
  return errorIn(text.slice(0, longestRead), deepestNesting);
}

function errorIn(text: string, depth: number): ProviderError {
  const found = objectIn(text);
  if (!found) return { status: writtenCode(text), words: new Set(), text, retryDelaySeconds: null };
  const error = objectOf(found.error) ?? found;
  const message = textOf(error.message) ?? text;
  // The provider's answer may arrive as the message of another error.
  const inner = depth > 0 && message !== text ? errorIn(message, depth - 1) : null;
  const details = arrayOf(error.details).slice(0, 20).map(objectOf);
  return {
    status: inner?.status ?? statusOf(error.code),
    words: new Set([
      ...inner?.words ?? [],
      ...[error.status, ...details.map((one) => one?.reason)].map(wordOf),
      quotaWord(details),
    ]),
    text: inner?.text ?? message,
    retryDelaySeconds: inner?.retryDelaySeconds ?? delayOf(details),
  };
}

function objectIn(text: string): JsonRecord | null {
  const start = text.indexOf("{");
  const end = text.lastIndexOf("}");
  if (start < 0 || end < start) return null;
  try {
    return objectOf(JSON.parse(text.slice(start, end + 1)));
  } catch {
    return null;
  }
}

/** Of an object that was cut off, so that it cannot be parsed. */
function writtenCode(text: string): number | null {
  const digits = /\{"error":\s{0,9}\{\s{0,9}"code":\s{0,9}(\d{3})\b/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function statusOf(code: unknown): number | null {
  const status = figureOf(typeof code === "string" ? Number.parseInt(code, 10) : code);
  return status !== null && status >= 100 && status < 600 ? status : null;
}

function wordOf(word: unknown): string {
  return textOf(word)?.slice(0, 100) ?? "";
}

function quotaWord(details: readonly (JsonRecord | null)[]): string {
  const ids = details.flatMap((one) => arrayOf(one?.violations).slice(0, 20)).map((one) => objectOf(one)?.quotaId);
  return ids.some((id) => /PerDay|Daily/.test(wordOf(id))) ? "PerDay" : "";
}

function delayOf(details: readonly (JsonRecord | null)[]): number | null {
  const delay = details.map((one) => textOf(one?.retryDelay)).find((one) => one !== null);
  return delay ? retryAfterIn(`retry after ${delay.slice(0, 40)}`) : null;
}
