// Made-up requests, with which a hook can be tried before a round depends on it.
import type { Alert } from "../core/alert.ts";
import { joinPath } from "../core/path.ts";
import type { RoundResult } from "../core/round.ts";
import type { Config } from "../config/schema.ts";
import { phaseFor } from "../config/phases.ts";
import type { HookPoint } from "../core/hook.ts";
import type { Asking } from "./asker.ts";
import type { Redactor } from "../core/redact.ts";
import { agentOf, alertFields, dirtyFields, resultFields, roundFields } from "./request.ts";
import type { HookRound } from "./request.ts";

const roundSeconds = 60;
const noCommit = "0".repeat(40);

export interface SampleFacts {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly redact: Redactor;
  /** The project as `peek --json` shows it. */
  readonly view: Readonly<Record<string, unknown>>;
}

/** What a point adds to the request, for a first round that went well and left one file uncommitted. */
export function sampleFields(point: HookPoint, config: Config, facts: SampleFacts): Asking<HookPoint>["fields"] {
  const phase = phaseFor(config, { number: 1 });
  const round: HookRound = {
    number: 1,
    id: "00000000-0000-4000-8000-000000000000",
    phase: phase.name,
    startedAt: facts.now - roundSeconds * 1000,
    logPath: joinPath(config.runtime.logDir, "rounds/R1-sample.log"),
    agent: agentOf(config),
  };
  switch (point) {
    case "serve_start":
      return {};
    case "round_before":
      return { ...roundFields(round), prompt_files: [...phase.promptFiles] };
    case "round_context": {
      const context = { round_num: 1, started_at: roundFields(round).started_at };
      return { ...roundFields(round), context };
    }
    case "round_dirty":
      return { ...roundFields(round), ...dirtyFields({ files: ["notes.txt"], head: noCommit }) };
    case "round_after": {
      const told = { logPath: round.logPath, dirtyOutcome: "stashed" as const, redact: facts.redact };
      return { ...roundFields(round), result: resultFields(sampleResult(round, facts.now), told) };
    }
    case "monitor_detect":
      return { view: { ...facts.view } };
    case "monitor_alert":
      return { alert: alertFields(sampleAlert(facts.now), null) };
    default:
      return point satisfies never;
  }
}

function sampleAlert(now: number): Alert {
  return {
    detector: "disk_warning",
    action: "hook",
    state: "raised",
    identity: "",
    severity: "warning",
    message: "The disk is 91% full (limit 90%)",
    context: { value: 91, threshold: 90 },
    fix: "Make room on the disk of the log folder",
    look: "agent-runner doctor",
    raisedAt: now,
    at: now,
  };
}

function sampleResult(round: HookRound, now: number): RoundResult {
  return {
    number: round.number,
    phase: round.phase,
    ending: { kind: "exited", code: 0 },
    verdict: {
      kind: "ok",
      summary: "The agent said it was done",
      evidence: [],
      resetsAt: null,
      retryAfterSeconds: null,
      waitClass: null,
      needsHuman: false,
      degraded: [],
    },
    agentName: round.agent.name,
    agentVersion: null,
    usage: null,
    estimatedUsd: null,
    windows: [],
    sessionId: null,
    nextAction: null,
    isSessionRefused: false,
    dirtyFiles: ["notes.txt"],
    change: {
      kind: "some",
      headBefore: noCommit,
      headAfter: noCommit,
      commits: 0,
      files: 1,
      insertions: 3,
      deletions: 0,
      reason: null,
    },
    unchangedRounds: 0,
    salvagedRef: noCommit,
    startedAt: round.startedAt,
    endedAt: now,
    durationSeconds: roundSeconds,
    leftoversEnded: 0,
    lastLines: "Done.",
  };
}
