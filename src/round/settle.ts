// Closes a round: the verdict, the work it left behind, the records, in the order readers rely on.
import type { AgentReader, Observations, Usage } from "../core/agent.ts";
import { redact } from "../core/redact.ts";
import { estimateCost } from "../core/price.ts";
import { changeFields } from "../core/change.ts";
import { exitCauseOf, exitCodeOf } from "../core/round.ts";
import type { Ending, RoundResult } from "../core/round.ts";
import { spellDuration } from "../core/text.ts";
import { networkBlip, referenceEvents } from "../agents/reference_events.ts";
import { budgetVerdict } from "./act_early.ts";
import { diskVerdict } from "./disk_floor.ts";
import { SessionTotals } from "../store/session_totals.ts";
import type { Verdict } from "../core/verdict.ts";
import { progressOf } from "./change.ts";
import { hooksAfter } from "./hook_calls.ts";
import { saveLeftWork } from "./left_work.ts";
import type { RunOutcome } from "./run_spec.ts";
import { recordSample } from "./sample.ts";
import { recordSubstrate } from "./substrate.ts";
import type { RoundIdentity, RoundTools } from "./tools.ts";

/** A session that is refused is refused at once. */
const refusalSeconds = 60;

/** Everything after the last process of the round is gone. */
export async function settle(
  round: RoundIdentity,
  run: RunOutcome,
  facts: {
    readonly reader: AgentReader;
    readonly graceSeconds: number;
    readonly hardSeconds: number;
    /** Epoch milliseconds of the end, where that was before now; null: it ended just now. */
    readonly endedAt: number | null;
  },
  tools: RoundTools,
): Promise<RoundResult> {
  const { sink } = tools;
  const judged = facts.reader.judge(run.ending);
  const verdict = run.early?.sign === "budget"
    ? budgetVerdict(run.early.why, judged)
    : run.early?.sign === "disk"
    ? diskVerdict(run.early.why, judged)
    : judged;
  const observed = facts.reader.observe();
  const usage = ownUsage(round, observed, tools);
  const estimate = usage === null || usage.costUsd !== null ? null : estimateCost(usage, tools.config.prices);
  const isSessionRefused = isRefused(round, { verdict, observed, run });
  recordExit(round, run, tools);
  if (run.early) sink.emit("round_ended_early", { round_num: round.number, ...run.early });
  sink.emit("round_verdict", {
    round_num: round.number,
    verdict: verdict.kind,
    summary: redact(verdict.summary),
    evidence: verdict.evidence.map((item) => ({ ...item, value: redact(item.value) })),
    resets_at: verdict.resetsAt,
    retry_after_s: verdict.retryAfterSeconds,
    needs_human: verdict.needsHuman,
    session_id: observed.sessionId,
    degraded: verdict.degraded.map(redact),
    cli_version: observed.cliVersion,
  });
  recordVersion(round, { agent: facts.reader.name, version: observed.cliVersion }, tools);
  const read = {
    number: round.number,
    phase: round.phase,
    durationSeconds: run.durationSeconds,
    verdict,
    observations: { ...observed, usage },
    estimate,
    ending: run.ending,
    agentName: facts.reader.name,
  };
  const blip = networkBlip(read);
  if (blip) sink.emit("agent_network_blip", blip);
  const left = await saveLeftWork(round, { verdict, ending: run.ending }, tools);
  recordKill(round, run.ending, facts, tools);
  const progress = await progressOf(round, { after: left.after, verdict: verdict.kind }, tools);
  const result: RoundResult = {
    number: round.number,
    phase: round.phase,
    ending: run.ending,
    verdict,
    agentName: facts.reader.name,
    agentVersion: observed.cliVersion,
    usage,
    estimatedUsd: estimate?.usd ?? null,
    windows: observed.windows,
    sessionId: isSessionRefused ? null : observed.sessionId ?? chosenId(round, run.ending),
    isSessionRefused,
    nextAction: null,
    dirtyFiles: left.files,
    ...progress,
    ...(left.leftOut === undefined || left.leftOut.length === 0 ? {} : { leftOut: left.leftOut }),
    salvagedRef: left.ref,
    startedAt: round.startedAt,
    endedAt: facts.endedAt ?? tools.clock.now(),
    durationSeconds: run.durationSeconds,
    leftoversEnded: run.leftoversEnded,
    lastLines: redact(facts.reader.lastLines()),
  };
  if (isSessionRefused) {
    sink.emit("session_refused", { round_num: round.number, session_id: chosenId(round, run.ending) ?? "" });
  }
  tools.book.completed(result);
  sink.emit("round_changes", {
    round_num: round.number,
    ...changeFields(result.change),
    unchanged_rounds: result.unchangedRounds,
  });
  await recordSample("round_end", round, { agentProcesses: run.agentProcesses }, tools);
  sink.emit("round_end", { round_num: round.number });
  const { anomalyRepetitiveWindow: window, anomalyRepetitiveThreshold: threshold } = tools.config.monitor;
  for (const event of referenceEvents(read, { now: tools.clock.now(), repetition: { window, threshold } })) {
    sink.emit(event.kind, event.payload as never);
  }
  await recordSubstrate("round_substrate_after", { number: round.number, head: left.head }, tools);
  tellEnd(result, left.note, tools);
  return await hooksAfter(round, { result, dirtyOutcome: left.outcome }, tools);
}

