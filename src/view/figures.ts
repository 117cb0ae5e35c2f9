// Adds up what rounds took and brought, round by round and day by day, from their events and nothing else.
import type { RecordedEvent } from "../core/event_payload.ts";
import { numberField } from "./field.ts";
import { addUnder, FigureTotals } from "./figure_totals.ts";
import { countField, momentOf, roundField, shortField } from "./sight_field.ts";

/** Rounds whose figures are kept. */
export const figureRoundsKept = 1000;
const daysKept = 400;

/** What one round took and brought. Null is what is not known (yet). */
export interface RoundFigure {
  readonly number: number;
  readonly phase: string | null;
  readonly agent: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly verdict: string | null;
  readonly summary: string | null;
  readonly durationSeconds: number | null;
  /** Of all kinds together, with those read from a cache. */
  readonly tokens: number | null;
  /** As the agent reported it, or estimated where it did not. */
  readonly costUsd: number | null;
  readonly isCostEstimated: boolean;
  readonly commits: number | null;
  readonly filesChanged: number | null;
  readonly insertions: number | null;
  readonly deletions: number | null;
  readonly head: string | null;
}

/** A UTC day. */
export interface DayFigure {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  rounds: number;
  ok: number;
  seconds: number;
  tokens: number;
  costUsd: number;
  commits: number;
}

const unknownRound: Omit<RoundFigure, "number"> = {
  phase: null,
  agent: null,
  startedAt: null,
  endedAt: null,
  verdict: null,
  summary: null,
  durationSeconds: null,
  tokens: null,
  costUsd: null,
  isCostEstimated: false,
  commits: null,
  filesChanged: null,
  insertions: null,
  deletions: null,
  head: null,
};

/** The figures of one project. Each event costs the same, however many there were, and what is kept is bounded. */
export class Figures {
  readonly #rounds = new Map<number, RoundFigure>();
  readonly #days = new Map<string, DayFigure>();
  readonly totals = new FigureTotals();
  /** Of the newest record of usage, which comes after the end of its round. */
  #agent: string | null = null;
  /** As status.json names it; for a time in which none tells of its usage. */
  #statusAgent: string | null = null;

  /** Oldest first. */
  get rounds(): readonly RoundFigure[] {
    return [...this.#rounds.values()];
  }

  /** Oldest first; days without a round are not there. */
  get days(): readonly Readonly<DayFigure>[] {
    return [...this.#days.values()];
  }

  round(number: number): RoundFigure | null {
    return this.#rounds.get(number) ?? null;
  }

  /** @param name of the agent at work, as status.json tells; null when it does not */
  takeAgent(name: string | null): void {
    this.#statusAgent = name;
  }

  /** Takes one event, in the order they were written. Never throws. */
  take(event: RecordedEvent): void {
    switch (event.event) {
      case "round_start":
        return this.#start(event);
      case "agent_exit":
        return this.#exit(event);
      case "round_verdict":
        return this.#judge(event);
      case "agent_usage_recorded":
        return this.#use(event);
      case "round_changes":
        return this.#changed(event);
      case "round_end":
        return this.#end(event);
      case "serve_started":
        return addUnder(this.totals.restarts, { reason: "serve" }, 1);
      case "orphan_stashed":
        this.totals.stashes++;
        return;
      case "salvage_saved":
        if (event.is_reused !== true) this.totals.salvages++;
        return;
      case "leftovers_ended":
        this.totals.leftoversEnded += countField(event, "processes") ?? 0;
    }
  }

  #start(event: RecordedEvent): void {
    const number = roundField(event);
    if (number === null) return;
    // A number that comes again is another round: it stands at the end.
    this.#rounds.delete(number);
    const startedAt = momentOf(event.ts);
    this.#rounds.set(number, { ...unknownRound, number, phase: shortField(event, "phase", 100), startedAt });
    if (this.#rounds.size > figureRoundsKept) this.#rounds.delete(this.#rounds.keys().next().value!);
  }

  #exit(event: RecordedEvent): void {
    const durationSeconds = Math.max(0, numberField(event, "duration_s") ?? 0);
    this.totals.leftoversEnded += countField(event, "leftovers_ended") ?? 0;
    this.totals.addDuration(durationSeconds);
    this.#change(event, { durationSeconds });
    const day = this.#dayOf(event);
    if (day !== null) day.seconds += durationSeconds;
  }

  #judge(event: RecordedEvent): void {
    this.#change(event, { verdict: shortField(event, "verdict", 40), summary: shortField(event, "summary") });
  }

