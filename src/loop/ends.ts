// Says why the loop ends, on record and in one line: what is due between rounds, and what a round itself brought about.
import type { Config } from "../config/schema.ts";
import { redact } from "../core/redact.ts";
import { exitCodeOf } from "../core/round.ts";
import type { RoundResult } from "../core/round.ts";
import type { VerdictKind } from "../core/verdict.ts";
import type { Check } from "../round/precheck.ts";
import type { RoundTools } from "../round/tools.ts";
import type { NextStep } from "./next.ts";
import type { StopFile } from "./stop_files.ts";
import { Handover } from "./stop_requests.ts";

/** Why the loop ended, for the last line and the last event. */
export interface LoopEnd {
  /** A stable word, as `serve_stopped` carries it. */
  readonly reason: string;
  /** For people, without a full stop. */
  readonly text: string;
}

/** The supervisor leaves for its successor. */
export const handedOver: LoopEnd = {
  reason: "handover",
  text: "handed over: a running round goes on, and the next serve takes it up",
};

/** That end for what a hand-over throws; anything else is thrown on. */
export function endByHandover(thrown: unknown): LoopEnd {
  if (thrown instanceof Handover) return handedOver;
  throw thrown;
}

/** The agent's sentinel or the operator's stop file is there. */
export function endByFile(found: StopFile, roundsCompleted: number, tools: RoundTools): LoopEnd {
  if (found.kind === "agent_done") {
    tools.sink.emit("agent_self_terminated", { reason: found.reason });
    return {
      reason: "agent_done",
      text: `the agent wrote .agent-done: ${found.reason.trim() || "(no reason given)"}`,
    };
  }
  const { path, content } = found;
  tools.sink.emit("stop_file_detected", { stop_file: path, content, rounds_completed: roundsCompleted });
  return { reason: "stop_file", text: `the stop file '${path}' exists` };
}

/** The start-up battery failed: no further round could work. */
export function endByBattery(failures: readonly Check[], tools: RoundTools): LoopEnd {
  for (const check of failures) tools.tell({ ...startFailure(check), tone: "bad" });
  const names = failures.map((check) => check.name).join(", ");
  tools.sink.emit("config_broken", { reason: `the start-up battery failed: ${names}` });
  return { reason: "config_broken", text: `the start-up battery failed: ${names}` };
}

/** Whether a check is of the agent alone, so that another one may still pass it. */
export function isOfAgent({ name }: Check): boolean {
  return name === "agent_cli_in_path" || name === "prompt_smoke_passes";
}

/** The reference's line for a failed check. */
export function startFailure(check: Check): { readonly kind: string; readonly text: string } {
  return {
    kind: "startup_fail",
    text: `STARTUP FAIL: ${check.name}: ${check.reason} | how-to-fix: ${check.fix}`,
  };
}

/** The round's result is the last one. @param shortFailures in a row, as remembered with this round */
export function endByStep(
  result: RoundResult,
  why: { readonly step: Extract<NextStep, { kind: "stop" }>; readonly shortFailures: number },
  tools: RoundTools,
): LoopEnd {
  const { step } = why;
  const text = redact(step.reason).replace(/\.(?= \(|$)/, "");
  switch (step.cause) {
    case "limit": {
      const reason = result.verdict.kind === "limit" ? "rate_limit" : "transient_error";
      tools.sink.emit("agent_self_terminated", { reason });
      return { reason, text };
    }
    case "on_verdict":
      return { reason: "on_verdict", text };
    case "human_needed":
      return endForHuman(result, text, tools);
    case "crash_loop":
      return endOfCrashes(result, { text, consecutive: why.shortFailures }, tools);
    default:
      return step.cause satisfies never;
  }
}

function endOfCrashes(
  result: RoundResult,
  facts: { readonly text: string; readonly consecutive: number },
  tools: RoundTools,
): LoopEnd {
  tools.sink.emit("crash_loop", {
    consecutive: facts.consecutive,
    exit_code: exitCodeOf(result.ending),
    reason: result.lastLines || redact(result.verdict.summary),
  });
  const lastLine = result.lastLines.trimEnd().split("\n").at(-1) ?? "";
  const said = lastLine === "" ? redact(result.verdict.summary) : `the agent's last line: ${lastLine}`;
  return { reason: "crash_loop", text: `${facts.text}; ${said}` };
}

function endForHuman(result: RoundResult, text: string, tools: RoundTools): LoopEnd {
  const { kind, summary } = result.verdict;
  const hint = hintFor(kind, result.number, tools.config);
  tools.sink.emit("human_needed", { round_num: result.number, verdict: kind, summary: redact(summary), hint });
  tools.tell({
    kind: "human_needed",
    text: `a person is needed: ${hint}`,
    tone: "bad",
    facts: { round: result.number, verdict: kind, hint },
  });
  return { reason: "human_needed", text: `a person is needed: ${text}` };
}

/** What a person can do about it. */
export function hintFor(kind: VerdictKind, round: number, config: Config): string {
  const look = `'agent-runner peek --round ${round} --log'`;
  const start = "then start 'agent-runner serve' again";
  switch (kind) {
    case "auth":
      return config.monitor.authFailHint || `Log the agent in as the user that runs serve, ${start}; see ${look}`;
    case "billing":
      return `Look at the account's credit and spending limits, ${start}; see ${look}`;
    case "config":
      return `Mend what the agent complains of, ${start}; see ${look}`;
    default:
      return `See ${look}, mend it, ${start}`;
  }
}
