// One round by the `round` verb, with what it left on record: most scenarios need no more.
import assert from "node:assert/strict";
import type { EventRecord, Outcome, Project } from "./project.ts";

/** A round that is over. */
export interface OneRound {
  readonly number: number;
  readonly outcome: Outcome;
  /** Milliseconds from the start of the program to its end. */
  readonly tookMs: number;
  readonly exit: EventRecord;
  readonly verdict: EventRecord;
  /** Kinds of its events, in their order. */
  readonly kinds: readonly string[];
}

/** Carries out a round and expects the verb to succeed, whatever the agent did. */
export async function oneRound(project: Project, ...args: string[]): Promise<OneRound> {
  const before = project.ofKind("round_start").length;
  const startedAt = performance.now();
  const outcome = await project.run(["round", ...args]);
  const tookMs = performance.now() - startedAt;
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  const start = project.ofKind("round_start")[before];
  assert.ok(start, `no round was started: ${outcome.stdout}${outcome.stderr}`);
  const number = Number(start.round_num);
  const events = project.events().filter((event) => event.round_num === number);
  return {
    number,
    outcome,
    tookMs,
    exit: events.find((event) => event.event === "agent_exit")!,
    verdict: events.find((event) => event.event === "round_verdict")!,
    kinds: events.map((event) => event.event),
  };
}

/** How a round ended, in the words of its events. */
export function endOf(round: OneRound) {
  const { exit_code, exit_cause, ending, timed_out } = round.exit;
  return { exit_code, exit_cause, ending, timed_out, verdict: round.verdict.verdict };
}
