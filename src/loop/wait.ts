// Sits out what lies between two rounds, a wait for the provider or a plain pause: visible, and never past a stop.
import { isoTime, spellDuration } from "../core/text.ts";
import { redact } from "../core/redact.ts";
import type { RoundTools } from "../round/tools.ts";
import type { LoopFiles, WaitRecord } from "./memory.ts";
import type { NextStep } from "./next.ts";
import type { PauseEnd } from "./pause.ts";
import type { RetryRequests } from "./requests.ts";

/** What lies before the next round. */
export interface Rest {
  /** What is waited for: of a wait its classification, of a pause the verdict it follows, or another word. */
  readonly classification: string;
  readonly reason: string;
  /** It ends after so long at the latest, whatever the clock does. */
  readonly seconds: number;
  /** It ends when the wall clock gets there; null for a pause, which has a length and no end. */
  readonly untilEpoch: number | null;
  /** As wait.json holds it, so that the next life waits for the rest; null for what ends with this life. */
  readonly record: WaitRecord | null;
}

export interface WaitMeans {
  readonly files: LoopFiles;
  readonly requests: RetryRequests;
  pause(milliseconds: number, untilEpochMs?: number): Promise<PauseEnd>;
  /** Whether an agent of that name is still configured; absent: every one is. */
  readonly isConfigured?: (agent: string) => boolean;
}

/** Two readings of the uptime, each cut to whole seconds, may be off by so much. */
const uptimeStepSeconds = 1.5;

/** A pause between rounds, which ends with this life. */
export function pauseOf(
  seconds: number,
  { classification, reason }: { readonly classification: string; readonly reason: string },
): Rest {
  return { classification, reason, seconds, untilEpoch: null, record: null };
}

/** A wait whose cause is on record elsewhere: a budget that is used up, agents that may not work yet. @param now milliseconds */
export function restUntil(
  untilEpoch: number,
  { now, ...why }: { readonly classification: string; readonly reason: string; readonly now: number },
): Rest {
  return { ...why, seconds: Math.max(0, untilEpoch - now / 1000), untilEpoch, record: null };
}

/** Puts a wait that a round asked for on record. It is sat out by `sitOut`, in this life or a later one. */
export function planRest(
  asked: {
    readonly step: Extract<NextStep, { kind: "wait" }>;
    readonly round: number;
    readonly jitterSeconds: number;
  },
  means: Pick<WaitMeans, "files">,
  tools: RoundTools,
): Rest {
  const { wait } = asked.step;
  const agent = tools.agent.name;
  if (wait.isStretched) {
    tools.sink.emit("transient_error_backoff_capped", {
      classification: wait.waitName,
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
    classification: wait.waitName,
    agent,
    reset_at_epoch: Math.ceil(wait.resetAt + asked.jitterSeconds),
    since_round: asked.round,
    reason: redact(asked.step.reason),
    exponent: wait.exponent,
    started_epoch: Math.floor(tools.clock.now() / 1000),
    started_uptime_s: tools.host.uptimeSeconds(),
  };
  means.files.writeWait(record);
  return restOf(record, tools);
}

/** What is left of the wait an earlier life was in; null when there is none or it is over. */
export function earlierRest(means: Pick<WaitMeans, "files" | "isConfigured">, tools: RoundTools): Rest | null {
  const record = means.files.readWait();
  if (record === null) return null;
  if (means.isConfigured?.(record.agent) === false) {
    means.files.writeWait(null);
    const text = `the wait for ${record.agent} is dropped: it is not configured any more`;
    tools.tell({ kind: "wait_dropped", text, facts: { agent: record.agent } });
    return null;
  }
  const rest = restOf(record, tools);
  if (rest.seconds > 0) return rest;
  endOnRecord(record, means, tools);
  return null;
}

function restOf(record: WaitRecord, tools: RoundTools): Rest {
  const { classification, reason, reset_at_epoch: untilEpoch } = record;
  const now = tools.clock.now() / 1000;
  // Never longer than it was meant to be: the clock may have been set back since it began.
  const meant = untilEpoch - record.started_epoch;
  const seconds = Math.max(0, Math.min(untilEpoch - now, meant, meant - waitedByUptime(record, tools)));
  return { classification, reason, seconds, untilEpoch, record };
}

/** Seconds of the wait that certainly passed; 0 where the machine restarted since. */
function waitedByUptime(record: WaitRecord, tools: RoundTools): number {
  const started = record.started_uptime_s;
  return started === null ? 0 : Math.max(0, tools.host.uptimeSeconds() - started - uptimeStepSeconds);
}

/** Sits it out, visible in status.json, until it is over, somebody asks to go on, or a stop is asked for. */
export async function sitOut(rest: Rest, means: WaitMeans, tools: RoundTools): Promise<PauseEnd> {
  const { clock, sink, book } = tools;
  // Before the wait shows anywhere: whoever asks from now on has seen this wait.
  means.requests.clear();
  const start = clock.monotonic();
  const byClock = Math.ceil(clock.now() / 1000 + rest.seconds);
  const { reason, classification } = rest;
  book.waiting({ until_epoch: Math.min(rest.untilEpoch ?? byClock, byClock), reason, classification });
  tellRest(rest, tools);
  sink.flush();
  const untilMs = rest.untilEpoch === null ? undefined : rest.untilEpoch * 1000;
  const end = await means.pause(rest.seconds * 1000, untilMs);
  book.waiting(null);
  if (end === "retry") {
    const waited = Math.round((clock.monotonic() - start) / 1000);
    sink.emit("retry_requested", { classification: rest.classification, waited_s: waited });
    const text = `going on after ${spellDuration(waited)} of waiting: 'agent-runner retry-now' was called`;
    tools.tell({ kind: "retry_requested", text, facts: { classification: rest.classification, waited_s: waited } });
  }
  // A stop in mid-wait leaves the record: the next life waits for the rest.
  const isOver = end === "over" || end === "retry";
  if (isOver && rest.record !== null) endOnRecord(rest.record, means, tools);
  return end;
}

function endOnRecord(record: WaitRecord, means: Pick<WaitMeans, "files">, tools: RoundTools): void {
  means.files.writeWait(null);
  tools.sink.emit("transient_error_recovered", {
    classification: record.classification,
    agent: record.agent,
    throttled_for_s: Math.max(0, Math.round(tools.clock.now() / 1000 - record.started_epoch)),
  });
}

function tellRest(rest: Rest, tools: RoundTools): void {
  const { untilEpoch, reason, classification } = rest;
  const length = spellDuration(rest.seconds);
  if (untilEpoch === null) {
    const facts = { seconds: rest.seconds, reason, classification };
    return tools.tell({ kind: "waiting", text: `waiting ${length}: ${reason}`, facts });
  }
  const until = isoTime(untilEpoch * 1000).slice(0, 19);
  tools.tell({
    kind: "waiting",
    text: `waiting ${length} until ${until}Z: ${reason.replace(/\.$/, "")}`,
    tone: "warn",
    facts: { until_epoch: untilEpoch, reason, classification },
  });
}
