// The kinds of values a configuration key can take; each carries in words what it wants, for problems and docs.
import * as v from "valibot";
import { isTimeZone } from "../core/zone.ts";
import { compilePattern } from "./pattern.ts";

/** Longest time a key can name, in seconds: a timer of this machine holds 24 days and a little. */
export const longestSeconds = 2_000_000;

const largestWhole = 2_000_000_000;
const largestAmount = 1_000_000_000;
const smallestAmount = 0.001;

const hasNoNul = v.check<string, string>((text) => !text.includes("\0"), "text without NUL characters");

/** Any text, also none. */
export const freeText = v.pipe(v.string(), hasNoNul, v.title("text"));

/** Text of at least one character. */
export const someText = v.pipe(v.string(), v.nonEmpty(), hasNoNul, v.title("text that is not empty"));

/** A path as written; made absolute after the check. */
export const pathText = v.pipe(v.string(), v.nonEmpty(), hasNoNul, v.title("a path"));

/** Paths as written, at least one. */
export const pathList = v.pipe(v.array(pathText), v.nonEmpty(), v.title("a list of paths"));

/** Words of a command line. */
export const wordList = v.pipe(v.array(freeText), v.title("a list of texts"));

/** A command line: the first word is the executable. */
export const commandLine = v.pipe(
  v.array(freeText),
  v.nonEmpty(),
  v.check((words) => words[0] !== "", "a list whose first text is the executable"),
  v.title("a list of texts that starts with the executable"),
);

/** Names, none of them empty. */
export const nameList = v.pipe(v.array(someText), v.title("a list of names"));

/** `true` or `false` as TOML writes them. */
export const truth = v.pipe(v.boolean(), v.title("true or false"));

const pattern = v.pipe(v.string(), v.check(isPattern, "a regular expression"), v.title("a regular expression"));

/** Regular expressions. */
export const patternList = v.pipe(v.array(pattern), v.title("a list of regular expressions"));

const glob = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.check(staysInside, "a glob relative to work_dir that does not leave it"),
);

/** Globs that are looked up below the work folder. */
export const globList = v.pipe(v.array(glob), v.title("a list of globs relative to work_dir"));

/** A share of the whole. */
export const percent = v.pipe(
  v.union([
    v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
    v.pipe(v.bigint(), v.minValue(0n), v.maxValue(100n)),
  ]),
  v.transform(Number),
  v.title("a number from 0 to 100"),
);

const variableName = v.pipe(v.string(), v.regex(/^[^=]+$/), v.title("a variable's name"));

/** A number above nothing, with or without a point: an amount of money or of hours. */
export const amount = v.pipe(
  v.union([
    v.pipe(v.number(), v.minValue(smallestAmount), v.maxValue(largestAmount)),
    v.pipe(v.bigint(), v.minValue(1n), v.maxValue(BigInt(largestAmount))),
  ]),
  v.transform(Number),
  v.title(`a number of at least ${smallestAmount}`),
);

/** A time zone that this machine knows. */
export const zoneName = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.check((name) => name !== "" && isTimeZone(name), 'the name of a time zone, such as "Europe/Berlin"'),
  v.title('the name of a time zone, such as "Europe/Berlin"'),
);

/** Environment variables. Numbers and truths become text in the spelling the predecessor gave them. */
export const environment = v.pipe(
  v.record(variableName, v.union([freeText, v.bigint(), v.number(), v.boolean()])),
  v.transform(spellVariables),
  v.title("a table of texts"),
);

/** A whole number; integers of TOML arrive as bigint, so a decimal number never passes. */
export function whole(min: number, max: number = largestWhole) {
  const wanted = max >= longestSeconds ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`;
  return v.pipe(
    v.bigint(),
    v.minValue(BigInt(min)),
    v.maxValue(BigInt(max), max >= longestSeconds ? `${wanted} and at most ${max}` : wanted),
    v.transform(Number),
    v.title(wanted),
  );
}

/** A time in whole seconds, of at least `min`. */
export function seconds(min: number) {
  return whole(min, longestSeconds);
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.pipe(v.picklist(words), v.title(`one of ${words.map((word) => `"${word}"`).join(", ")}`));
}

/** What a kind wants, in words. */
export function wantedOf(kind: v.GenericSchema): string {
  return v.getTitle(kind) ?? "another value";
}

function isPattern(source: string): boolean {
  return compilePattern(source) !== null;
}

function staysInside(path: string): boolean {
  return !path.startsWith("/") && !path.startsWith("~") && !path.split("/").includes("..") && !path.includes("\0");
}

function spellVariables(table: Readonly<Record<string, string | bigint | number | boolean>>): Record<string, string> {
  const spelled: Record<string, string> = {};
  for (const [name, value] of Object.entries(table)) {
    if (typeof value === "boolean") spelled[name] = value ? "True" : "False";
    else if (typeof value === "number" && Number.isInteger(value)) spelled[name] = value.toFixed(1);
    else spelled[name] = String(value);
  }
  return spelled;
}
