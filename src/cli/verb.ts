// The form of a verb: one file in verbs/, from which parsing, help and docs derive.
import type { Config } from "../config/schema.ts";
import type { World } from "./world.ts";

/** Permission categories a verb keeps; all others are given up before it runs. */
export type Grant = "read" | "write" | "run" | "net" | "env" | "sys";

/** What a shell offers for a value: paths, or names that the program knows. */
export type Suggestion = "paths" | "event kinds" | "presets" | "readers";

interface FlagBase {
  readonly brief: string;
  /** Shown in help as the value's name. */
  readonly placeholder?: string;
  readonly hidden?: boolean;
}

/** One flag; `name` in kebab-case is its key in `Verb.flags`. */
export type FlagSpec =
  | FlagBase & { readonly kind: "boolean" }
  | FlagBase & { readonly kind: "string"; readonly isRepeatable?: boolean; readonly suggests?: Suggestion }
  | FlagBase & { readonly kind: "choice"; readonly values: readonly string[] }
  /** Whole number of at least `min` (default 0) and at most `max`. */
  | FlagBase & { readonly kind: "integer"; readonly min?: number; readonly max?: number }
  /** Decimal number of at least `min`. */
  | FlagBase & { readonly kind: "number"; readonly min?: number };

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

type FlagValue<F extends FlagSpec> = F extends { readonly kind: "boolean" } ? boolean
  : F extends { readonly kind: "integer" | "number" } ? number | undefined
  : F extends { readonly kind: "string"; readonly isRepeatable: true } ? readonly string[]
  : string | undefined;

/** Parsed flags: booleans are false and lists empty when absent, all others undefined. */
export type FlagValues<S extends FlagSpecs> = { readonly [K in keyof S]: FlagValue<S[K]> };

/** What the verb was called with. `configPath` and `isJson` are the global flags. */
export interface VerbArgs<S extends FlagSpecs> {
  /** Loaded by a process of its own for a verb that runs for days; absent for all others. */
  readonly config?: Config;
  readonly flags: FlagValues<S>;
  readonly positional: readonly string[];
  readonly configPath: string;
  /** Every one that was given; a verb that can only use one takes the last. */
  readonly configPaths?: readonly string[];
  readonly isJson: boolean;
}

export interface PositionalSpec {
  readonly placeholder: string;
  readonly brief: string;
  readonly max: number;
  /** What the first one can be, where it is one of a few. */
  readonly values?: readonly string[];
}

export interface Verb<S extends FlagSpecs = FlagSpecs> {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  readonly flags: S;
  readonly positional?: PositionalSpec;
  readonly needs: readonly Grant[];
  /** What it needs besides when it is called with these flags: nothing that another call could do without is kept. */
  alsoNeeds?(flags: FlagValues<S>): readonly Grant[];
  /** Lines for `--help`, each a command that works. */
  readonly examples?: readonly string[];
  /** Loads what `run` needs beyond the words; called early where there is time to wait for something else. */
  load?(): Promise<unknown>;
  /** Returns the exit code; throws `OperatorError` for what the operator can mend. */
  run(args: VerbArgs<S>, world: World): Promise<number>;
}

/** Keeps the flags' types while a verb is written down. */
export function defineVerb<const S extends FlagSpecs>(verb: Verb<S>): Verb<S> {
  return verb;
}
