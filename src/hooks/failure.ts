// Every way a hook can fail, as a value, and the records that tell of it.
import type { EventPayload } from "../core/event_payload.ts";
import { hookKinds } from "../core/hook.ts";
import type { HookPoint } from "../core/hook.ts";
import { withoutCutWord } from "../core/redact.ts";
import type { Redactor } from "../core/redact.ts";
import { clip, visible } from "../core/text.ts";

/** Every way a call can go wrong, and nothing else. */
export type HookFault =
  /** No such executable, or no work folder. */
  | "not_found"
  | "timed_out"
  /** It ended with another exit code than 0. */
  | "exit_code"
  | "killed"
  /** Nothing on its standard output. */
  | "no_answer"
  /** Something else than one JSON object on its standard output. */
  | "no_json"
  /** More than 1 MiB on its standard output. */
  | "too_long"
  | "wrong_version"
  /** A field of its answer is missing, or is not what it has to be. */
  | "bad_field"
  /** It says so itself. */
  | "reported"
  /** It left processes running. */
  | "left_running";

/** A call that failed; its texts are not redacted yet. */
export interface HookFailure {
  readonly hook: string;
  readonly point: HookPoint;
  readonly fault: HookFault;
  /** For people, without a full stop at the end; what is quoted of the hook stands last, as it was. */
  readonly message: string;
  /** What it wrote to standard error; empty where that is not known. */
  readonly said: string;
}

const longestQuoted = 2000;
const longestMessage = 500;
const longestReason = 200;
const saidEnds = 1024;
const cutMark = "\n... (cut) ...\n";

/** Payload of `hook_failed`. */
export function failedPayload(failure: HookFailure, redact: Redactor): EventPayload<"hook_failed"> {
  return {
    hook_name: failure.hook,
    hook_kind: hookKinds[failure.point],
    error_type: failure.fault,
    error_message: spellFailure(failure, redact),
    traceback: bothEnds(redact(failure.said)),
  };
}

/** Payload of `serve_startup_hook_failed`. */
export function startFailedPayload(
  failure: HookFailure,
  redact: Redactor,
): EventPayload<"serve_startup_hook_failed"> {
  return { hook: failure.hook, exc_type: failure.fault, exc_msg: clip(spellFailure(failure, redact), longestReason) };
}

/** The failure in one line for people: redacted first, then cut. */
export function spellFailure(failure: HookFailure, redact: Redactor): string {
  return clip(visible(redact(failure.message)), longestMessage);
}

/** What a message quotes of a text that can be long; a word that the cut went through is left out. */
export function quoted(text: string): string {
  return text.length <= longestQuoted ? text : withoutCutWord(clip(text, longestQuoted));
}

/** Beginning and end of a long text. */
function bothEnds(text: string): string {
  if (text.length <= 2 * saidEnds + cutMark.length) return text;
  return `${clip(text, saidEnds)}${cutMark}${text.slice(-saidEnds).replace(/^[\uDC00-\uDFFF]/, "")}`;
}

/** The last line that says something; empty when none does. */
export function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.at(-1) ?? "";
}
