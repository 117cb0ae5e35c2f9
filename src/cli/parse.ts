// Parses one verb's words with stricli, from the flags the verb declares.
import { buildApplication, buildCommand, run, text_en } from "@stricli/core";
import { exitCode, messageOf, OperatorError } from "../core/errors.ts";
import type { FlagSpec, FlagSpecs, PositionalSpec, Verb } from "./verb.ts";

export interface ParsedWords {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly positional: readonly string[];
}

/** @returns the parsed words, or null when help was asked for and written. Throws `OperatorError` (exit 2). */
export async function parseWords(
  verb: Verb<FlagSpecs>,
  options: { readonly words: readonly string[]; readonly write: (text: string) => void },
): Promise<ParsedWords | null> {
  const fix = `See 'agent-runner ${verb.name} --help'`;
  refuseEmptyValues(verb, options.words);
  const booleans = Object.keys(verb.flags).filter((name) => verb.flags[name]!.kind === "boolean");
  let parsed: ParsedWords | null = null;
  const command = buildCommand<Record<string, unknown>, string[]>({
    func(flags: Record<string, unknown>, ...positional: string[]) {
      // An absent flag is there with the value undefined.
      const given = Object.fromEntries(booleans.map((name) => [name, flags[name] === true]));
      parsed = { flags: { ...flags, ...given }, positional };
    },
    parameters: {
      flags: Object.fromEntries(Object.entries(verb.flags).map(([name, spec]) => [name, toStricli(spec)])) as never,
      positional: positionalOf(verb.positional),
    },
    docs: { brief: verb.summary, fullDescription: describe(verb) },
  });
  let complaint = "";
  const application = buildApplication(command, {
    name: `agent-runner ${verb.name}`,
    documentation: { caseStyle: "original", disableAnsiColor: true },
    localization: { text: { ...text_en, exceptionWhileParsingArguments: messageOf } },
  });
  const process = {
    stdout: { write: options.write },
    stderr: { write: (text: string) => complaint += text },
    env: { STRICLI_NO_COLOR: "1" },
  };
  await run(application, options.words, { process });
  if (complaint !== "") {
    throw new OperatorError(complaint.trim().replaceAll(/\s*\n\s*/g, "; "), { fix, exitCode: exitCode.usage });
  }
  return parsed;
}

/** The parser takes `--name=` for a word of its own, and its complaint leads astray. */
function refuseEmptyValues(verb: Verb<FlagSpecs>, words: readonly string[]): void {
  const end = words.indexOf("--");
  const known = end < 0 ? words : words.slice(0, end);
  const name = Object.keys(verb.flags).find((flag) => known.includes(`--${flag}=`));
  if (name === undefined) return;
  const { placeholder = "VALUE", kind } = verb.flags[name]!;
  throw new OperatorError(`'--${name}' lacks its value`, {
    fix: kind === "boolean" ? `Write '--${name}'` : `Write '--${name} ${placeholder}', or leave it out`,
    exitCode: exitCode.usage,
  });
}

function positionalOf(spec: PositionalSpec | undefined) {
  if (spec === undefined) return { kind: "tuple", parameters: [] } as never;
  const { brief, placeholder, max } = spec;
  return { kind: "array", parameter: { brief, placeholder, parse: String }, maximum: max } as const;
}

function describe(verb: Verb<FlagSpecs>): string {
  const examples = verb.examples ?? [];
  const globals = "Every verb takes --config PATH (default ./agent-runner.toml) and --json, before or after its name.";
  if (examples.length === 0) return `${verb.summary}.\n\n${globals}`;
  return `${verb.summary}.\n\nEXAMPLES\n${examples.map((line) => `  ${line}`).join("\n")}\n\n${globals}`;
}

function toStricli(spec: FlagSpec): Record<string, unknown> {
  const shared = {
    brief: spec.brief,
    ...(spec.hidden ? { hidden: true } : {}),
    ...(spec.placeholder ? { placeholder: spec.placeholder } : {}),
  };
  switch (spec.kind) {
    case "boolean":
      // Optional instead of false by default: stricli would reserve a `--no-` form for each default.
      return { ...shared, kind: "boolean", optional: true, withNegated: false };
    case "string":
      return spec.isRepeatable
        ? { ...shared, kind: "parsed", parse: String, optional: false, variadic: true, default: [] }
        : { ...shared, kind: "parsed", parse: String, optional: true };
    case "choice":
      return { ...shared, kind: "enum", values: spec.values, optional: true };
    case "integer":
      return { ...shared, kind: "parsed", parse: wholeNumber(spec.min ?? 0, spec.max), optional: true };
    case "number":
      return { ...shared, kind: "parsed", parse: decimalNumber(spec.min ?? 0), optional: true };
    default:
      return spec satisfies never;
  }
}

function wholeNumber(min: number, max: number | undefined): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= (max ?? Infinity)) return value;
    throw new Error(`wanted a whole number of at least ${min}${max === undefined ? "" : ` and at most ${max}`}`);
  };
}

function decimalNumber(min: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value >= min) return value;
    throw new Error(`wanted a number of at least ${min}`);
  };
}
