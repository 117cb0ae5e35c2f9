// Waits out a limit or a passing fault of the provider: on record, over restarts, and never past a stop.
import { isoTime, spellDuration } from "../core/text.ts";
import type { RoundTools } from "../round/tools.ts";
import type { LoopFiles, WaitRecord } from "./memory.ts";
import type { NextStep } from "./next.ts";
import type { PauseEnd } from "./pause.ts";

export interface WaitMeans {
  readonly files: LoopFiles;
  pause(milliseconds: number, untilEpochMs?: number): Promise<PauseEnd>;
}

/** Starts a wait that a round asked for. Returns null: what comes next is asked again afterwards. */
export async function waitOut(
  asked: {
    readonly step: Extract<NextStep, { kind: "wait" }>;
    readonly round: number;
    readonly jitterSeconds: number;
    /** serve leaves anyway: the wait is put on record for the next life, but not sat out. */
    readonly isLeaving: boolean;
  },
  means: WaitMeans,
  tools: RoundTools,
): Promise<null> {
  const { wait } = asked.step;
  const agent = tools.agent.name;
  if (wait.isStretched) {
    tools.sink.emit("transient_error_backoff_capped", {
      classification: wait.waitClass,
      agent,
      requested_sleep_s: wait.requestedSeconds,
      applied_sleep_s: wait.appliedSeconds,
      original_reset_at_epoch: Math.round(tools.clock.now() / 1000 + wait.requestedSeconds),
      applied_reset_at_epoch: wait.resetAt,
      consecutive_count: wait.count,
      capped_by_absolute_max: wait.appliedSeconds < wait.requestedSeconds,
    });
  }
  const record: WaitRecord = {
    classification: wait.waitClass,
    agent,
    reset_at_epoch: Math.ceil(wait.resetAt + asked.jitterSeconds),
    since_round: asked.round,
    reason: asked.step.reason,
    started_epoch: Math.floor(tools.clock.now() / 1000),
  };
  means.files.writeWait(record);
  if (asked.isLeaving) return null;
  return await sit(record, means, tools);
}

/** Goes on with a wait of an earlier life, when there is one and it is not over. */
export async function resumeWait(means: WaitMeans, tools: RoundTools): Promise<null> {
  const record = means.files.readWait();
  if (record === null) return null;
  if (record.reset_at_epoch * 1000 > tools.clock.now()) return await sit(record, means, tools);
  means.files.writeWait(null);
  return null;
}

async function sit(record: WaitRecord, means: WaitMeans, tools: RoundTools): Promise<null> {
  const until = record.reset_at_epoch * 1000;
  // Never longer than it was meant to be: the clock may have been set back since it began.
  const meantSeconds = record.reset_at_epoch - record.started_epoch;
  const milliseconds = Math.max(0, Math.min(until - tools.clock.now(), meantSeconds * 1000));
  tools.book.waiting({ until_epoch: record.reset_at_epoch, reason: record.reason });
  tools.tell({
    kind: "waiting",
    text: `waiting ${spellDuration(milliseconds / 1000)} until ${isoTime(until).slice(0, 19)}Z: ${
      record.reason.replace(/\.$/, "")
    }`,
    tone: "warn",
    facts: { until_epoch: record.reset_at_epoch, reason: record.reason, classification: record.classification },
  });
  const end = await means.pause(milliseconds, until);
  tools.book.waiting(null);
  // A stop in mid-wait leaves the record: the next life waits for the rest.
  if (end !== "over") return null;
  means.files.writeWait(null);
  tools.sink.emit("transient_error_recovered", {
    classification: record.classification,
    agent: record.agent,
    throttled_for_s: Math.max(0, Math.round(tools.clock.now() / 1000 - record.started_epoch)),
  });
  return null;
}
