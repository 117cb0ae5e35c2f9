// Brings together what several hooks say of one round.
import type { PriceTable } from "../core/price.ts";
import type { RoundResult } from "../core/round.ts";
import type { Answer } from "./answers.ts";
import { failedPayload } from "./failure.ts";
import type { Redactor } from "../core/redact.ts";
import type { AfterOutcome, FailedHook, KnownEvent } from "./outcomes.ts";
import { ownEvents } from "./own_events.ts";
import type { OwnEvent } from "./own_events.ts";
import { mayChange, transientPayload, usageOf, usagePayload, verdictWith } from "./transient.ts";

/** The answer of one hook. */
export interface AfterAnswer {
  readonly hook: string;
  readonly answer: Answer<"round_after">;
}

/**
 * The first hook that tells of a limit counts, and the first that tells of usage; where the agent's own output told of
 * it, none does. `facts.now`: epoch seconds.
 */
export function afterRound(
  answers: readonly AfterAnswer[],
  facts: {
    readonly result: RoundResult;
    readonly now: number;
    readonly prices: PriceTable;
    readonly redact: Redactor;
  },
): AfterOutcome {
  const { result, now, redact } = facts;
  let { verdict, usage } = result;
  let estimate: AfterOutcome["estimate"] = null;
  const events: KnownEvent[] = [];
  const own: OwnEvent[] = [];
  const failures: FailedHook[] = [];
  for (const { hook, answer } of answers) {
    const reported = ownEvents(answer.events ?? [], { hook, round: result.number, redact });
    if (reported.kind === "bad") {
      const { message } = reported;
      failures.push(failedPayload({ hook, point: "round_after", fault: "bad_field", message, said: "" }, redact));
      continue;
    }
    own.push(...reported.events);
    const { transient_error: error, usage: used } = answer;
    if (error && mayChange(verdict)) {
      events.push({ kind: "transient_error_detected", payload: transientPayload(error, { result, now, redact }) });
      verdict = verdictWith(verdict, { hook, error, now, redact });
    }
    if (used && usage === null) {
      const found = usageOf(used, facts.prices);
      ({ usage, estimate } = found);
      events.push({ kind: "agent_usage_recorded", payload: usagePayload(found, result) });
    }
  }
  const nextAction = answers.map(({ answer }) => answer.next ?? null).find((next) => next !== null) ?? null;
  return { verdict, usage, estimate, nextAction, events, ownEvents: own, failures };
}
