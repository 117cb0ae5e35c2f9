// Holds rounds against their budgets: before a round, within it and after it, over restarts.
import type { Config } from "../config/schema.ts";
import { type Calendar, type PeriodName, periodNames } from "../core/period.ts";
import { isoTime, shellQuote } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { EventSink } from "../ports/records.ts";
import {
  type BudgetPeriod,
  type BudgetRound,
  type BudgetUnit,
  calendarOf,
  hasShare,
  isUsedUp,
  type Limit,
  limitsOf,
  type LimitState,
  rollTo,
  spellUsedUp,
  spendingOf,
  stateOf,
  withRound,
} from "./budget_limits.ts";
import { emptyLedger, type Ledger, ledgerPath, readLedger, type Refusal, writeLedger } from "./ledger.ts";

export interface BudgetParts {
  readonly config: Pick<Config, "budget" | "runtime">;
  readonly files: Files;
  readonly clock: Clock;
  /** Writes events. */
  readonly emit: EventSink["emit"];
}

/** Whether the next round may start. */
export type BudgetCheck =
  | { readonly kind: "open" }
  | {
    readonly kind: "wait";
    /** Epoch seconds at which the last of the periods that are used up ends. */
    readonly until: number;
    /** For people, without a full stop at the end. */
    readonly reason: string;
    readonly period: BudgetPeriod;
    readonly unit: BudgetUnit;
  }
  | { readonly kind: "stop"; readonly reason: string; readonly fix: string };

/** What is left for the running round as a whole; null: no bound. */
export interface BudgetRoom {
  readonly usd: number | null;
  readonly tokens: number | null;
  /** Of the agent's time. */
  readonly seconds: number | null;
}

const warnShare = 0.8;
/** A ledger that is further ahead was written by a clock that was wrong, or is read by one. */
const mostSecondsAhead = 2 * 86_400;