  /** Only now all is known of it, and it is counted: once. */
  #end(event: RecordedEvent): void {
    const round = this.round(roundField(event) ?? -1);
    if (round === null || round.endedAt !== null) return;
    const endedAt = momentOf(event.ts);
    this.#change(event, { endedAt });
    this.totals.lastRoundEndAt = endedAt ?? this.totals.lastRoundEndAt;
    const outcome = round.verdict ?? "unknown";
    addUnder(this.totals.rounds, { agent: this.#agent ?? this.#statusAgent ?? "unknown", outcome }, 1);
    const day = this.#dayOf(event);
    if (day === null) return;
    day.rounds++;
    if (outcome === "ok") day.ok++;
  }

  #use(event: RecordedEvent): void {
    const [agent, model] = [shortField(event, "agent", 60) ?? "unknown", shortField(event, "model", 100) ?? "unknown"];
    this.#agent = agent;
    let tokens = 0;
    for (const [type, field] of tokenFields) {
      const count = countField(event, field) ?? 0;
      tokens += count;
      if (count > 0) addUnder(this.totals.tokens, { agent, model, type }, count);
    }
    const reported = positive(numberField(event, "cost_usd"));
    const estimated = positive(numberField(event, "estimated_cost_usd"));
    const costUsd = reported ?? estimated;
    if (costUsd !== null) {
      const kind = reported === null ? "estimated" : "reported";
      addUnder(this.totals.cost, { agent, model, kind }, costUsd);
    }
    this.#change(event, { agent, tokens, costUsd, isCostEstimated: reported === null && estimated !== null });
    const day = this.#dayOf(event);
    if (day === null) return;
    day.tokens += tokens;
    day.costUsd += costUsd ?? 0;
  }

  #changed(event: RecordedEvent): void {
    const commits = countField(event, "commits");
    this.totals.commits += commits ?? 0;
    this.#change(event, {
      commits,
      filesChanged: countField(event, "files_changed"),
      insertions: countField(event, "insertions"),
      deletions: countField(event, "deletions"),
      head: shortField(event, "head_after", 64),
    });
    const day = this.#dayOf(event);
    if (day !== null) day.commits += commits ?? 0;
  }

  #change(event: RecordedEvent, change: Partial<RoundFigure>): void {
    const number = roundField(event);
    const round = number === null ? undefined : this.#rounds.get(number);
    if (round !== undefined) this.#rounds.set(round.number, { ...round, ...change });
  }

  #dayOf(event: RecordedEvent): DayFigure | null {
    if (momentOf(event.ts) === null) return null;
    const day = event.ts.slice(0, 10);
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const fresh = { day, rounds: 0, ok: 0, seconds: 0, tokens: 0, costUsd: 0, commits: 0 };
    this.#days.set(day, fresh);
    if (this.#days.size > daysKept) this.#days.delete(this.#days.keys().next().value!);
    return fresh;
  }
}

const tokenFields = [
  ["input", "input_tokens"],
  ["output", "output_tokens"],
  ["reasoning", "reasoning_tokens"],
  ["cache_read", "cached_tokens"],
  ["cache_creation", "cache_creation_tokens"],
] as const;

function positive(value: number | null): number | null {
  return value !== null && value >= 0 ? value : null;
}
