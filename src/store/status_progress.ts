// The parts of status.json on progress: what the last round changed, and a "done" that was not believed.
import { changeKinds } from "../core/change.ts";
import type { ChangeFields } from "../core/change.ts";
import { isRoundNumber } from "../core/round.ts";
import { isObject } from "./json_file.ts";

/** What the last round changed, and for how many `ok` rounds in a row nothing did. */
export interface LastChange extends ChangeFields {
  readonly round_num: number;
  readonly unchanged_rounds: number;
}

/** The agent said that all is done, and the command of progress.verify did not agree. */
export interface DoneRefused {
  /** The last round before it. */
  readonly round_num: number;
  /** ISO time. */
  readonly at: string;
  readonly command: readonly string[];
  /** `exit_code`, `killed`, `timed_out` or `not_found`. */
  readonly outcome: string;
  readonly exit_code: number | null;
  /** One phrase. */
  readonly reason: string;
  /** The end of what the command printed, secrets masked. */
  readonly output: string;
  /** More of it, absolute path; null where it could not be written. */
  readonly output_file: string | null;
  /** What the agent wrote into `.agent-done`, secrets masked. */
  readonly said: string;
  /** Where that file is now; null where it could not be kept. */
  readonly file: string | null;
}

export function isLastChange(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { commits, files_changed, insertions, deletions, unchanged_rounds, round_num } = value;
  return isRoundNumber(round_num) && isCount(unchanged_rounds) && changeKinds.some((kind) => kind === value.change) &&
    [commits, files_changed, insertions, deletions].every((count) => count === null || isCount(count)) &&
    [value.head_before, value.head_after, value.reason].every(isTextOrNull);
}

export function isDoneRefused(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { round_num, at, command, outcome, exit_code, reason, output, said } = value;
  return isRoundNumber(round_num) && Array.isArray(command) && [...command, at, outcome, reason, output, said]
    .every((text) => typeof text === "string") &&
    (exit_code === null || Number.isSafeInteger(exit_code)) &&
    [value.output_file, value.file].every(isTextOrNull);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}
