// Holds the loop to its budgets and to the pace of the provider's windows; loads neither where none is asked for.
import type { Agent } from "../core/agent.ts";
import type { RoundResult } from "../core/round.ts";
import { clip, isoTime, visible } from "../core/text.ts";
import { boundlessRoom } from "../round/act_early.ts";
import type { RoundMeans } from "../round/round.ts";
import type { RoundTools } from "../round/tools.ts";
import type { BudgetKeeper } from "./budget.ts";
import { hasBudget, limitsOf } from "./budget_limits.ts";
import type { LoopEnd } from "./ends.ts";
import type { PaceKeeper } from "./pace_keeper.ts";
import { pauseOf, type Rest, restUntil } from "./wait.ts";

/** What the budgets say before a round. */
export type SpendingCheck =
  | { readonly kind: "open" }
  | { readonly kind: "rest"; readonly rest: Rest }
  | { readonly kind: "end"; readonly end: LoopEnd };

/** Budgets and pace of one loop. */
export class Spending {
  readonly #tools: RoundTools;
  readonly #keeper: BudgetKeeper | null;
  readonly #pace: PaceKeeper | null;
  /** Models without a price that were told already. */
  readonly #unpriced = new Set<string>();

  private constructor(
    tools: RoundTools,
    parts: { readonly keeper: BudgetKeeper | null; readonly pace: PaceKeeper | null },
  ) {
    this.#tools = tools;
    this.#keeper = parts.keeper;
    this.#pace = parts.pace;
  }

  /** @param agents those that may work, to tell where the budget cannot hold for them; absent: nothing is told */
  static async open(tools: RoundTools, agents: readonly Agent[] = []): Promise<Spending> {
    const { config, files, clock, sink } = tools;
    const keeper = hasBudget(config.budget)
      ? new (await import("./budget.ts")).BudgetKeeper({ config, files, clock, emit: sink.emit.bind(sink) })
      : null;
    if (keeper !== null && agents.length > 0) {
      for (const { found, fix } of (await import("./budget_gaps.ts")).budgetGaps(config.budget, agents)) {
        tools.tell({ kind: "budget_gap", text: `budget: ${found}. ${fix}`, tone: "warn" });
      }
    }
    const pace = config.budget.pace
      ? new (await import("./pace_keeper.ts")).PaceKeeper({ logDir: config.runtime.logDir, files, clock })
      : null;
    return new Spending(tools, { keeper, pace });
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
  get means(): Required<Pick<RoundMeans, "room" | "onSettled">> {
    return { room: this.#keeper?.room() ?? boundlessRoom, onSettled: (result) => this.#record(result) };
  }

  #record(result: RoundResult): void {
    if (result.ending.kind === "not_started") return;
    const { number, usage, estimatedUsd, durationSeconds, endedAt } = result;
    this.#keeper?.record({ number, usage, estimatedUsd, durationSeconds, endedAt: endedAt / 1000 });
    this.#tellUnpriced(result);
  }

  /** A round whose tokens are known and whose cost is not counts as nothing in USD: that must not go unseen. */
  #tellUnpriced({ usage, estimatedUsd }: RoundResult): void {
    if (usage === null || usage.costUsd !== null || estimatedUsd !== null || this.#unpriced.has(usage.model)) return;
    if (!limitsOf(this.#tools.config.budget).some(({ unit }) => unit === "usd")) return;
    this.#unpriced.add(usage.model);
    const model = visible(clip(usage.model, 100));
    const text = `budget: nobody knows what a round of "${model}" costs, so that it counts as nothing in USD; ` +
      "put its price into budget.prices_file, or limit tokens, rounds or hours, too";
    this.#tools.tell({ kind: "budget_gap", text, tone: "warn", facts: { model } });
  }

  /** The pause after a round, stretched so that no window is used up before its time. */
  paced(rest: Rest, { windows, durationSeconds }: RoundResult): Rest {
    const facts = { windows, restartDelaySeconds: rest.seconds, lastRoundSeconds: durationSeconds };
    const delay = this.#pace?.after(facts) ?? null;
    if (delay === null) return rest;
    return pauseOf(delay.delaySeconds, { classification: "pace", reason: delay.reason });
  }

  /** What is left of a pause that an earlier life had stretched; null when there is none. */
  earlierRest(): Rest | null {
    const left = this.#pace?.left() ?? null;
    return left && pauseOf(left.delaySeconds, { classification: "pace", reason: left.reason });
  }

  /** A rest was sat out, or somebody ended it: it does not hold for another life. */
  hasRested({ classification }: Rest): void {
    if (classification === "pace") this.#pace?.forgetPause();
  }
}
