// What can stand where on the command line: the shells' scripts for completion are all written from this.
import type { FlagSpec, Verb } from "../verb.ts";

/** What a flag takes. */
export type Value =
  | { readonly kind: "none" }
  /** Something that only the operator knows. */
  | { readonly kind: "free"; readonly placeholder: string }
  | { readonly kind: "paths"; readonly placeholder: string }
  /** One of these; `isList`: several, with commas between them. */
  | {
    readonly kind: "words";
    readonly placeholder: string;
    readonly words: readonly string[];
    readonly isList: boolean;
  };

export interface FlagWords {
  /** Without the dashes. */
  readonly name: string;
  readonly brief: string;
  readonly value: Value;
  readonly isRepeatable: boolean;
}

export interface VerbWords {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagWords[];
  /** What the first word after the verb can be; empty where any other may stand. */
  readonly firstWords: readonly string[];
}

/** The names behind the suggestions that a verb's flags make. */
export interface KnownNames {
  readonly eventKinds: readonly string[];
  readonly presets: readonly string[];
  readonly readers: readonly string[];
}

/** The flags of every verb. */
export const globalFlags: readonly FlagWords[] = [
  {
    name: "config",
    brief: "Configuration file (default ./agent-runner.toml)",
    value: { kind: "paths", placeholder: "PATH" },
    isRepeatable: false,
  },
  {
    name: "json",
    brief: "Machine-readable output where a verb has it",
    value: { kind: "none" },
    isRepeatable: false,
  },
  { name: "help", brief: "Explain", value: { kind: "none" }, isRepeatable: false },
];

/** The flag that stands without a verb. */
export const versionFlag: FlagWords = {
  name: "version",
  brief: "Print the version",
  value: { kind: "none" },
  isRepeatable: false,
};

/** The words of each verb, without its hidden flags; a verb whose name begins with "_" is hidden as a whole. */
export function completionWords(verbs: readonly Verb[], known: KnownNames): readonly VerbWords[] {
  return verbs.filter(({ name }) => !name.startsWith("_")).map((verb) => ({
    name: verb.name,
    summary: verb.summary,
    flags: Object.entries(verb.flags).filter(([, spec]) => spec.hidden !== true).map(([name, spec]) => ({
      name,
      brief: spec.brief,
      value: valueOf(spec, known),
      isRepeatable: spec.kind === "string" && spec.isRepeatable === true,
    })),
    firstWords: verb.positional?.values ?? [],
  }));
}

function valueOf(spec: FlagSpec, known: KnownNames): Value {
  switch (spec.kind) {
    case "boolean":
      return { kind: "none" };
    case "choice":
      return { kind: "words", placeholder: spec.placeholder ?? "VALUE", words: spec.values, isList: false };
    case "integer":
    case "number":
      return { kind: "free", placeholder: spec.placeholder ?? "N" };
    case "string":
      return suggested(spec, known);
    default:
      return spec satisfies never;
  }
}

function suggested(spec: FlagSpec & { readonly kind: "string" }, known: KnownNames): Value {
  const placeholder = spec.placeholder ?? "TEXT";
  switch (spec.suggests) {
    case undefined:
      return { kind: "free", placeholder };
    case "paths":
      return { kind: "paths", placeholder };
    case "event kinds":
      return { kind: "words", placeholder, words: known.eventKinds, isList: true };
    case "presets":
      return { kind: "words", placeholder, words: known.presets, isList: false };
    case "readers":
      return { kind: "words", placeholder, words: known.readers, isList: false };
    default:
      return spec.suggests satisfies never;
  }
}
