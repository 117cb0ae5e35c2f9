// What opencode's errors and the ways in which its steps end mean.
import { type Cause, cause, causeOfTrouble, evidenceOf } from "./cause.ts";
import { figureOf } from "./figure.ts";
import { causeOfProvider } from "./provider_error.ts";
import { type JsonRecord, objectOf, textOf } from "./record.ts";

const title = "opencode";
const longestError = 2000;

/** When a record was written: epoch milliseconds (0 when unknown), and the zone of times that name none. */
export interface WrittenAt {
  readonly now: number;
  readonly timeZone?: string | undefined;
}

/** An `error` record taken apart. */
export interface RunError {
  readonly cause: Cause;
  /** For people. */
  readonly text: string | null;
  /** Headers of the provider's answer; null when there was none. */
  readonly headers: JsonRecord | null;
  /** Nothing went wrong but that somebody ended the run. */
  readonly isAborted: boolean;
}

/** @param error the field of that name in an `error` record, of any type */
export function runErrorOf(error: unknown, at: WrittenAt): RunError {
  const fields = objectOf(error);
  const data = objectOf(fields?.data);
  const name = textOf(fields?.name);
  const message = textOf(data?.message) ?? textOf(fields?.message) ?? textOf(error);
  const headers = objectOf(data?.responseHeaders);
  return {
    cause: namedCause(name, message) ?? causeOfProvider({
      record: "error",
      name,
      status: figureOf(data?.statusCode),
      message,
      body: textOf(data?.responseBody),
      headers,
      ...typeof data?.isRetryable === "boolean" ? { isRetryable: data.isRetryable } : {},
      ...at,
    }),
    text: (message ?? name)?.slice(0, longestError) ?? null,
    headers,
    isAborted: name === "MessageAbortedError",
  };
}

/** The cause that opencode's own name for an error speaks for; null where only the provider's answer tells. */
function namedCause(name: string | null, message: string | null): Cause | null {
  const evidence = evidenceOf("error", { name: name ?? undefined, message: message ?? undefined });
  switch (name) {
    case "ContextOverflowError":
      return causeOfTrouble("context", evidence);
    case "ProviderAuthError":
      return causeOfTrouble("auth", evidence);
    case "ContentFilterError":
      return cause("error", "The provider's content filter stopped the answer.", { evidence });
    case "MessageOutputLengthError":
      return cause("bounded", "The answer was longer than the model may write.", { evidence });
    case "MessageAbortedError":
      return cause("interrupted", "The run was interrupted.", { evidence });
    case "ProviderModelNotFoundError":
    case "ModelNotFoundError":
      return causeOfTrouble("missing_model", evidence);
    case "ConfigInvalidError":
    case "ConfigJsonError":
    case "ProviderInitError":
      return cause("config", `${title} cannot use its configuration.`, { evidence });
    default:
      return null;
  }
}

/** How a run stood when its step ended. */
export interface StepEnd {
  readonly reason: string | null;
  /** The run has written text or called a tool. */
  readonly hasAnswer: boolean;
  readonly steps: number;
}

/** The cause when a step may be the last one; null when opencode goes on after it. */
export function causeOfStep({ reason, hasAnswer, steps }: StepEnd): Cause | null {
  const evidence = evidenceOf("step_finish", { reason, steps });
  switch (reason) {
    case null:
    case "tool-calls":
    // Asked again by opencode: a provider that gives no reason has not finished.
    case "unknown":
      return null;
    case "length":
      return cause("bounded", "The answer was cut at the length the model may write.", { evidence });
    case "content-filter":
      return cause("error", "The provider's content filter stopped the answer.", { evidence });
    case "error":
      return cause("error", "The provider broke off its answer with an error.", { evidence });
    default:
      return hasAnswer
        ? cause("ok", `${title} finished${steps === 1 ? " in 1 step" : ` in ${steps} steps`}.`, { evidence })
        : cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
  }
}

/** @param steps in a row that brought neither tokens nor output */
export function causeOfRunaway(steps: number): Cause {
  return cause("error", `${title} took ${steps} steps in a row without tokens or output.`, {
    evidence: evidenceOf("step_finish", { steps_without_tokens: steps }),
  });
}

/** A step that begins while the one before it has not ended. */
export function causeOfRepeatedStep(): Cause {
  return causeOfTrouble("overload", evidenceOf("step_start", { previous_step: "not finished" }));
}

// deno-lint-ignore no-control-regex -- colours begin with this control character
const colour = /\x1b\[[0-9;?]{0,20}[A-Za-z]/g;

/** `line` without the sequences that colour it. */
export function withoutColour(line: string): string {
  return line.replaceAll(colour, "").trim();
}

const phrases: readonly (readonly [RegExp, string])[] = [
  [/^Error: Session not found\b/, "The session to resume does not exist."],
  [/^Error: You must provide a message\b/, `${title} was given no prompt.`],
  [/^Error: (?:Failed to change directory|File not found)\b/, `${title} does not find a path of its command line.`],
  [
    /^Error: (?:Config\w* (?:file )?.{0,300}(?:is not valid|is invalid)|--\S+ )/,
    `${title} cannot use its configuration.`,
  ],
  [/^opencode run \[message\.\.\]/, `${title} does not accept its command line.`],
];

/** The cause that lines which are no records speak for, asked only of a run that failed. */
export function causeOfLines(lines: readonly string[], at: WrittenAt): Cause | null {
  const plain = lines.map(withoutColour);
  for (const [pattern, summary] of phrases) {
    const line = plain.find((one) => pattern.test(one));
    if (line !== undefined) return cause("config", summary, { evidence: evidenceOf("output", { text: line }) });
  }
  const said = plain.findLast((line) => line.startsWith("Error: "));
  if (said === undefined) return null;
  const message = said.slice("Error: ".length);
  return causeOfProvider({ record: "output", status: null, message, ...at });
}

/** The permission opencode told on stderr that it refused by itself; null for any other line. */
export function refusedPermission(line: string): string | null {
  return /^! {1,3}permission requested: ([\w.-]{1,100}) .{0,4000}; auto-rejecting$/.exec(withoutColour(line))?.[1] ??
    null;
}
