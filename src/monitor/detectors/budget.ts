// Tells when 80 percent of a budget is used, and when all of it is.
import { type Calendar, type PeriodName, periodNames, periodOf } from "../../core/period.ts";
import type { BudgetSight } from "../../view/sight_provider.ts";
import { defineDetector, finding, lookAtEvents } from "../detector.ts";

export default defineDetector({
  name: "budget",
  order: 17,
  severity: "critical",
  mayStop: true,
  firesWhen:
    "80 percent of a budget is used (warning), or all of it (critical), until its period is over; one of a round " +
    "is told for `recent_s`",
  defaults: { recentSeconds: 3600 },
  facts: ({ budget }) => {
    const calendar: Calendar = { timeZone: budget.timeZone ?? undefined, weekStartsOn: budget.weekStartsOn };
    return { calendar };
  },
  detect({ budgets, now }, { recentSeconds, calendar }) {
    const isOver = (budget: BudgetSight) => endOf(budget, { recentSeconds, calendar }) <= now / 1000;
    return budgets.filter((budget) => !isOver(budget)).map((budget) => {
      const { period, unit, used, allowed, isReached } = budget;
      const table = `[budget.${period}]`;
      return finding({
        identity: `${period} ${unit}`,
        severity: isReached ? "critical" : "warning",
        message: `${isReached ? "The budget" : "80 percent of the budget"} of ${table} ${unit} is used: ${used} of ` +
          `${allowed}`,
        context: { period, unit, used, allowed, until_epoch: budget.until },
        fix: isReached ? `Raise ${unit} in ${table}, or wait for what budget.budget_action says` : null,
        look: lookAtEvents("budget_warned", "budget_reached"),
      });
    });
  },
});

/** Epoch seconds from which on it says nothing of now; Infinity for a budget without an end. */
function endOf(
  budget: BudgetSight,
  options: { readonly recentSeconds: number; readonly calendar: Calendar },
): number {
  const { period, until, at } = budget;
  if (until !== null) return until;
  if (period === "round") return at / 1000 + options.recentSeconds;
  return isPeriodName(period) ? periodOf(period, at / 1000, options.calendar).endsAt : Infinity;
}

function isPeriodName(name: string): name is PeriodName {
  return periodNames.some((known) => known === name);
}
