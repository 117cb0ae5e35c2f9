// The ready-made configurations that `init` starts from.
import { exitCode, OperatorError } from "../core/errors.ts";
import { nearest } from "../core/text.ts";
import { SCHEMA_URL } from "./schema.ts";

/** Where embedded files are read from. */
export interface Assets {
  asset(path: string): string | null;
  assets(folder: string): readonly string[];
}

/** Used when none is named. */
export const defaultPreset = "claude";

const folder = "presets";
const ending = ".toml";
/** Stands in the same folder and configures no agent. */
const notPresets: ReadonlySet<string> = new Set(["prices.toml"]);

/** Names of the presets, sorted. */
export function listPresets(assets: Assets): string[] {
  const names = assets.assets(folder).filter((name) => name.endsWith(ending) && !notPresets.has(name));
  return names.map((name) => name.slice(0, -ending.length)).sort();
}

/**
 * The text of one preset.
 *
 * @throws OperatorError (usage) when there is none of that name.
 */
export function readPreset(name: string, assets: Assets): string {
  const names = listPresets(assets);
  const text = names.includes(name) ? assets.asset(`${folder}/${name}${ending}`) : null;
  if (text !== null) return text;
  const guess = nearest(name, names);
  const list = `The presets are ${names.join(", ")}`;
  const fix = guess === null ? list : `Did you mean "${guess}"? ${list}`;
  throw new OperatorError(`There is no preset "${name}"`, { fix, exitCode: exitCode.usage });
}

/** A preset as it is written into a project: with the project's name and the address of the schema filled in. */
export function renderPreset(text: string, options: { readonly project: string }): string {
  const inQuotes = JSON.stringify(options.project).slice(1, -1).replaceAll("\u007f", "\\u007f");
  return text.replaceAll("{schema}", () => SCHEMA_URL).replaceAll("{project}", () => inQuotes);
}
