// Keeps whether the work gets on, and what rounds leave behind beside it.
import type { RecordedEvent } from "../core/event_payload.ts";
import { countField, momentOf, roundField, shortField } from "./sight_field.ts";

const leftoversKept = 20;

/** Whether rounds change anything. */
export interface ProgressSight {
  /** Rounds in a row that were ok and changed nothing. */
  readonly unchangedRounds: number;
  readonly lastRound: number | null;
  /** The loop counted too many of them. */
  readonly isStalled: boolean;
  /** Rounds in a row after which "done" did not pass its check. */
  readonly refusals: number;
  readonly refusedReason: string;
}

/** Processes of an earlier round that were found alive at a start. */
export interface LeftoversSight {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly round: number | null;
  readonly processes: number;
  readonly survivors: number;
}

type Handler = (event: RecordedEvent, at: number) => void;

/** Progress and leftovers. */
export class WorkRecord {
  leftovers: readonly LeftoversSight[] = [];
  #progress: ProgressSight = {
    unchangedRounds: 0,
    lastRound: null,
    isStalled: false,
    refusals: 0,
    refusedReason: "",
  };
  #endedRound: number | null = null;
  #refusedRound: number | null = null;

  /** Kind of event -> what is done with it. @param at epoch milliseconds of the look */
  readonly handlers: Readonly<Record<string, Handler>> = {
    round_changes: (event) => this.#changed(event),
    loop_stalled: (event) => {
      const unchangedRounds = countField(event, "unchanged_rounds") ?? this.#progress.unchangedRounds;
      this.#progress = { ...this.#progress, isStalled: true, unchangedRounds, lastRound: roundField(event) };
    },
    done_refused: (event) => {
      const refusedReason = shortField(event, "reason") ?? "";
      this.#refusedRound = roundField(event);
      this.#progress = { ...this.#progress, refusals: this.#progress.refusals + 1, refusedReason };
    },
    done_verified: () => this.#forgetRefusals(),
    round_end: (event) => this.#endedRound = roundField(event),
    // A round went by in which the agent said nothing of the kind.
    round_start: () => {
      if (this.#refusedRound !== null && this.#endedRound !== null && this.#endedRound > this.#refusedRound) {
        this.#forgetRefusals();
      }
    },
    leftovers_ended: (event, at) => {
      const found = {
        at: Math.min(momentOf(event.ts) ?? at, at),
        round: roundField(event),
        processes: countField(event, "processes") ?? 0,
        survivors: countField(event, "survivors") ?? 0,
      };
      this.leftovers = [...this.leftovers.slice(1 - leftoversKept), found];
    },
  };

  get progress(): ProgressSight {
    return this.#progress;
  }

  #forgetRefusals(): void {
    this.#refusedRound = null;
    this.#progress = { ...this.#progress, refusals: 0, refusedReason: "" };
  }

  #changed(event: RecordedEvent): void {
    const unchangedRounds = countField(event, "unchanged_rounds") ?? 0;
    // The count begins anew with a change, and after a stall that a person has looked at.
    const goesOn = this.#progress.isStalled && unchangedRounds > this.#progress.unchangedRounds;
    this.#progress = { ...this.#progress, unchangedRounds, lastRound: roundField(event), isStalled: goesOn };
  }
}
