// Turns the TOML of a price table into prices, or says of every entry that is none what is wrong with it.
import { parse, TomlError } from "smol-toml";
import type { Price } from "../core/price.ts";
import { nearest, visible } from "../core/text.ts";
import { isTable, type TomlTree } from "./read_toml.ts";
import { spellFound } from "./spell_toml.ts";

/** What is wrong with one entry of a price table. */
export interface PriceFault {
  /** Keys from the top of the file; empty for the file as a whole. */
  readonly path: readonly string[];
  /** Known only where the parser gave up. */
  readonly line: number | null;
  readonly found: string;
  readonly wanted: string;
  readonly fix: string;
}

const groupKeys = ["as_of", "models"] as const;
const priceKeys = ["input", "output", "cache_read", "cache_write", "reasoning", "as_of"] as const;
const dearest = 1_000_000;
const longestName = 200;
const example = '"my-model" = { input = 1.25, output = 10 }';

/** Reads a price table. Entries with a fault are left out. */
export function readPrices(
  text: string,
): { readonly prices: Record<string, Price>; readonly faults: readonly PriceFault[] } {
  const reading = new Reading();
  try {
    reading.take(parse(text, { integersAsBigInt: true, unsafeKeyBehaviour: "throw", maxDepth: 8 }));
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const said = visible(thrown.message.split("\n", 1)[0] ?? "").replace(/^Invalid TOML document: /, "");
    const fix = "Correct the line; https://toml.io shows how TOML is written";
    reading.faults.push({ path: [], line: thrown.line, found: said, wanted: "valid TOML", fix });
  }
  return { prices: reading.prices, faults: reading.faults };
}

class Reading {
  readonly prices: Record<string, Price> = {};
  readonly faults: PriceFault[] = [];

  take(tree: TomlTree): void {
    for (const [name, group] of Object.entries(tree)) {
      if (isTable(group)) this.#takeGroup([name], group);
      else this.#fault([name], group, { wanted: "a table", fix: `Write [${name}] and below it as_of = 2026-01-31` });
    }
  }

  #takeGroup(path: readonly string[], group: TomlTree): void {
    this.#refuseOthers(path, group, groupKeys);
    const asOf = this.#dayAt([...path, "as_of"], group.as_of);
    const at = [...path, "models"];
    if (!isTable(group.models)) {
      const fix = `Write [${at.join(".")}] and below it ${example}`;
      return this.#fault(at, group.models, { wanted: "a table of models", fix });
    }
    for (const [name, entry] of Object.entries(group.models)) this.#takeModel([...at, name], entry, asOf);
  }

  #takeModel(path: readonly string[], entry: unknown, groupsAsOf: string | null): void {
    const name = path.at(-1) ?? "";
    if (!isModelName(name)) {
      const fix = "Write the name as the agent reports it; a * may stand at its end";
      return this.#fault(path, name, { wanted: "the name of a model", fix });
    }
    if (!isTable(entry)) return this.#fault(path, entry, { wanted: "a table of prices", fix: `Write ${example}` });
    this.#refuseOthers(path, entry, priceKeys);
    const before = this.faults.length;
    const required = (key: string) => {
      if (entry[key] !== undefined) return this.#usdAt([...path, key], entry[key]);
      this.#fault([...path, key], undefined, { wanted: "a price", fix: `Write ${key} = USD per million tokens` });
      return 0;
    };
    const optional = (key: string) => entry[key] === undefined ? null : this.#usdAt([...path, key], entry[key]);
    const asOf = entry.as_of === undefined ? groupsAsOf : this.#dayAt([...path, "as_of"], entry.as_of);
    const price = {
      input: required("input"),
      output: required("output"),
      cacheRead: optional("cache_read"),
      cacheWrite: optional("cache_write"),
      reasoning: optional("reasoning"),
    };
    if (this.faults.length === before && asOf !== null) this.prices[name.toLowerCase()] = { ...price, asOf };
  }

  #usdAt(path: readonly string[], value: unknown): number {
    const usd = typeof value === "bigint" ? Number(value) : value;
    if (typeof usd === "number" && usd >= 0 && usd <= dearest) return usd;
    const fix = `Write for example ${path.at(-1)} = 1.25`;
    this.#fault(path, value, { wanted: `USD per million tokens, from 0 to ${dearest}`, fix });
    return 0;
  }

  #dayAt(path: readonly string[], value: unknown): string | null {
    const day = value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;
    if (typeof day === "string" && isDay(day)) return day;
    const found = value instanceof Date ? "a time" : undefined;
    this.#fault(path, value, { found, wanted: "the day of these prices", fix: "Write as_of = 2026-01-31" });
    return null;
  }

  #refuseOthers(path: readonly string[], table: TomlTree, names: readonly string[]): void {
    for (const [key, value] of Object.entries(table)) {
      if (names.includes(key)) continue;
      const guess = nearest(key, names);
      const fix = guess === null ? `Remove it; known are ${names.join(", ")}` : `Did you mean "${guess}"? Rename it`;
      const found = isTable(value) ? "an unknown table" : "an unknown key";
      this.#fault([...path, key], value, { found, wanted: `one of ${names.join(", ")}`, fix });
    }
  }

  #fault(
    path: readonly string[],
    value: unknown,
    about: { readonly found?: string | undefined; readonly wanted: string; readonly fix: string },
  ): void {
    const found = about.found ?? (value === undefined ? "nothing" : spellFound(value));
    this.faults.push({ path, line: null, found, wanted: about.wanted, fix: about.fix });
  }
}

function isModelName(name: string): boolean {
  const stem = name.endsWith("*") ? name.slice(0, -1) : name;
  return stem !== "" && stem.length <= longestName && /^[\x21-\x7e]+$/.test(stem) && !stem.includes("*");
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
