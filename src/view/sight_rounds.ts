// Keeps the newest rounds as their events tell of them, whatever numbers those events carry.
import type { RecordedEvent } from "../core/event_payload.ts";
import { Elapsed } from "./sight_elapsed.ts";
import { numberField, truthField } from "./field.ts";
import { countField, endOfText, epochField, momentOf, roundField, shortField } from "./sight_field.ts";
import type { Fields } from "./sight_field.ts";

/** Rounds that are kept. */
export const roundsKept = 200;

const longestTail = 8192;
const mostDegraded = 20;

export interface ExitSight {
  readonly code: number;
  readonly durationSeconds: number;
  readonly isTimedOut: boolean;
  readonly leftoversEnded: number;
}

export interface VerdictSight {
  /** One of the twelve, or what a newer version writes. */
  readonly kind: string;
  readonly summary: string;
  readonly needsHuman: boolean;
  /** Epoch seconds; null when the provider did not say. */
  readonly resetsAt: number | null;
  /** Tools or connectors the agent had to do without. */
  readonly degraded: readonly string[];
}

export interface RepetitionSight {
  readonly tool: string;
  readonly target: string | null;
  readonly count: number;
}

/** One round. What is not known (yet) is null. Times are epoch milliseconds. */
export interface RoundSight {
  readonly number: number;
  readonly phase: string | null;
  readonly startedAt: number | null;
  /** The hard wall. */
  readonly timeoutSeconds: number | null;
  readonly exit: ExitSight | null;
  readonly verdict: VerdictSight | null;
  /** What the failure said of the network; null when it said nothing. */
  readonly networkWords: string | null;
  readonly isStashed: boolean;
  readonly repetition: RepetitionSight | null;
  /** The end of the agent's output, where somebody read it. */
  readonly tail: string | null;
  readonly endedAt: number | null;
}

/** Uncommitted work left behind by rounds in a row. */
export interface OrphanSight {
  readonly streak: number;
  readonly lastRound: number | null;
}

const unknownRound: Omit<RoundSight, "number"> = {
  phase: null,
  startedAt: null,
  timeoutSeconds: null,
  exit: null,
  verdict: null,
  networkWords: null,
  isStashed: false,
  repetition: null,
  tail: null,
  endedAt: null,
};

/** The newest rounds. Every event costs the same, however many there were. */
export class RoundsSight {
  readonly #rounds = new Map<number, RoundSight>();
  readonly #openFor = new Elapsed();
  #newest: number | null = null;
  #streak = 0;
  #streakRound: number | null = null;

  /** Kind of event -> what is done with it. @param at epoch milliseconds of the look */
  readonly handlers: Readonly<Record<string, (event: RecordedEvent, at: number) => void>> = {
    round_start: (event, at) => this.#start(event, at),
    agent_spawn: (event) => this.#change(event, () => ({ timeoutSeconds: countField(event, "timeout_s") })),
    agent_exit: (event) => this.#change(event, () => ({ exit: exitOf(event) }), { mayBeNew: true }),
    round_verdict: (event) => this.#change(event, () => ({ verdict: verdictOf(event) }), { mayBeNew: true }),
    agent_network_blip: (event) =>
      this.#change(event, () => ({ networkWords: shortField(event, "matched", 100) ?? "" })),
    orphan_stashed: (event) => this.#stashed(event),
    // The round left something, and it is safe already: neither one more nor a clean one.
    orphan_idempotent_skip: (event) => this.#change(event, () => ({ isStashed: true })),
    anomaly_repetitive_tool: (event) => this.#change(event, () => ({ repetition: repetitionOf(event) })),
    round_end: (event, at) => this.#end(event, at),
  };

  /** Oldest first. */
  get all(): readonly RoundSight[] {
    return [...this.#rounds.values()];
  }

  get orphans(): OrphanSight {
    return { streak: this.#streak, lastRound: this.#streakRound };
  }

  /** The newest round while it is not settled. @param now epoch milliseconds */
  open(now: number): { readonly round: RoundSight; readonly ageSeconds: number } | null {
    const round = this.#newest === null ? undefined : this.#rounds.get(this.#newest);
    if (round === undefined || round.endedAt !== null || round.startedAt === null) return null;
    return { round, ageSeconds: this.#openFor.seconds(now) ?? 0 };
  }

  /** A look was taken. @param at epoch milliseconds */
  pass(at: number): void {
    this.#openFor.pass(at);
  }

  /** Adds the end of a round's output. */
  takeTail(number: number, text: string): void {
    const round = this.#rounds.get(number);
    if (round !== undefined) this.#rounds.set(number, { ...round, tail: endOfText(text, longestTail) });
  }

  #start(event: RecordedEvent, at: number): void {
    const number = roundField(event);
    if (number === null) return;
    const startedAt = momentOf(event.ts);
    // A number that comes again is another round: it stands at the end.
    this.#rounds.delete(number);
    this.#put({ ...unknownRound, number, phase: shortField(event, "phase", 100), startedAt });
    this.#newest = number;
    if (startedAt !== null) this.#openFor.begin(startedAt, at);
  }

  #change(
    event: RecordedEvent,
    changeOf: () => Partial<RoundSight>,
    { mayBeNew = false }: { readonly mayBeNew?: boolean } = {},
  ): void {
    const number = roundField(event);
    if (number === null) return;
    const round = this.#rounds.get(number);
    if (round === undefined && !mayBeNew) return;
    this.#put({ ...(round ?? { ...unknownRound, number }), ...changeOf() });
  }

  #stashed(event: RecordedEvent): void {
    const number = roundField(event);
    if (number === null || this.#rounds.get(number)?.isStashed === true) return;
    this.#streak++;
    this.#streakRound = number;
    this.#change(event, () => ({ isStashed: true }), { mayBeNew: true });
  }

  #end(event: RecordedEvent, at: number): void {
    const number = roundField(event);
    if (number === null) return;
    if (this.#rounds.get(number)?.isStashed !== true) this.#streak = 0;
    this.#change(event, () => ({ endedAt: momentOf(event.ts) ?? at }));
  }

  #put(round: RoundSight): void {
    this.#rounds.set(round.number, round);
    if (this.#rounds.size <= roundsKept) return;
    const oldest = this.#rounds.keys().next();
    if (!oldest.done) this.#rounds.delete(oldest.value);
  }
}

function exitOf(event: Fields): ExitSight {
  const code = event["exit_code"];
  return {
    code: Number.isSafeInteger(code) ? code as number : -1,
    durationSeconds: Math.max(0, numberField(event, "duration_s") ?? 0),
    isTimedOut: truthField(event, "timed_out"),
    leftoversEnded: countField(event, "leftovers_ended") ?? 0,
  };
}

function verdictOf(event: Fields): VerdictSight | null {
  const kind = shortField(event, "verdict", 40);
  if (kind === null) return null;
  const degraded = Array.isArray(event["degraded"]) ? event["degraded"].slice(0, mostDegraded) : [];
  return {
    kind,
    summary: shortField(event, "summary") ?? "",
    needsHuman: truthField(event, "needs_human"),
    resetsAt: epochField(event, "resets_at"),
    degraded: degraded.flatMap((name) => shortField({ name }, "name", 100) ?? []),
  };
}

function repetitionOf(event: Fields): RepetitionSight {
  return {
    tool: shortField(event, "tool_name", 100) ?? "?",
    target: shortField(event, "target", 100),
    count: countField(event, "count") ?? 0,
  };
}
