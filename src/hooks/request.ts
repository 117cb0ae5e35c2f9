// Spells what a hook is told: names as on the wire, nothing that it has no use for.
import type { Alert } from "../core/alert.ts";
import { hookProtocol } from "../core/hook.ts";
import type { HookPoint } from "../core/hook.ts";
import { changeFields } from "../core/change.ts";
import { baseName } from "../core/path.ts";
import { exitCauseOf, exitCodeOf } from "../core/round.ts";
import type { RoundResult } from "../core/round.ts";
import { isoTime } from "../core/text.ts";
import { usageFields } from "../core/usage_fields.ts";
import type { Config } from "../config/schema.ts";
import type { Request } from "./request_schema.ts";

/** Paths a hook is told of at most. */
const mostFiles = 1000;

/** The agent as hooks know it. */
export interface HookAgent {
  /** As people see it. */
  readonly name: string;
  /** Name of its executable. */
  readonly binary: string;
}

/** The round a hook is called for. */
export interface HookRound {
  readonly number: number;
  /** UUID. */
  readonly id: string;
  readonly phase: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Absolute path of the agent's output. */
  readonly logPath: string;
  readonly agent: HookAgent;
}

/** What was done with uncommitted work. */
export type DirtyOutcomeKind = "stashed" | "committed" | "ignored";

type Common = Omit<Request<"serve_start">, "point" | "hook">;
type RoundFields = Pick<Request<"round_before">, "round_num" | "round_id" | "phase" | "started_at" | "log_path">;

/** The agent of a configuration. */
export function agentOf(config: Pick<Config, "agent">): HookAgent {
  const binary = baseName(config.agent.command[0] ?? "");
  return { name: config.agent.name ?? binary, binary };
}

/** What every request begins with, but for the point and the hook's name. */
export function commonFields(config: Config, agent: HookAgent): Common {
  const { runtime, vcs, monitor } = config;
  return {
    protocol: hookProtocol,
    project: config.project,
    work_dir: runtime.workDir,
    log_dir: runtime.logDir,
    config_file: config.file,
    dry_run: runtime.dryRun,
    agent: { name: agent.name, binary: agent.binary },
    config: {
      vcs: { dirty_action: vcs.dirtyAction, stash_idempotency_s: vcs.stashIdempotencySeconds },
      monitor: {
        anomaly_repetitive_window: monitor.anomalyRepetitiveWindow,
        anomaly_repetitive_threshold: monitor.anomalyRepetitiveThreshold,
      },
      plugins: { ...config.plugins.raw },
    },
  };
}

/** What requests on a round begin with. */
export function roundFields(round: HookRound): RoundFields {
  return {
    round_num: round.number,
    round_id: round.id,
    phase: round.phase,
    started_at: isoTime(round.startedAt),
    log_path: round.logPath,
  };
}

/** Variables that tell a hook what the request says, for scripts that read no JSON. */
export function requestVariables(
  request: { readonly point: HookPoint; readonly hook: string } & Partial<Common & RoundFields>,
): Record<string, string> {
  return {
    AGENT_RUNNER_HOOK: request.hook,
    AGENT_RUNNER_HOOK_POINT: request.point,
    AGENT_RUNNER_LOG_DIR: request.log_dir ?? "",
    AGENT_RUNNER_DRY_RUN: request.dry_run ? "1" : "0",
    ...(request.round_id === undefined ? {} : {
      AGENT_RUNNER_ROUND_NUM: String(request.round_num),
      AGENT_RUNNER_ROUND_ID: request.round_id,
      AGENT_RUNNER_PHASE: request.phase ?? "",
    }),
  };
}

/** The fields of `round_dirty` on the tree. */
export function dirtyFields(
  tree: { readonly files: readonly string[]; readonly head: string | null },
): Pick<Request<"round_dirty">, "files" | "files_total" | "head"> {
  return { files: tree.files.slice(0, mostFiles), files_total: tree.files.length, head: tree.head };
}

/** `alert` of `monitor_alert`. @param host as it was named; null for this machine */
export function alertFields(alert: Alert, host: string | null): Request<"monitor_alert">["alert"] {
  const { detector, state, severity, message, identity, action, context, fix, look, at, raisedAt } = alert;
  const times = { ts: isoTime(at), raised_ts: isoTime(raisedAt) };
  const what = { detector, state, severity, message, identity, host, auto_action: action };
  return { ...what, context: { ...context }, fix, look, ...times };
}

/** `result` of `round_after`. */
export function resultFields(
  result: RoundResult,
  facts: {
    readonly logPath: string;
    readonly dirtyOutcome: DirtyOutcomeKind | null;
    readonly redact: (text: string) => string;
  },
): Request<"round_after">["result"] {
  const { verdict, ending } = result;
  return {
    round_num: result.number,
    phase: result.phase,
    started_at: isoTime(result.startedAt),
    ended_at: isoTime(result.endedAt),
    duration_s: result.durationSeconds,
    exit_code: exitCodeOf(ending),
    exit_cause: exitCauseOf(ending),
    ending: ending.kind,
    timed_out: ending.kind === "timed_out" || ending.kind === "lingered",
    killed_for_grace: ending.kind === "lingered",
    verdict: verdict.kind,
    summary: facts.redact(verdict.summary),
    evidence: verdict.evidence.map(({ record, field, value }) => ({ record, field, value: facts.redact(value) })),
    resets_at: verdict.resetsAt,
    retry_after_s: verdict.retryAfterSeconds,
    wait_class: verdict.waitClass,
    needs_human: verdict.needsHuman,
    usage: result.usage === null ? null : {
      model: result.usage.model,
      ...usageFields(result.usage),
      tool_call_count: result.usage.toolCallCount,
    },
    estimated_cost_usd: result.estimatedUsd,
    session_id: result.sessionId,
    agent_version: result.agentVersion,
    log_path: facts.logPath,
    last_lines: result.lastLines,
    dirty_files: result.dirtyFiles.slice(0, mostFiles),
    dirty_outcome: facts.dirtyOutcome,
    changes: changeFields(result.change),
    unchanged_rounds: result.unchangedRounds,
    stashed: facts.dirtyOutcome === "stashed",
    salvaged_ref: result.salvagedRef,
    leftovers_ended: result.leftoversEnded,
  };
}
