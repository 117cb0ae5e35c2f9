// What the messages mean with which pi's requests fail and its turns end.
import type { EarlySign } from "../core/agent.ts";
import { type Cause, cause, causeOfTrouble, evidenceOf } from "./cause.ts";
import { causeOfProvider } from "./provider_error.ts";
import { type JsonRecord, textOf } from "./record.ts";
import { plainText } from "./spoken_time.ts";

const title = "pi";
const longestBody = 16_000;

/** Where an error message was read, and when it was written. */
export interface ErrorContext {
  readonly record: string;
  /** Epoch milliseconds; 0 when unknown. */
  readonly now: number;
  readonly timeZone?: string | undefined;
  /** Seconds pi waits before it tries again. */
  readonly delaySeconds?: number | null;
}

/** The cause of a failed request from its `errorMessage`: the provider's answer as it came, e.g. `401 {"error":…}`. */
export function causeOfErrorMessage(message: string | null, context: ErrorContext): Cause {
  const text = plainText(message ?? "").slice(0, longestBody);
  const status = /^(?:Error: )?(?:[A-Za-z]+ ){0,4}\(?([45]\d\d)\)?(?=[\s:]|$)/.exec(text)?.[1];
  const brace = text.indexOf("{");
  return causeOfProvider({
    ...context,
    status: status === undefined ? null : Number(status),
    message: text || null,
    body: brace < 0 ? null : text.slice(brace),
  });
}

/** The cause of a request that pi tries again: it does so only where that may help, so what nobody understands passes. */
export function causeOfRepeated(found: Cause): Cause {
  return found.kind === "error" ? causeOfTrouble("connection", found.evidence) : found;
}

/** An assistant's message as far as the verdict needs it. */
export interface LastMessage {
  readonly stopReason: string | null;
  readonly errorMessage: string | null;
}

/** Whether a message says how it stopped; one that does not leaves what was said of it before. */
export function isTelling({ stopReason, errorMessage }: JsonRecord): boolean {
  return textOf(stopReason) !== null && (stopReason !== "error" || textOf(errorMessage) !== null);
}

/** What is known of a run when pi settles. */
export interface Settled {
  /** The newest message; null when there was none. */
  readonly last: LastMessage | null;
  /** The run has written text or called a tool. */
  readonly hasAnswer: boolean;
  readonly turns: number | null;
  /** The cause of its error, when the newest message is one. */
  readonly failure: Cause | null;
}

/** The cause a run speaks for that has settled. */
export function causeOfSettled({ last, hasAnswer, turns, failure }: Settled): Cause {
  const evidence = evidenceOf("turn_end", {
    stop_reason: last?.stopReason ?? undefined,
    error_message: last?.errorMessage ?? undefined,
  });
  if (failure) return failure;
  switch (last?.stopReason) {
    case "length":
      return cause("bounded", "The answer was cut at the length the model may write.", { evidence });
    case "aborted":
      return cause("interrupted", "The run was interrupted.", { evidence });
    case "stop":
    case "toolUse":
      return hasAnswer
        ? cause("ok", `${title} finished${turns === null ? "" : turns === 1 ? " in 1 turn" : ` in ${turns} turns`}.`, {
          evidence,
        })
        : cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
    default:
      return cause("no_result", `${title} settled without a last word that can be read.`, { evidence });
  }
}

/** @param turns in a row that brought neither tokens nor output */
export function causeOfRunaway(turns: number): Cause {
  return cause("error", `${title} took ${turns} turns in a row without tokens or output.`, {
    evidence: evidenceOf("turn_end", { turns_without_tokens: turns }),
  });
}

/** The sign of a runaway. @param turns in a row that brought neither tokens nor output */
export function signOfRunaway(turns: number): EarlySign {
  return {
    kind: "runaway",
    why: `${title} took ${turns} turns in a row without tokens or output`,
    waitSeconds: null,
  };
}

/** What a retry proves; null when it may help soon. @param pauseSeconds before it, when that is long */
export function signOfRetry({ kind }: Cause, pauseSeconds: number | null): EarlySign | null {
  if (kind === "auth" || kind === "billing") {
    const what = kind === "auth" ? "its credentials were refused" : "the provider wants payment";
    return { kind: "hopeless", why: `${title} tries again although ${what}`, waitSeconds: null };
  }
  if (pauseSeconds === null) return null;
  return {
    kind: "long_wait",
    why: `${title} waits ${pauseSeconds} s before it tries again`,
    waitSeconds: pauseSeconds,
  };
}

const phrases: readonly (readonly [RegExp, string])[] = [
  [/^Error: Unknown (?:option|argument)\b/, `${title} does not accept its command line.`],
  [/^No session found matching\b/, "The session to resume does not exist."],
  [/^(?:Error: )?(?:No models available|Unknown provider|Model .{1,200} not found)\b/i, `${title} has no such model.`],
];

/** The cause that lines which are no records speak for, asked only of a run that failed. */
export function causeOfLines(lines: readonly string[], context: Omit<ErrorContext, "record">): Cause | null {
  for (const [pattern, summary] of phrases) {
    const line = lines.find((one) => pattern.test(one));
    if (line !== undefined) return cause("config", summary, { evidence: evidenceOf("output", { text: line }) });
  }
  const said = lines.findLast((line) =>
    /^(?:Error: )?[45]\d\d [{\w]|^(?:Error: )?No API key found\b|^Connection error\.$|^terminated$/.test(line)
  );
  return said === undefined ? null : causeOfErrorMessage(said, { ...context, record: "output" });
}
