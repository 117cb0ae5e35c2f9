// What the witness watches, wherever it is: a log folder here, or the same over ssh.
import type { EventLine } from "../ports/records.ts";

/** One look at a project: what is new since the last one, and how things stand now. */
export interface Look {
  readonly kind: "seen";
  /** Epoch milliseconds, by the watched machine's clock where it tells it. */
  readonly at: number;
  /** In the order they were written; on the first look all that the detectors reach back for, bounded. */
  readonly events: readonly EventLine[];
  /** Newest samples of the machine since the last look, oldest first; rows of the metric files. */
  readonly metrics: readonly Readonly<Record<string, unknown>>[];
  /** status.json; empty when it cannot be used. */
  readonly status: Readonly<Record<string, unknown>>;
  /** A supervisor holds the lock of the log folder. */
  readonly isActive: boolean;
  /** Bytes in the log of the running round; null when none runs. */
  readonly roundLogBytes: number | null;
  /** Last lines of rounds that ended without a verdict, where they are not to be had later; absent: none. */
  readonly tails?: readonly RoundTail[];
}

/** The end of a round's output. */
export interface RoundTail {
  readonly round: number;
  readonly text: string;
}

/** The project could not be looked at. */
export interface Blind {
  readonly kind: "blind";
  readonly at: number;
  /** One sentence, redacted. */
  readonly reason: string;
  /** What the operator can do about it; absent where nothing is known. */
  readonly fix?: string;
  /** It was tried for as long as the tolerance allows: further looks say the same. Absent: it may see again. */
  readonly isGivenUp?: true;
}

/** A watched project. */
export interface Feed {
  /** Host alias; null for this machine. */
  readonly host: string | null;
  /** Never throws. Ends early when the signal aborts, then `blind`. */
  look(signal: AbortSignal): Promise<Look | Blind>;
  /** Resolves when something may be new, after `timeoutMs` at the latest, or when the signal aborts. */
  wake(timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
