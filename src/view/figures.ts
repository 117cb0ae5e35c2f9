// Adds up what rounds took and brought, round by round and day by day, from their events and nothing else.
import type { RecordedEvent } from "../core/event_payload.ts";
import { isFailure, verdictKinds } from "../core/verdict.ts";
import { numberField } from "./field.ts";
import { FigureDays } from "./figure_days.ts";
import { addRound, addTokens, costUsd, freshSums, lostSeconds, tokenFields } from "./figure_sums.ts";
import type { FigureSums } from "./figure_sums.ts";
import { addUnder, FigureTotals } from "./figure_totals.ts";
import { FigureWaits } from "./figure_waits.ts";
import type { WaitSpan } from "./figure_waits.ts";
import { unknownRound } from "./round_figure.ts";
import type { DayFigure, RoundFigure } from "./round_figure.ts";
import { countField, momentOf, roundField, shortField } from "./sight_field.ts";

/** Rounds whose figures are kept. */
export const figureRoundsKept = 1000;

export interface FigureOptions {
  /** Where midnight is; this machine's zone when absent. */
  readonly timeZone?: string | undefined;
  /** Epoch milliseconds; what was before is read to know the rounds by, and not added up. */
  readonly since?: number;
  /** Whether a supervisor ran before the first event. Default: unknown, and then it is not counted as waiting. */
  readonly isServing?: boolean;
  /** Given the sums of each round once it is known as what they count, and null for what was before any round. */
  readonly onRound?: (round: RoundFigure | null, sums: Readonly<FigureSums>) => void;
}

/** Kinds of events without which the sums are not the same. */
export const figureKinds: readonly string[] = [
  "round_start",
  "agent_exit",
  "round_verdict",
  "round_changes",
  "round_end",
  "agent_usage_recorded",
  "round_adopted",
  "serve_started",
  "serve_stopped",
];

/** The figures of one project. Each event costs the same, however many there were, and what is kept is bounded. */
export class Figures {
  readonly #rounds = new Map<number, RoundFigure>();
  readonly #options: FigureOptions;
  readonly #days: FigureDays;
  readonly #waits: FigureWaits;
  readonly totals = new FigureTotals();
  /** All there is. */
  readonly sums: FigureSums = freshSums();
  /** What the newest round counts so far; its model is told after its end. */
  #pending: { readonly number: number | null; readonly sums: FigureSums } = { number: null, sums: freshSums() };
  /** Of the newest record of usage, which comes after the end of its round. */
  #agent: string | null = null;
  /** As status.json names it; for a time in which none tells of its usage. */
  #statusAgent: string | null = null;

  constructor(options: FigureOptions = {}) {
    this.#options = options;
    this.#days = new FigureDays(options.timeZone);
    this.#waits = new FigureWaits(options.isServing ?? false);
  }

  /** A supervisor has run since before the first event. */
  assumeServing(): void {
    this.#waits.assumeServing();
  }

