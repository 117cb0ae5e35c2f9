// What serve and round tell the person who watches: one line per happening, with the same facts for programs.

/** One happening, for a terminal and for a program. */
export interface Telling {
  /** Stable word, e.g. `round_ended`. */
  readonly kind: string;
  /** The sentence for people. */
  readonly text: string;
  /** What to do about it: a line of its own. */
  readonly fix?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** How it is coloured: what went well, what needs a look, what failed. */
  readonly tone?: "good" | "warn" | "bad";
}

export type Tell = (telling: Telling) => void;