function recordExit(round: RoundIdentity, run: RunOutcome, tools: RoundTools): void {
  const isTimedOut = run.ending.kind === "timed_out" || run.ending.kind === "lingered";
  tools.sink.emit("agent_exit", {
    round_num: round.number,
    exit_code: exitCodeOf(run.ending),
    duration_s: Math.round(run.durationSeconds * 1000) / 1000,
    timed_out: isTimedOut,
    exit_cause: exitCauseOf(run.ending),
    ending: run.ending.kind,
    leftovers_ended: run.leftoversEnded,
  });
  if (run.survivors > 0) {
    const text = `round ${round.number}: ${run.survivors} processes survived SIGKILL`;
    tools.tell({ kind: "survivors", text, tone: "bad", facts: { round: round.number, count: run.survivors } });
  }
}

/** What the round itself used, also where the CLI counts the whole conversation. */
function ownUsage(round: RoundIdentity, { usage, sessionId }: Observations, tools: RoundTools): Usage | null {
  if (usage === null || sessionId === null || tools.agent.capabilities.tokens !== "conversation") return usage;
  const totals = new SessionTotals(tools.config.runtime.logDir, tools.files);
  if (usage.isCumulative) return totals.take(sessionId, usage, round.number);
  totals.add(sessionId, usage, round.number);
  return usage;
}

/** An id that was chosen for an agent that was never started names no session. */
function chosenId({ session }: RoundIdentity, ending: Ending): string | null {
  if (session.kind === "fresh" || (session.kind === "pinned" && ending.kind === "not_started")) return null;
  return session.sessionId;
}

/**
 * A resumed round whose agent left by itself before it did anything: the session is not there any more, in whatever
 * words. Of an agent that was never started or was ended from outside that is not known.
 */
function isRefused(
  { session }: RoundIdentity,
  { verdict, observed, run }: {
    readonly verdict: Verdict;
    readonly observed: Observations;
    readonly run: RunOutcome;
  },
): boolean {
  const isFailure = verdict.kind === "config" || verdict.kind === "error" || verdict.kind === "no_result";
  const hasWorked = observed.toolCalls.length > 0 || (observed.usage?.outputTokens ?? 0) > 0;
  const leftAtOnce = run.ending.kind === "exited" && run.durationSeconds < refusalSeconds;
  return session.kind === "resumed" && isFailure && !hasWorked && leftAtOnce;
}

/** A CLI that replaces itself overnight explains much of what follows. */
function recordVersion(
  round: RoundIdentity,
  now: { readonly agent: string; readonly version: string | null },
  tools: RoundTools,
): void {
  const status = tools.book.status;
  const before = status?.agent === now.agent ? status.agent_version ?? null : null;
  if (before === null || now.version === null || before === now.version) return;
  tools.sink.emit("agent_version_changed", {
    round_num: round.number,
    agent: now.agent,
    from: before,
    to: now.version,
  });
  const text = `round ${round.number}: ${now.agent} is now ${now.version} (it was ${before})`;
  tools.tell({ kind: "agent_version_changed", text, facts: { round: round.number, from: before, to: now.version } });
}

function recordKill(
  round: RoundIdentity,
  ending: Ending,
  facts: { readonly graceSeconds: number; readonly hardSeconds: number },
  tools: RoundTools,
): void {
  if (ending.kind === "lingered") {
    const payload = { round_num: round.number, grace_s: facts.graceSeconds, live_children: [] };
    tools.sink.emit("round_grace_kill", payload);
  }
  if (ending.kind !== "timed_out") return;
  const { runtime } = tools.config;
  const reason = ending.wall === "hard"
    ? `exceeded round_timeout_s=${facts.hardSeconds}`
    : ending.wall === "idle"
    ? `exceeded idle_timeout_s=${runtime.idleTimeoutSeconds}`
    : `exceeded first_byte_timeout_s=${runtime.firstByteTimeoutSeconds}`;
  tools.sink.emit("round_timeout_kill", { round_num: round.number, reason, wall: ending.wall });
}

function spellCost({ usage, estimatedUsd }: RoundResult): string {
  if (usage?.costUsd) return `$${usage.costUsd.toFixed(2)}`;
  return estimatedUsd === null ? "" : `about $${estimatedUsd.toFixed(2)} by the price table`;
}

function tellEnd(result: RoundResult, note: string, tools: RoundTools): void {
  const parts = [
    `round ${result.number} ended: ${result.verdict.kind} after ${spellDuration(result.durationSeconds)}`,
    result.verdict.kind === "ok" ? "" : result.verdict.summary.replace(/\.$/, ""),
    ...result.verdict.degraded.map((part) => `without ${part}`),
    result.leftoversEnded > 0 ? `${result.leftoversEnded} of its processes had to be ended` : "",
    spellCost(result),
    note,
  ].filter((part) => part !== "");
  const tone = result.verdict.kind === "ok" ? "good" : result.verdict.kind === "error" ? "bad" : "warn";
  tools.tell({
    kind: "round_ended",
    text: parts.join("; "),
    tone,
    facts: {
      round: result.number,
      verdict: result.verdict.kind,
      exit_code: exitCodeOf(result.ending),
      duration_s: result.durationSeconds,
      leftovers_ended: result.leftoversEnded,
    },
  });
}
