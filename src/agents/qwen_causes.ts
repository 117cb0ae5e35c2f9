// What Qwen Code's error texts and exit codes mean, from the most telling words to the least.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { evidenceOfExit, isRefusedCommand } from "./gemini_kin.ts";
import { resetAheadIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

/** The longest time Qwen Code waits by its own choice; it waits longer only where the provider asked it to. */
export const longestOwnWaitSeconds = 300;

/** An error as Qwen Code words it. */
export interface Complaint {
  /** Where it was read: `result` or `output`. */
  readonly record: string;
  readonly text: string;
  readonly subtype?: string | null;
  readonly at: SpokenAt;
}

/** The cause an error text speaks for; kind `error` when it says nothing that is known. */
export function causeOfComplaint({ record, text, subtype = null, at }: Complaint): Cause {
  const status = statusIn(text);
  const evidence = evidenceOf(record, {
    subtype: subtype ?? undefined,
    status: status ?? undefined,
    text: text.replaceAll(/\s+/g, " "),
  });
  if (subtype?.startsWith("error_max_") || /\bmax(?:imum)? session turns\b/i.test(text)) return bounded(evidence);
  const refused = refusal(text, status);
  if (refused) return causeOfTrouble(refused, evidence);
  if (status === 429 || /\b(?:usage|daily) limit\b|\bquota exceeded\b|\brate limit\b/i.test(text)) {
    return causeOfQuota(text, { at, evidence });
  }
  if (status === 404 || /\bmodel .{1,100} (?:does not exist|not found)\b/i.test(text)) {
    return causeOfTrouble("missing_model", evidence);
  }
  if (/\bModel stream ended\b|\bempty response\b/i.test(text)) {
    return cause("transient", "The model gave no answer.", { evidence, waitClass: "api_transient_5xx" });
  }
  const trouble = troubleOfStatus(status) ?? brokenLine(text);
  if (trouble) return causeOfTrouble(trouble, evidence);
  return cause("error", status === null ? "The run failed." : "The provider did not accept the request.", { evidence });
}

/** The status stands at the beginning of the provider's error, or where a stream carries it. */
function statusIn(text: string): number | null {
  const digits = /^(?:\[API Error: )?([45]\d\d)\b/.exec(text)?.[1] ?? /\bHTTP_STATUS\/([45]\d\d)\b/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

const unpaid =
  /\binsufficient[_ ](?:quota|balance|credits?|funds)\b|\bexceeded your current quota\b|\bcredit balance is too low\b|\bArrearage\b|\baccount is in good standing\b|\bfree (?:tier|quota).{0,60}\bexhausted\b|\bFreeTierOnly\b/i;
const unauthorised =
  /\b(?:incorrect|invalid|missing|expired) api[_ -]?key\b|api[_ -]?key .{0,60}\b(?:not found|not set|is missing|is required|is invalid|has expired)\b|\bfree tier has been discontinued\b/i;
const tooLong =
  /\bmaximum context length\b|\bcontext_length_exceeded\b|\bprompt is too long\b|\bexceeds? .{0,40}\bcontext (?:window|length|limit)\b|\bRange of input length\b/i;

function refusal(text: string, status: number | null): Trouble | null {
  if (status === 402 || unpaid.test(text)) return "billing";
  if (status === 401 || status === 403 || unauthorised.test(text)) return "auth";
  return tooLong.test(text) ? "context" : null;
}

function causeOfQuota(
  text: string,
  { at, evidence }: { readonly at: SpokenAt; readonly evidence: readonly Evidence[] },
): Cause {
  const resetsAt = resetAheadIn(text, at);
  const retryAfterSeconds = retryAfterIn(text);
  const waitSeconds = retryAfterSeconds ?? (resetsAt === null ? null : resetsAt - Math.floor(at.now / 1000));
  const isUsedUp = waitSeconds === null && /\b(?:usage|daily) limit\b|\bquota exceeded\b/i.test(text);
  if (!isUsedUp && (waitSeconds ?? 0) <= longestOwnWaitSeconds) {
    return { ...causeOfTrouble("rate", evidence), retryAfterSeconds: waitSeconds };
  }
  return resetsAt === null && retryAfterSeconds !== null
    ? causeOfAskedWait(retryAfterSeconds, evidence)
    : { ...causeOfLimit(resetsAt, evidence), retryAfterSeconds };
}

/** A limit of which only the wait is known that the provider asked for. */
export function causeOfAskedWait(retryAfterSeconds: number, evidence: readonly Evidence[]): Cause {
  const summary = `The account's usage limit is reached; the provider asks to wait ${retryAfterSeconds} s.`;
  return { ...causeOfLimit(null, evidence), summary, retryAfterSeconds };
}

function brokenLine(text: string): Trouble | null {
  if (/\bProvider returned error\b/.test(text)) return "overload";
  if (/\btimed out\b|\btimeout\b|\bETIMEDOUT\b/i.test(text)) return "timeout";
  const isBroken = /\bConnection error\b|\bfetch failed\b|\bterminated\b|\bsocket hang up\b|\bpremature close\b/i;
  return isBroken.test(text) || /\bE(?:CONN[A-Z]+|NOTFOUND|AI_AGAIN|PIPE)\b/.test(text) ? "connection" : null;
}

function bounded(evidence: readonly Evidence[]): Cause {
  return cause("bounded", "The run reached a bound of its own.", { evidence });
}

/** What an exit code of Qwen Code's own stands for; null for one that says nothing. @param lines lines that are no records */
export function causeOfExitCode(
  code: number,
  { lines, at }: { readonly lines: readonly string[]; readonly at: SpokenAt },
): Cause | null {
  const spoken = causeOfLines(lines, at);
  const evidence = evidenceOfExit(code, { spoken, lines });
  switch (code) {
    case 41:
      return cause("auth", "Qwen Code has no credentials that it can use.", { evidence });
    case 42:
      return spoken?.kind === "config"
        ? spoken
        : cause("config", "Qwen Code does not accept its command line or its input.", { evidence });
    case 44:
      return cause("config", "Qwen Code could not set up its sandbox.", { evidence });
    case 52:
      return cause("config", "Qwen Code does not accept its settings.", { evidence });
    case 53:
    case 55:
      return bounded(evidence);
    case 54:
      return cause("error", "A tool failed in a way that ended the run.", { evidence });
    default:
      return null;
  }
}

const missingKey = /^(?:Error: )?(?:Missing API key for|No auth type is selected|Please set an Auth method)\b/;

/** The cause that lines on stderr speak for, asked only of a run that failed without a terminal record. */
export function causeOfLines(lines: readonly string[], at: SpokenAt): Cause | null {
  for (const line of lines) {
    const evidence = evidenceOf("output", { text: line });
    if (isRefusedCommand(line)) {
      return cause("config", "Qwen Code does not accept its command line.", { evidence });
    }
    if (/^No saved session found with ID /.test(line)) {
      return cause("config", "The session to resume does not exist.", { evidence });
    }
    if (/^Reached max session turns\b/.test(line)) return bounded(evidence);
    if (missingKey.test(line)) return cause("auth", "Qwen Code has no credentials that it can use.", { evidence });
  }
  const said = lines.findLast((line) => line.startsWith("[API Error: "));
  return said === undefined ? null : causeOfComplaint({ record: "output", text: said, at });
}