/** Keeps `budget.json` in the log folder. Without a limit in `[budget]` it keeps nothing and everything is open. */
export class BudgetKeeper {
  readonly #parts: BudgetParts;
  readonly #limits: readonly Limit[];
  readonly #calendar: Calendar;
  readonly #path: string;
  /** Rounds that could not be written down yet. */
  #unwritten: BudgetRound[] = [];
  #ledger: Ledger | null = null;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
    this.#limits = limitsOf(parts.config.budget);
    this.#calendar = calendarOf(parts.config.budget);
    this.#path = ledgerPath(parts.config.runtime.logDir);
  }

  /** Whether anything is limited. */
  get isActive(): boolean {
    return this.#limits.length > 0;
  }

  /** Whether a round may start now. @param now epoch seconds; the clock's when absent */
  check(now: number = this.#now()): BudgetCheck {
    if (!this.isActive) return { kind: "open" };
    const refusal = this.#settle() ?? this.#aheadOf(now);
    if (refusal !== null) return { kind: "stop", ...refusal };
    const used = this.states(now).filter((state) => state.period !== "round" && isUsedUp(state));
    const tellFailure = this.#tell(now);
    if (tellFailure !== null) return { kind: "stop", ...tellFailure };
    const last = used.reduce<LimitState | null>((latest, state) => laterOf(latest, state), null);
    if (last === null) return { kind: "open" };
    const reason = [last, ...used.filter((state) => state !== last)].map(spellUsedUp).join("; ");
    const mayWait = last.until !== null && this.#parts.config.budget.budgetAction === "wait";
    if (!mayWait) return { kind: "stop", reason, fix: this.#fixFor(last) };
    return { kind: "wait", until: last.until, reason, period: last.period, unit: last.unit };
  }

  /** What the running round may use as a whole. @param now epoch seconds; the clock's when absent */
  room(now: number = this.#now()): BudgetRoom {
    let room: BudgetRoom = { usd: null, tokens: null, seconds: null };
    for (const state of this.states(now)) {
      const left = Math.max(0, state.allowed - state.used);
      if (state.unit === "usd") room = { ...room, usd: Math.min(room.usd ?? left, left) };
      if (state.unit === "tokens") room = { ...room, tokens: Math.min(room.tokens ?? left, left) };
      if (state.unit === "hours") room = { ...room, seconds: Math.min(room.seconds ?? left * 3600, left * 3600) };
    }
    return room;
  }

  /**
   * Counts a round that is over; one that was counted last is not counted again. What cannot be written down now is
   * kept and tried again by `check`, which stops when it still cannot.
   */
  record(round: BudgetRound): void {
    if (!this.isActive) return;
    this.#unwritten.push(round);
    if (this.#settle() === null) this.#tell(round.endedAt);
  }

  /** Every limit with what is used of it. Where the ledger cannot be read only those of a round. */
  states(now: number = this.#now()): readonly LimitState[] {
    if (!this.isActive) return [];
    if (this.#ledger === null) this.#settle();
    const known = this.#ledger;
    const limits = known === null ? this.#limits.filter(({ period }) => period === "round") : this.#limits;
    const ledger = rollTo(known ?? emptyLedger, now, this.#calendar);
    return limits.map((limit) => stateOf(limit, { ledger, now, calendar: this.#calendar, round: null }));
  }

  /** Reads the ledger and writes down what is not in it yet. Returns why that cannot be done, or null. */
  #settle(): Refusal | null {
    const read = readLedger(this.#path, this.#parts.files);
    if (read.kind === "refused") {
      this.#ledger = null;
      return read.refusal;
    }
    let ledger = read.ledger;
    const counted: BudgetRound[] = [];
    for (const round of this.#unwritten) {
      if (round.number === ledger.lastRound) continue;
      ledger = withRound(ledger, round, this.#calendar);
      counted.push(round);
    }
    // In memory it counts at once: what is left for a round must not grow because a disk is full.
    this.#ledger = ledger;
    const failure = counted.length === 0 ? null : writeLedger(this.#path, ledger, this.#parts.files);
    if (failure !== null) return failure;
    this.#unwritten = [];
    for (const round of counted) this.#tellRound(round);
    return null;
  }

  /** Tells of periods that have passed 80 or 100 percent, each once. Returns why that cannot be kept, or null. */
  #tell(now: number): Refusal | null {
    const ledger = rollTo(this.#ledger ?? emptyLedger, now, this.#calendar);
    const told = new Set(ledger.warned);
    const due: { readonly state: LimitState; readonly kind: "budget_warned" | "budget_reached" }[] = [];
    for (const state of this.states(now)) {
      if (state.period === "round") continue;
      for (const kind of ["budget_warned", "budget_reached"] as const) {
        const mark = `${state.period} ${state.unit} ${kind} ${state.allowed}`;
        if (!hasShare(state, kind === "budget_warned" ? warnShare : 1) || told.has(mark)) continue;
        told.add(mark);
        due.push({ state, kind });
      }
    }
    if (due.length === 0) return null;
    this.#ledger = { ...ledger, warned: [...told] };
    const failure = writeLedger(this.#path, this.#ledger, this.#parts.files);
    if (failure === null) { for (const { state, kind } of due) this.#emit(state, kind); }
    return failure;
  }

  #tellRound(round: BudgetRound): void {
    const at = { ledger: emptyLedger, now: round.endedAt, calendar: this.#calendar, round: spendingOf(round) };
    for (const limit of this.#limits.filter(({ period }) => period === "round")) {
      const state = stateOf(limit, at);
      if (hasShare(state, warnShare)) this.#emit(state, "budget_warned");
      if (isUsedUp(state)) this.#emit(state, "budget_reached");
    }
  }

  #emit(state: LimitState, kind: "budget_warned" | "budget_reached"): void {
    const { period, unit, allowed, until } = state;
    const used = Math.round(state.used * 1e6) / 1e6;
    if (kind === "budget_warned") this.#parts.emit("budget_warned", { period, unit, used, allowed });
    else this.#parts.emit("budget_reached", { period, unit, used, allowed, until_epoch: until });
  }

  /** Why the ledger and the clock cannot both be right, or null. */
  #aheadOf(now: number): Refusal | null {
    const hasLimit = (name: PeriodName) => this.#limits.some(({ period }) => period === name);
    for (const name of periodNames.filter(hasLimit)) {
      const key = this.#ledger?.periods[name]?.key;
      if (key === undefined) continue;
      const startsAt = Date.parse(`${key.length === 7 ? `${key}-01` : key}T00:00:00Z`) / 1000;
      // A key that is no date cannot be ahead of anything either.
      if (startsAt - now <= mostSecondsAhead) continue;
      const today = isoTime(now * 1000).slice(0, 10);
      return {
        reason: `"${this.#path}" already counts the ${name} ${key}, but the clock says ${today}`,
        fix: `Set the clock, or remove the file to start from zero: rm ${shellQuote(this.#path)}`,
      };
    }
    return null;
  }

  #fixFor(state: LimitState): string {
    const raise = `Raise ${state.unit} in [budget.${state.period}]`;
    if (state.until !== null) return `${raise}, or start again after ${isoTime(state.until * 1000)}`;
    return `${raise}, or remove the ledger to start from zero: rm ${shellQuote(this.#path)}`;
  }

  #now(): number {
    return this.#parts.clock.now() / 1000;
  }
}

/** The one that ends later; what never ends is the latest. */
function laterOf(a: LimitState | null, b: LimitState): LimitState {
  if (a === null) return b;
  return (b.until ?? Infinity) > (a.until ?? Infinity) ? b : a;
}