  /** Oldest first. */
  get rounds(): readonly RoundFigure[] {
    return [...this.#rounds.values()];
  }

  /** Oldest first; days without anything are not there. */
  get days(): readonly DayFigure[] {
    return this.#days.all.map(([day, sums]) => ({
      day,
      rounds: sums.rounds,
      ok: sums.verdicts.get("ok") ?? 0,
      workingSeconds: sums.workingSeconds,
      waitingSeconds: sums.waitingSeconds,
      lostSeconds: lostSeconds(sums),
      tokens: sums.tokens,
      costUsd: costUsd(sums),
      commits: sums.commits,
    }));
  }

  /** `YYYY-MM-DD` with all that is known of it, oldest first. */
  get daySums(): readonly (readonly [day: string, sums: Readonly<FigureSums>])[] {
    return this.#days.all;
  }

  /** Nothing more comes: what the newest round counts is given out. */
  close(): void {
    this.#turnTo(null);
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
    const waited = this.#waits.take(event);
    if (waited !== null) this.#wait(waited);
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
    this.#turnTo(number);
    // A number that comes again is another round: it stands at the end.
    this.#rounds.delete(number);
    const startedAt = momentOf(event.ts);
    const [phase, agent] = [shortField(event, "phase", 100), shortField(event, "agent", 60)];
    this.#rounds.set(number, { ...unknownRound, number, phase, agent, startedAt });
    if (this.#rounds.size > figureRoundsKept) this.#rounds.delete(this.#rounds.keys().next().value!);
  }

  #exit(event: RecordedEvent): void {
    const durationSeconds = Math.max(0, numberField(event, "duration_s") ?? 0);
    this.totals.leftoversEnded += countField(event, "leftovers_ended") ?? 0;
    this.totals.addDuration(durationSeconds);
    this.#change(event, { durationSeconds });
    this.#add(event, (sums) => sums.agentSeconds += durationSeconds);
  }

  #judge(event: RecordedEvent): void {
    const before = this.round(roundField(event) ?? -1);
    const verdict = shortField(event, "verdict", 40);
    this.#change(event, { verdict, summary: shortField(event, "summary") });
    const isGood = verdictKinds.some((kind) => kind === verdict && !isFailure(kind));
    if (before === null || before.verdict !== null || !isGood) return;
    this.#add(event, (sums) => sums.workingSeconds += before.durationSeconds ?? 0);
  }

  /** Only now all is known of it, and it is counted: once. */
  #end(event: RecordedEvent): void {
    const round = this.round(roundField(event) ?? -1);
    if (round === null || round.endedAt !== null) return;
    const outcome = round.verdict ?? "unknown";
    const agent = round.agent ?? this.#agent ?? this.#statusAgent ?? "unknown";
    const endedAt = momentOf(event.ts);
    this.#change(event, { endedAt, agent });
    this.totals.lastRoundEndAt = endedAt ?? this.totals.lastRoundEndAt;
    addUnder(this.totals.rounds, { agent, outcome }, 1);
    this.#add(event, (sums) => addRound(sums, outcome));
  }

  #use(event: RecordedEvent): void {
    const [agent, model] = [shortField(event, "agent", 60) ?? "unknown", shortField(event, "model", 100) ?? "unknown"];
    this.#agent = agent;
    const counts = tokenFields.map(([type, field]) => [type, countField(event, field) ?? 0] as const);
    for (const [type, count] of counts) {
      if (count > 0) addUnder(this.totals.tokens, { agent, model, type }, count);
    }
    const tokens = counts.reduce((sum, [, count]) => sum + count, 0);
    const reported = positive(numberField(event, "cost_usd"));
    const estimated = reported === null ? positive(numberField(event, "estimated_cost_usd")) : null;
    if (reported !== null) addUnder(this.totals.cost, { agent, model, kind: "reported" }, reported);
    if (estimated !== null) addUnder(this.totals.cost, { agent, model, kind: "estimated" }, estimated);
    const isCostEstimated = estimated !== null;
    this.#change(event, { agent, model, tokens, costUsd: reported ?? estimated, isCostEstimated });
    this.#add(event, (sums) => {
      for (const [type, count] of counts) addTokens(sums, type, count);
      sums.reportedUsd += reported ?? 0;
      sums.estimatedUsd += estimated ?? 0;
    });
  }

  #changed(event: RecordedEvent): void {
    const commits = countField(event, "commits");
    this.#change(event, {
      commits,
      filesChanged: countField(event, "files_changed"),
      insertions: countField(event, "insertions"),
      deletions: countField(event, "deletions"),
      head: shortField(event, "head_after", 64),
    });
    this.#add(event, (sums) => sums.commits += commits ?? 0);
  }

  /** The wait after a round is that round's. */
  #wait({ from, to }: WaitSpan): void {
    const begin = Math.max(from, this.#options.since ?? -Infinity);
    if (begin >= to) return;
    this.#days.spread(begin, to, (sums, seconds) => sums.waitingSeconds += seconds);
    for (const sums of [this.sums, this.#pending.sums]) sums.waitingSeconds += (to - begin) / 1000;
  }

  /** The one place where anything of a round is added up. */
  #add(event: RecordedEvent, add: (sums: FigureSums) => void): void {
    const at = momentOf(event.ts);
    const { since } = this.#options;
    if (since !== undefined && (at === null || at < since)) return;
    const number = roundField(event);
    if (number !== this.#pending.number) this.#turnTo(number);
    for (const sums of [this.sums, this.#pending.sums]) add(sums);
    if (at !== null) add(this.#days.of(at));
  }

  /** What comes from now on is another round's. */
  #turnTo(number: number | null): void {
    const before = this.#pending;
    this.#pending = { number, sums: freshSums() };
    const known = before.number === null ? null : this.round(before.number);
    const round = known ?? (before.number === null ? null : { ...unknownRound, number: before.number });
    this.#options.onRound?.(round, before.sums);
  }

  #change(event: RecordedEvent, change: Partial<RoundFigure>): void {
    const number = roundField(event);
    const round = number === null ? undefined : this.#rounds.get(number);
    if (round !== undefined) this.#rounds.set(round.number, { ...round, ...change });
  }
}

function positive(value: number | null): number | null {
  return value !== null && value >= 0 ? value : null;
}
