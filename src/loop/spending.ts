// Holds the loop to its budgets and to the pace of the provider's windows; loads neither where none is asked for.
import type { RoundResult } from "../core/round.ts";
import { isoTime } from "../core/text.ts";
import { boundlessRoom } from "../round/act_early.ts";
import type { RoundMeans } from "../round/round.ts";
import type { RoundTools } from "../round/tools.ts";
import type { BudgetKeeper } from "./budget.ts";
import { hasBudget } from "./budget_limits.ts";
import type { LoopEnd } from "./ends.ts";
import type { PaceHistory } from "./pace.ts";
import { type Rest, restUntil } from "./wait.ts";

/** What the budgets say before a round. */
export type SpendingCheck =
  | { readonly kind: "open" }
  | { readonly kind: "rest"; readonly rest: Rest }
  | { readonly kind: "end"; readonly end: LoopEnd };

/** Budgets and pace of one loop. */
export class Spending {
  readonly #tools: RoundTools;
  readonly #keeper: BudgetKeeper | null;
  readonly #pace: typeof import("./pace.ts") | null;
  #history: PaceHistory = [];

  private constructor(
    tools: RoundTools,
    parts: { readonly keeper: BudgetKeeper | null; readonly pace: typeof import("./pace.ts") | null },
  ) {
    this.#tools = tools;
    this.#keeper = parts.keeper;
    this.#pace = parts.pace;
  }

  static async open(tools: RoundTools): Promise<Spending> {
    const { config, files, clock, sink } = tools;
    const keeper = hasBudget(config.budget)
      ? new (await import("./budget.ts")).BudgetKeeper({ config, files, clock, emit: sink.emit.bind(sink) })
      : null;
    return new Spending(tools, { keeper, pace: config.budget.pace ? await import("./pace.ts") : null });
  }

  /** Whether the next round may start. */
  check(): SpendingCheck {
    const check = this.#keeper?.check() ?? { kind: "open" };
    switch (check.kind) {
      case "open":
        return check;
      case "wait": {
        const { reason, until } = check;
        const now = this.#tools.clock.now();
        return { kind: "rest", rest: restUntil(until, { classification: "budget", reason, now }) };
      }
      case "stop":
        this.#tools.tell({ kind: "budget_stop", text: `budget: ${check.fix}`, tone: "bad" });
        return { kind: "end", end: { reason: "budget", text: check.reason } };
      default:
        return check satisfies never;
    }
  }

  /** Why no round may start now, for a caller that does not wait; null when one may. */
  refusal(): { readonly reason: string; readonly fix: string } | null {
    const check = this.#keeper?.check() ?? { kind: "open" };
    if (check.kind === "open") return null;
    if (check.kind === "stop") return check;
    const fix = `Start it again after ${
      isoTime(check.until * 1000)
    }, or raise ${check.unit} in [budget.${check.period}]`;
    return { reason: check.reason, fix };
  }

  /** What is left for the next round, and the counting of it. */
  get means(): Required<RoundMeans> {
    return { room: this.#keeper?.room() ?? boundlessRoom, onSettled: (result) => this.#record(result) };
  }

  #record(result: RoundResult): void {
    if (result.ending.kind === "not_started") return;
    const { number, usage, estimatedUsd, durationSeconds, endedAt } = result;
    this.#keeper?.record({ number, usage, estimatedUsd, durationSeconds, endedAt: endedAt / 1000 });
  }

  /** The pause after a round, stretched so that no window is used up before its time. */
  paced(rest: Rest, result: RoundResult): Rest {
    if (this.#pace === null) return rest;
    const now = this.#tools.clock.now() / 1000;
    const delay = this.#pace.pacedDelay({
      windows: result.windows,
      now,
      restartDelaySeconds: rest.seconds,
      lastRoundSeconds: result.durationSeconds,
      history: this.#history,
    });
    this.#history = this.#pace.notePace(this.#history, result.windows, now);
    if (delay === null || delay.delaySeconds <= rest.seconds) return rest;
    return { ...rest, classification: "pace", reason: delay.reason, seconds: delay.delaySeconds };
  }
}
