// Keeps what providers and budgets allow at the moment: limits, waits, and how much of each budget is used.
import type { RecordedEvent } from "../core/event_payload.ts";
import { isPauseRecord } from "../store/status_pause.ts";
import { isObject } from "../store/json_file.ts";
import { numberField } from "./field.ts";
import { epochField, momentOf, roundField, shortField } from "./sight_field.ts";
import type { Fields } from "./sight_field.ts";

const agentsKept = 16;
const budgetsKept = 32;

/** A limit or a passing fault of a provider that was not over when it was last told of. */
export interface LimitSight {
  readonly agent: string;
  readonly classification: string;
  /** Epoch seconds. */
  readonly resetAt: number;
  readonly round: number | null;
}

/** What the loop waits for, as status.json says. */
export interface WaitSight {
  /** Epoch seconds. */
  readonly until: number;
  readonly classification: string;
  readonly reason: string;
}

/** The operator wants no further round, as status.json says. */
export interface PauseSight {
  readonly since: string;
  readonly by: string;
  readonly reason: string;
}

/** How much of one budget is used. */
export interface BudgetSight {
  /** round, day, week, month or total. */
  readonly period: string;
  /** usd, tokens, rounds or hours. */
  readonly unit: string;
  readonly used: number;
  readonly allowed: number;
  readonly isReached: boolean;
  /** Epoch seconds at which the next period begins; null when it is not known. */
  readonly until: number | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

type Handler = (event: RecordedEvent, at: number) => void;

/** Limits, waits and budgets. */
export class ProviderRecord {
  readonly #limits = new Map<string, LimitSight>();
  readonly #budgets = new Map<string, BudgetSight>();
  #waiting: WaitSight | null = null;
  #paused: PauseSight | null = null;

  /** Kind of event -> what is done with it. @param at epoch milliseconds of the look */
  readonly handlers: Readonly<Record<string, Handler>> = {
    transient_error_detected: (event) => this.#limited(event),
    transient_error_recovered: (event) => this.#opened(event),
    agent_usage_recorded: (event) => {
      if (event["success"] === true) this.#opened(event);
    },
    budget_warned: (event, at) => this.#budget(event, { isReached: false, at }),
    budget_reached: (event, at) => this.#budget(event, { isReached: true, at }),
    round_start: () => this.#mayGoOn(),
  };

  get limits(): readonly LimitSight[] {
    return [...this.#limits.values()];
  }

  get budgets(): readonly BudgetSight[] {
    return [...this.#budgets.values()];
  }

  get waiting(): WaitSight | null {
    return this.#waiting;
  }

  get paused(): PauseSight | null {
    return this.#paused;
  }

  /** @param status status.json */
  takeStatus(status: Fields): void {
    const { waiting, paused } = status;
    this.#paused = !isPauseRecord(paused) || !isObject(paused) ? null : {
      since: shortField(paused, "since", 40) ?? "",
      by: shortField(paused, "by", 100) ?? "",
      reason: shortField(paused, "reason") ?? "",
    };
    const until = isObject(waiting) ? epochField(waiting, "until_epoch") : null;
    this.#waiting = !isObject(waiting) || until === null ? null : {
      until,
      classification: shortField(waiting, "classification", 60) ?? "",
      reason: shortField(waiting, "reason") ?? "",
    };
  }

  #limited(event: RecordedEvent): void {
    const agent = shortField(event, "agent", 100);
    const resetAt = epochField(event, "reset_at_epoch");
    if (agent === null || resetAt === null) return;
    const classification = shortField(event, "classification", 60) ?? "unknown";
    keep(this.#limits, agent, { agent, classification, resetAt, round: roundField(event) }, agentsKept);
  }

  #opened(event: RecordedEvent): void {
    const agent = shortField(event, "agent", 100);
    if (agent !== null) this.#limits.delete(agent);
  }

  #budget(event: RecordedEvent, { isReached, at }: { readonly isReached: boolean; readonly at: number }): void {
    const period = shortField(event, "period", 20);
    const unit = shortField(event, "unit", 20);
    const used = numberField(event, "used");
    const allowed = numberField(event, "allowed");
    if (period === null || unit === null || used === null || allowed === null) return;
    const time = momentOf(event.ts) ?? at;
    const until = epochField(event, "until_epoch");
    keep(
      this.#budgets,
      `${period} ${unit}`,
      { period, unit, used, allowed, isReached, until, at: Math.min(time, at) },
      budgetsKept,
    );
  }

  /** A round begins: no budget of a period keeps it from that any more. */
  #mayGoOn(): void {
    if (this.#budgets.size === 0) return;
    for (const [key, budget] of this.#budgets) {
      if (budget.isReached && budget.period !== "round") this.#budgets.delete(key);
    }
  }
}

/** The newest stand at the end; the oldest give way. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
