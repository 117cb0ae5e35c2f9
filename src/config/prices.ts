// Loads the built-in table of prices and the operator's own table that is put over it.
import type { Price, PriceTable } from "../core/price.ts";
import { clip, spellBytes, visible } from "../core/text.ts";
import { messageOf } from "../core/errors.ts";
import { FileFault, type Files } from "../ports/files.ts";
import type { Findings } from "./findings.ts";
import { locateKeys } from "./locate.ts";
import type { Assets } from "./presets.ts";
import { type PriceFault, readPrices } from "./price_rows.ts";

/** Name of the built-in table; it stands among the presets, but is none. */
export const pricesAsset = "presets/prices.toml";

/** The same table, checked and read beforehand: parsing TOML at every start costs milliseconds. */
export const readPricesAsset = "presets/prices.json";

/** Larger tables are refused unread. */
export const largestPricesBytes = 256 * 1024;

const key = ["budget", "prices_file"];
const shownFaults = 10;

export interface PriceSources {
  /** Absent: no built-in prices, and no other table is opened either. */
  readonly assets?: Pick<Assets, "asset">;
  readonly files: Files;
  /** Absolute path of the operator's own table, or null. */
  readonly file: string | null;
}

/**
 * All prices, the operator's over the built-in ones. What is wrong with a table becomes problems of the key
 * `budget.prices_file` that name the table's file, line and key. Never throws for anything a file may hold.
 */
export function loadPrices(sources: PriceSources, findings: Findings): PriceTable {
  if (sources.assets === undefined) return {};
  const prices = readBuiltIn(sources.assets, findings);
  if (sources.file === null) return prices;
  const text = readFile(sources.file, sources.files, findings);
  return text === null ? prices : { ...prices, ...readTable(text, sources.file, findings) };
}

function readBuiltIn(assets: Pick<Assets, "asset">, findings: Findings): Record<string, Price> {
  try {
    // Written by `deno task gen` from rows that went through `readPrices`.
    return JSON.parse(assets.asset(readPricesAsset) ?? "{}");
  } catch {
    const fix = "Install agent-runner again, or run `deno task gen` in its source";
    findings.problem(key, { found: `${readPricesAsset}, which is not JSON`, wanted: "the built-in prices", fix });
    return {};
  }
}

function readTable(text: string, file: string, findings: Findings): Record<string, Price> {
  const read = readPrices(text);
  const lines = read.faults.length > 0 ? locateKeys(text) : null;
  for (const fault of read.faults.slice(0, shownFaults)) {
    // What is missing has no line of its own: the table that lacks it has one.
    const line = fault.line ?? lines?.lineOf(fault.path) ?? lines?.lineOf(fault.path.slice(0, -1)) ?? null;
    findings.problem(key, { found: spellFault(fault, { file, line }), wanted: fault.wanted, fix: fault.fix });
  }
  return read.prices;
}

function spellFault(fault: PriceFault, at: { readonly file: string; readonly line: number | null }): string {
  const place = at.line === null ? visible(at.file) : `${visible(at.file)}:${at.line}`;
  const name = fault.path.length === 0 ? "" : `${clip(visible(fault.path.join(".")), 120)}: `;
  return `${place}: ${name}${fault.found}`;
}

function readFile(path: string, files: Files, findings: Findings): string | null {
  const refuse = (found: string, wanted: string, fix: string) => {
    findings.problem(key, { found: `"${visible(path)}", ${found}`, wanted, fix });
    return null;
  };
  try {
    const info = files.stat(path);
    if (info === null) return refuse("where no file is", "a table of prices", "Write the file, or remove prices_file");
    if (!info.isFile) return refuse("which is no regular file", "a TOML file", "Name the file itself");
    if (info.size > largestPricesBytes) {
      const wanted = `at most ${spellBytes(largestPricesBytes)}`;
      return refuse(`a file of ${spellBytes(info.size)}`, wanted, "Check that prices_file names the right file");
    }
    const bytes = files.readBytes(path, { offset: 0, length: largestPricesBytes }) ?? new Uint8Array();
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (thrown) {
    if (thrown instanceof TypeError) {
      return refuse("with bytes that are not UTF-8", "text in UTF-8", "Save it as UTF-8");
    }
    if (!(thrown instanceof FileFault)) throw thrown;
    return refuse(
      `which cannot be read (${messageOf(thrown)})`,
      "a readable file",
      "Give yourself the right to read it",
    );
  }
}
