// What budgets allow and what counts against them: pure sums and words, without a file or a clock.
import type { Config } from "../config/schema.ts";
import type { Usage } from "../core/agent.ts";
import { type Calendar, type Period, type PeriodName, periodNames, periodOf } from "../core/period.ts";
import { emptySpending, type Ledger, type PeriodSpending, type Spending } from "./ledger.ts";

export type Budget = Config["budget"];

/** What a budget is for: one round, a day, a week, a month, or all rounds together. */
export type BudgetPeriod = "round" | PeriodName | "total";

export type BudgetUnit = "usd" | "tokens" | "rounds" | "hours";

/** One key of `[budget.<period>]`. */
export interface Limit {
  readonly period: BudgetPeriod;
  readonly unit: BudgetUnit;
  readonly allowed: number;
}

/** How much of one limit is used. */
export interface LimitState extends Limit {
  readonly used: number;
  /** What it was counted from. */
  readonly spending: Spending;
  /** Epoch seconds at which the next period begins; null for a round and for the total. */
  readonly until: number | null;
}

/** One round as budgets count it. */
export interface BudgetRound {
  readonly number: number;
  /** Of this round alone; null when nothing is known. */
  readonly usage: Usage | null;
  /** Used only where `usage` has no cost; null when it cannot be estimated. */
  readonly estimatedUsd: number | null;
  readonly durationSeconds: number;
  /** Epoch seconds; the round counts in the periods that this moment is in. */
  readonly endedAt: number;
}

const units: readonly BudgetUnit[] = ["usd", "tokens", "rounds", "hours"];
const periods: readonly BudgetPeriod[] = ["round", ...periodNames, "total"];
/** Sums of decimal fractions miss a round number by less than this. */
const rounding = 1e-9;

/** All limits that are set. */
export function limitsOf(budget: Budget): readonly Limit[] {
  return periods.flatMap((period) => {
    const table: Readonly<Partial<Record<BudgetUnit, number | null>>> = budget[period];
    return units.flatMap((unit) => {
      const allowed = table[unit] ?? null;
      return allowed === null ? [] : [{ period, unit, allowed }];
    });
  });
}

/** Whether anything is limited: without a limit there is nothing to keep. */
export function hasBudget(budget: Budget): boolean {
  return limitsOf(budget).length > 0;
}

/** Where the days, weeks and months of budgets begin. */
export function calendarOf(budget: Budget): Calendar {
  return { timeZone: budget.timeZone ?? undefined, weekStartsOn: budget.weekStartsOn };
}

/** What one round adds. A cost is either reported or estimated or unknown, never two of them. */
export function spendingOf(round: BudgetRound): Spending {
  const { usage } = round;
  const reported = amountOf(usage?.costUsd);
  const estimated = reported === null ? amountOf(round.estimatedUsd) : null;
  const kinds = usage === null ? [] : [
    usage.inputTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    usage.cachedTokens,
    usage.cacheCreationTokens,
  ];
  return {
    usd: reported ?? 0,
    estimatedUsd: estimated ?? 0,
    tokens: kinds.reduce((sum, tokens) => sum + (amountOf(tokens) ?? 0), 0),
    rounds: 1,
    seconds: amountOf(round.durationSeconds) ?? 0,
    roundsWithoutCost: reported === null && estimated === null ? 1 : 0,
  };
}

/** The ledger with one more round, counted in the periods in which it ended. */
export function withRound(ledger: Ledger, round: BudgetRound, calendar: Calendar): Ledger {
  const rolled = rollTo(ledger, round.endedAt, calendar);
  const spending = spendingOf(round);
  const added = (name: PeriodName): PeriodSpending => {
    const period = rolled.periods[name] ?? { key: periodOf(name, round.endedAt, calendar).key, ...emptySpending };
    return { key: period.key, ...sum(period, spending) };
  };
  return {
    periods: { day: added("day"), week: added("week"), month: added("month") },
    total: sum(rolled.total, spending),
    warned: rolled.warned,
    lastRound: round.number,
  };
}

/**
 * The ledger as it counts at a moment: periods that are over are gone. One that seems to lie ahead is kept, for a clock
 * that was set back must not open a budget again.
 */
