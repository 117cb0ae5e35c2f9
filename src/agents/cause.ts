// What a record says went wrong: the step between one agent's words and a verdict.
import type { Evidence, VerdictKind, WaitClass } from "../core/verdict.ts";
import { redact, withoutCutWord } from "../core/redact.ts";
import { clip } from "../core/text.ts";

/** A verdict in the making: what a record, or the end of the process, speaks for. */
export interface Cause {
  readonly kind: VerdictKind;
  /** One sentence for people, without secrets. */
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly waitClass: WaitClass | null;
  /** Epoch seconds, only when the provider said it. */
  readonly resetsAt: number | null;
  readonly retryAfterSeconds: number | null;
}

const longestValue = 200;
const longestRead = 16_000;

/** A cause without anything to wait for. @param rest what is known beyond kind and summary. */
export function cause(kind: VerdictKind, summary: string, rest: Partial<Omit<Cause, "kind" | "summary">> = {}): Cause {
  return { kind, summary, evidence: [], waitClass: null, resetsAt: null, retryAfterSeconds: null, ...rest };
}

/** Evidence from the fields of one record: those that are missing are left out, secrets are masked, long texts clipped. */
export function evidenceOf(record: string, fields: Readonly<Record<string, unknown>>): readonly Evidence[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    if (value === undefined || value === "" || typeof value === "object" && value !== null) return [];
    return [{ record, field, value: typeof value === "string" ? safeText(value, longestValue) : String(value) }];
  });
}

/**
 * Text that may be shown: secrets masked first, then clipped. Only the first `readLength` characters are looked at,
 * up to a whole word, since half a secret would not be recognised.
 */
export function safeText(text: string, length: number, readLength = longestRead): string {
  const read = text.length > readLength ? withoutCutWord(text.slice(0, readLength)) : text;
  return clip(redact(read), length);
}

/** Kinds of provider trouble that CLIs name in words of their own. */
export type Trouble =
  | "auth"
  | "billing"
  | "missing_model"
  | "context"
  | "rate"
  | "overload"
  | "timeout"
  | "connection";

/** What an HTTP status of the provider means; null when it says nothing by itself. */
export function troubleOfStatus(status: number | null): Trouble | null {
  if (status === 401 || status === 403) return "auth";
  if (status === 402) return "billing";
  if (status === 404) return "missing_model";
  if (status === 408) return "timeout";
  if (status === 429) return "rate";
  if (status !== null && status >= 500 && status < 600) return "overload";
  return null;
}

/** The cause for a kind of trouble. @param evidence the record it was read from. */
export function causeOfTrouble(trouble: Trouble, evidence: readonly Evidence[]): Cause {
  switch (trouble) {
    case "auth":
      return cause("auth", "The provider refused the credentials.", { evidence });
    case "billing":
      return cause("billing", "The provider wants payment before it goes on.", { evidence });
    case "missing_model":
      return cause("config", "The provider does not know the selected model.", { evidence });
    case "context":
      return cause("context", "The conversation no longer fits into the model's context.", { evidence });
    case "rate":
      return cause("transient", "The provider limits the rate of requests.", {
        evidence,
        waitClass: "rate_limit_model",
      });
    case "overload":
      return cause("transient", "The provider had a fault or was overloaded.", {
        evidence,
        waitClass: "api_transient_5xx",
      });
    case "timeout":
      return cause("transient", "The provider did not answer in time.", { evidence, waitClass: "api_timeout" });
    case "connection":
      return cause("transient", "The connection to the provider failed.", {
        evidence,
        waitClass: "api_transient_5xx",
      });
    default:
      return trouble satisfies never;
  }
}

/** A used-up allowance. @param resetsAt epoch seconds when the provider named them. */
export function causeOfLimit(resetsAt: number | null, evidence: readonly Evidence[]): Cause {
  const when = resetsAt === null ? "the provider did not say until when" : `it resets at ${isoSecond(resetsAt)}`;
  return cause("limit", `The account's usage limit is reached; ${when}.`, {
    evidence,
    waitClass: "rate_limit_account",
    resetsAt,
  });
}

function isoSecond(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
}
