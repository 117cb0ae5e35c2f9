// What Codex's error texts mean: it names neither codes nor statuses in fields of their own.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { objectOf, parseRecord, textOf } from "./record.ts";
import { plainText, resetIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

/** One error text and where it was read. */
export interface Told {
  /** E.g. `turn.failed` or `error`. */
  readonly record: string;
  readonly text: string | null;
  /** When it was written; null when nobody knows, so that times without a date say nothing. */
  readonly at: SpokenAt | null;
}

interface Rule {
  readonly pattern: RegExp;
  readonly trouble: Trouble;
}

const usageLimit =
  /^You've (?:hit|reached) your (?:[\w-]{1,20} )?(?:usage )?limit\b|^Usage limit reached\b|^usage_limit_reached$/im;

/** Asked before a status counts, since a status stands for less. */
const tellingRules: readonly Rule[] = [
  {
    pattern:
      /\bout of credits\b|\bspend(?:ing)? (?:cap|limit)\b|\bcredit limit\b|^Quota exceeded\b|^insufficient_quota$|^usage_not_included$|^To use Codex with your ChatGPT plan, upgrade\b/im,
    trouble: "billing",
  },
  {
    pattern:
      /\bran out of room in the model's context window\b|^context_length_exceeded$|\bexceeds? the context window\b/im,
    trouble: "context",
  },
  {
    pattern:
      /^Missing environment variable\b|\brefresh token (?:was|has|could)\b|\baccess token could not be refreshed\b|\bauth\.openai\.com\b|\blog out and sign in again\b|^Not logged in\b|^invalid_api_key$|^token_(?:expired|invalidated|revoked)$/im,
    trouble: "auth",
  },
  { pattern: /^model_not_found$|^The model `[^`]{1,200}` does not exist\b/im, trouble: "missing_model" },
  {
    pattern: /\bmodel is not supported when using Codex\b|\brequires a newer version of Codex\b/i,
    trouble: "missing_model",
  },
];

/** Asked when no status is told. */
const vagueRules: readonly Rule[] = [
  { pattern: /\brate limit (?:exceeded|reached)\b|^rate_limit_exceeded$|^slow_down$/im, trouble: "rate" },
  {
    pattern:
      /\bhigh (?:demand|load)\b|\bat capacity\b|\bcapacity unavailable\b|\boverloaded\b|^server_(?:error|is_overloaded)$/im,
    trouble: "overload",
  },
  { pattern: /\b(?:idle timeout|timed out|timeout waiting)\b/i, trouble: "timeout" },
  {
    pattern:
      /^stream disconnected\b|^Connection failed\b|^Error while reading the server response\b|\berror sending request\b|\bwaiting for network\b|\bstream closed\b/im,
    trouble: "connection",
  },
];

/** What one error text of Codex means; `error` when it is none that is known. */
export function causeOfFailure(told: Told): Cause {
  const text = plainText(told.text ?? "").trim();
  const subject = subjectOf(text);
  const status = statusOf(subject);
  const evidence = evidenceOf(told.record, { status: status ?? undefined, "error.message": text });
  if (usageLimit.test(subject)) return limitOf(text, { at: told.at, evidence });
  if (/^Incomplete response returned, reason: max_output_tokens\b/m.test(subject)) {
    return cause("bounded", "The answer was longer than the model may write.", { evidence });
  }
  if (/^(?:session |Goal )?budget (?:reached|exceeded)\b/im.test(subject)) {
    return cause("bounded", "The run ended at a budget of its own.", { evidence });
  }
  if (/^(?:turn aborted\b|interrupted \()/m.test(subject)) {
    return cause("interrupted", "The run was interrupted.", { evidence });
  }
  const trouble = troubleIn(tellingRules, subject) ?? troubleOfAnswer(status, subject) ??
    troubleIn(vagueRules, subject);
  if (!trouble) return cause("error", "The run failed.", { evidence });
  const found = causeOfTrouble(trouble, evidence);
  return found.kind === "transient" ? { ...found, retryAfterSeconds: retryAfterIn(text) } : found;
}

/** What is told by the request that Codex is about to repeat: trouble that passes when it is none that is known. */
export function causeOfRetry(told: Told): Cause {
  const reason = plainText(told.text ?? "").replace(/^Reconnecting\.{3} ?(?:\d+\/\d+ ?)?/, "").replace(
    /^\((.*)\)$/s,
    "$1",
  );
  const found = causeOfFailure({ ...told, text: reason });
  const isLasting = found.kind === "error" || found.kind === "config" || found.kind === "interrupted";
  // A login server that nobody reached refused nothing.
  const isUnreached = /\berror sending request\b/.test(reason);
  // A refused WebSocket proves nothing: Codex falls back to HTTPS then.
  const isWebSocket = /\burl: wss?:/.test(reason) && (found.kind === "auth" || found.kind === "config");
  return isLasting || isWebSocket || isUnreached ? causeOfTrouble("connection", found.evidence) : found;
}

/** Whether an error text only says that Codex tries again. */
export function isRetryText(text: string | null): boolean {
  return text !== null && text.startsWith("Reconnecting...");
}

/** The error's own words, its code in a line before them; providers' bodies come as raw JSON. */
function subjectOf(text: string): string {
  const body = text.startsWith("{") ? parseRecord(text) : null;
  if (!body) return text;
  const error = objectOf(body.error) ?? body;
  const words = [error.code, error.type, error.message ?? error.detail].map(textOf);
  return words.filter((word) => word !== null).join("\n");
}

function statusOf(subject: string): number | null {
  const digits = /\b(?:unexpected status|last status:) (\d{3})\b/.exec(subject)?.[1];
  return digits === undefined ? null : Number(digits);
}

function troubleOfAnswer(status: number | null, subject: string): Trouble | null {
  if (status === 429 && /\binsufficient_quota\b/.test(subject)) return "billing";
  if (status === 413) return "context";
  return troubleOfStatus(status);
}

function troubleIn(rules: readonly Rule[], subject: string): Trouble | null {
  return rules.find(({ pattern }) => pattern.test(subject))?.trouble ?? null;
}

function limitOf(
  text: string,
  { at, evidence }: { readonly at: SpokenAt | null; readonly evidence: readonly Evidence[] },
) {
  const retryAfterSeconds = retryAfterIn(text);
  if (!at) return { ...causeOfLimit(null, evidence), retryAfterSeconds };
  const now = at.now / 1000;
  const told = resetIn(text, at) ?? (retryAfterSeconds === null ? null : Math.ceil(now) + retryAfterSeconds);
  return { ...causeOfLimit(told !== null && told > now ? told : null, evidence), retryAfterSeconds };
}

const errorLine = /^(?:ERROR|Error):? /;
const refusals =
  /^Error loading config|^Error parsing -c overrides\b|^Not inside a trusted directory\b|^No prompt provided\b|^Error: .{0,100}\bno rollout found for thread id\b/;

/** What the newest line that is an error of Codex's own says; null when there is none, or none that is understood. */
export function causeOfLines(lines: readonly string[], at: SpokenAt | null): Cause | null {
  const line = lines.map(plainText).findLast((one) => errorLine.test(one) || refusals.test(one));
  if (line === undefined) return null;
  if (refusals.test(line)) {
    const summary = line.includes("no rollout found")
      ? "The session to resume does not exist."
      : "Codex refuses to start as it is configured.";
    return cause("config", summary, { evidence: evidenceOf("output", { text: line }) });
  }
  const text = line.replace(errorLine, "");
  const told: Told = { record: "output", text, at };
  const found = isRetryText(text) ? causeOfRetry(told) : causeOfFailure(told);
  return found.kind === "error" ? null : found;
}
