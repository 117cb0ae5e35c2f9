// Says where a budget cannot hold, because an agent does not tell what it would be held against.
import type { Agent } from "../core/agent.ts";
import { type Budget, type BudgetUnit, limitsOf } from "./budget_limits.ts";

/** A limit that does less than it seems to. */
export interface BudgetGap {
  /** For people, without a full stop at the end. */
  readonly found: string;
  readonly fix: string;
}

const spelled: Readonly<Record<BudgetUnit, string>> = {
  usd: "USD",
  tokens: "tokens",
  rounds: "rounds",
  hours: "hours",
};

/** What the limits that are set do not bound for these agents; empty where all hold. */
export function budgetGaps(
  budget: Budget,
  agents: readonly Pick<Agent, "title" | "capabilities">[],
): readonly BudgetGap[] {
  const limits = limitsOf(budget);
  // These hold for every agent, so that somebody who set one of them has seen to it.
  const isBounded = limits.some(({ period, unit }) => period !== "round" && (unit === "rounds" || unit === "hours"));
  const titles = new Set<string>();
  return agents.flatMap(({ title, capabilities }) => {
    if (titles.has(title)) return [];
    titles.add(title);
    const limited = (period: (name: string) => boolean) => {
      const units = limits.filter((limit) => period(limit.period)).map(({ unit }) => unit);
      return [...new Set(units)].filter((unit) => unit === "usd" || unit === "tokens");
    };
    const tells = { usd: capabilities.cost !== "none", tokens: capabilities.tokens !== "none" };
    const untold = isBounded ? [] : limited(() => true).filter((unit) => !tells[unit]);
    const late = capabilities.tokens === "conversation" ? limited((name) => name === "round") : [];
    return [
      ...untold.length === 0 ? [] : [{
        found: `${title} does not tell what it uses: limits in ${spellUnits(untold)} do not hold for it`,
        fix: "Limit rounds or hours in [budget], too: they hold for every agent",
      }],
      ...late.length === 0 ? [] : [{
        found: `${title} tells what it used when it is done: a limit of a round in ${
          spellUnits(late)
        } does not cut it short`,
        fix: "Set hours in [budget.round], too: they are held while the agent works",
      }],
    ];
  });
}

function spellUnits(units: readonly BudgetUnit[]): string {
  return units.map((unit) => spelled[unit]).join(" and ");
}