export function rollTo(ledger: Ledger, now: number, calendar: Calendar): Ledger {
  const over = periodNames.filter((name) => {
    const kept = ledger.periods[name];
    return kept !== null && kept.key < periodOf(name, now, calendar).key;
  });
  if (over.length === 0) return ledger;
  const kept = { ...ledger.periods };
  for (const name of over) kept[name] = null;
  const isOver = (mark: string) => over.some((name) => mark.startsWith(`${name} `));
  return { ...ledger, periods: kept, warned: ledger.warned.filter((mark) => !isOver(mark)) };
}

/** The state of a limit. @param at the rolled ledger, the moment in epoch seconds, and the round where there is one */
export function stateOf(
  limit: Limit,
  at: { readonly ledger: Ledger; readonly now: number; readonly calendar: Calendar; readonly round: Spending | null },
): LimitState {
  const { period } = limit;
  const current: Period | null = period === "round" || period === "total"
    ? null
    : periodOf(period, at.now, at.calendar);
  const spending = (period === "round" ? at.round : period === "total" ? at.ledger.total : at.ledger.periods[period]) ??
    emptySpending;
  return { ...limit, used: usedOf(limit.unit, spending), spending, until: current?.endsAt ?? null };
}

/** Whether nothing is left of a limit. */
export function isUsedUp(state: LimitState): boolean {
  return hasShare(state, 1);
}

/** Whether at least this share of a limit is used. */
export function hasShare(state: LimitState, share: number): boolean {
  return state.used >= state.allowed * share - rounding;
}

/** `the budget of the day is used up: $10.40 of $10.00 ($8.00 reported, $2.40 estimated)` */
export function spellUsedUp(state: LimitState): string {
  const of = state.period === "total" ? "in total" : `of the ${state.period}`;
  const { unit } = state;
  const amounts = `${spellAmount(unit, state.used)} of ${spellAmount(unit, state.allowed)}`;
  return `the budget ${of} is used up: ${amounts}${unit === "usd" ? spellBasis(state.spending) : ` ${unit}`}`;
}

/** An amount for people, dollars with their sign and all others without their unit. */
export function spellAmount(unit: BudgetUnit, amount: number): string {
  switch (unit) {
    case "usd":
      return amount > 0 && amount < 0.01 ? `$${amount.toFixed(4)}` : `$${amount.toFixed(2)}`;
    case "tokens":
    case "rounds":
      return String(Math.round(amount)).replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ",");
    case "hours":
      return amount.toFixed(1);
    default:
      return unit satisfies never;
  }
}

function spellBasis({ usd, estimatedUsd, roundsWithoutCost }: Spending): string {
  const parts: string[] = [];
  if (estimatedUsd > 0 && usd === 0) parts.push("estimated");
  else if (estimatedUsd > 0) {
    parts.push(`${spellAmount("usd", usd)} reported, ${spellAmount("usd", estimatedUsd)} estimated`);
  }
  if (roundsWithoutCost > 0) {
    parts.push(`without ${roundsWithoutCost} ${roundsWithoutCost === 1 ? "round" : "rounds"} of unknown cost`);
  }
  return parts.length === 0 ? "" : ` (${parts.join("; ")})`;
}

function usedOf(unit: BudgetUnit, spending: Spending): number {
  switch (unit) {
    case "usd":
      return spending.usd + spending.estimatedUsd;
    case "tokens":
      return spending.tokens;
    case "rounds":
      return spending.rounds;
    case "hours":
      return spending.seconds / 3600;
    default:
      return unit satisfies never;
  }
}

function sum(a: Spending, b: Spending): Spending {
  return {
    usd: a.usd + b.usd,
    estimatedUsd: a.estimatedUsd + b.estimatedUsd,
    tokens: a.tokens + b.tokens,
    rounds: a.rounds + b.rounds,
    seconds: a.seconds + b.seconds,
    roundsWithoutCost: a.roundsWithoutCost + b.roundsWithoutCost,
  };
}

/** Null for what is no amount, whoever told it. */
function amountOf(value: number | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}
