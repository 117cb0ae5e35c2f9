// Ends a loop in which rounds end well and change nothing: more of them would only cost.
import type { Config } from "../config/schema.ts";
import type { RoundResult } from "../core/round.ts";
import type { NextAction } from "../core/verdict.ts";
import type { RoundTools } from "../round/tools.ts";
import type { LoopEnd } from "./ends.ts";

/** What comes of a stall; null: the loop has not stalled. */
export function stallAction(
  result: Pick<RoundResult, "verdict" | "change" | "unchangedRounds" | "nextAction">,
  { stallRounds, stallAction: action }: Config["progress"],
): NextAction | null {
  if (stallRounds === 0 || result.unchangedRounds < stallRounds) return null;
  // Only a round that counted ends the loop: not one that says nothing about it.
  if (result.verdict.kind !== "ok" || result.change.kind !== "none") return null;
  return action === "hook" ? result.nextAction ?? "stop" : "stop";
}

/** Puts a stall on record. */
export function recordStall(result: RoundResult, action: NextAction, tools: RoundTools): void {
  const { number, unchangedRounds } = result;
  tools.sink.emit("loop_stalled", { round_num: number, unchanged_rounds: unchangedRounds, action });
  if (action === "stop") return;
  const text = `${inARow(unchangedRounds)} changed nothing; a hook says: ${action}`;
  tools.tell({ kind: "stalled", text, tone: "warn", facts: { round: number, action } });
}

/** A person has to look: what was counted is forgotten with that, so that the next loop begins anew. */
export function endByStall(result: RoundResult, tools: RoundTools): LoopEnd {
  const { number, unchangedRounds } = result;
  const summary = `${inARow(unchangedRounds)} changed nothing`;
  const hint = `See 'agent-runner peek --round ${number} --log'; give the agent something to do, or mend the prompt, ` +
    "then start 'agent-runner serve' again";
  tools.sink.emit("human_needed", { round_num: number, verdict: result.verdict.kind, summary, hint });
  tools.tell({
    kind: "human_needed",
    text: `a person is needed: ${hint}`,
    tone: "bad",
    facts: { round: number, unchanged_rounds: unchangedRounds, hint },
  });
  tools.book.forgetUnchanged();
  const setting = `progress.stall_rounds = ${tools.config.progress.stallRounds}`;
  return { reason: "stalled", text: `a person is needed: ${summary} (${setting})` };
}

function inARow(rounds: number): string {
  return rounds === 1 ? "1 ok round" : `${rounds} ok rounds in a row`;
}
