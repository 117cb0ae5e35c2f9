// Tells when 80 percent of a budget is used, and when all of it is.
import { type Calendar, type PeriodName, periodNames, periodOf } from "../../core/period.ts";
import { isoTime } from "../../core/text.ts";
import { isObject } from "../../store/json_file.ts";
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
    return { calendar, limits: budget as Readonly<Record<string, unknown>>, leaves: budget.budgetAction === "stop" };
  },
  detect({ budgets, supervisor, now }, { recentSeconds, calendar, limits, leaves }) {
    const isOver = (budget: BudgetSight) => endOf(budget, { recentSeconds, calendar }) <= now / 1000;
    // A supervisor that was started since holds its rounds against the limit as it is now, and tells of that anew.
    const isOfAnother = ({ period, unit, allowed, isReached, at }: BudgetSight) =>
      !isReached && at < (supervisor.startedAt ?? -Infinity) && limitOf(limits, { period, unit }) !== allowed;
    return budgets.filter((budget) => !isOver(budget) && !isOfAnother(budget)).map((budget) => {
      const { period, unit, used, allowed, isReached } = budget;
      const table = `[budget.${period}]`;
      return finding({
        identity: `${period} ${unit}`,
        severity: isReached ? "critical" : "warning",
        message: `${isReached ? "The budget" : "80 percent of the budget"} of ${table} ${unit} is used: ${used} of ` +
          `${allowed}`,
        context: { period, unit, used, allowed, until_epoch: budget.until },
        fix: isReached ? fixOf(budget, { leaves }) : null,
        look: lookAtEvents("budget_warned", "budget_reached"),
      });
    });
  },
});

/** What lets rounds go on. */
function fixOf({ period, unit, until }: BudgetSight, { leaves }: { readonly leaves: boolean }): string {
  const raise = `Raise ${unit} in [budget.${period}]`;
  if (period === "round") return `${raise} if rounds may use so much, or give them smaller steps`;
  if (until === null) return `${raise}: until then no round begins`;
  return `${raise}, or ${leaves ? "start the service again after" : "wait until"} ${isoTime(until * 1000)}`;
}

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

/** What the configuration allows now; null: as much as it takes. */
function limitOf(
  limits: Readonly<Record<string, unknown>>,
  { period, unit }: { readonly period: string; readonly unit: string },
): unknown {
  const table = Object.hasOwn(limits, period) ? limits[period] : null;
  return isObject(table) && Object.hasOwn(table, unit) ? table[unit] : null;
}

function isPeriodName(name: string): name is PeriodName {
  return periodNames.some((known) => known === name);
}
