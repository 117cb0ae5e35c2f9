// Puts checked values together under the names that code uses.
import { codeName } from "../core/config.ts";
import type { Checked } from "./check_row.ts";
import { isTable, type TomlTree } from "./read_toml.ts";
import { isRow, type Rows } from "./row.ts";
import {
  type AgentSettings,
  type Config,
  fallbackTable,
  type HookSettings,
  hookTable,
  type NotifySettings,
  notifyTable,
  type PhaseOverride,
  tables,
} from "./schema.ts";

interface Parts {
  readonly checked: Checked;
  /** Phases that have a table of their own. */
  readonly overridden: readonly string[];
  /** How many agents stand in. */
  readonly fallbackCount: number;
  readonly hookNames: readonly string[];
  readonly sinkNames: readonly string[];
  readonly tree: TomlTree;
}

/** Builds the Config from values that passed all checks. */
export function assembleConfig(
  facts: Pick<Config, "file" | "project" | "fingerprint" | "prices">,
  parts: Parts,
): Config {
  // The rows that give Config its type have just been held against every one of these values.
  const values = valuesOf(tables, "", parts.checked) as unknown as Config;
  const { file, files, ...prompt } = values.prompt as Omit<Config["prompt"], "files"> & {
    readonly file: string | null;
    readonly files: readonly string[] | null;
  };
  return {
    ...facts,
    ...values,
    agent: { ...values.agent, promptArgTemplate: values.agent.promptArgTemplate ?? [], fallbacks: fallbacksOf(parts) },
    prompt: { ...prompt, files: files ?? (file === null ? [] : [file]) },
    phases: { ...values.phases, overrides: overridesOf(parts) },
    plugins: { ...values.plugins, raw: rawPlugins(parts.tree) },
    hooks: hooksOf(parts),
    notify: notifyOf(parts),
  };
}

function fallbacksOf({ fallbackCount, checked }: Parts): readonly AgentSettings[] {
  return Array.from({ length: fallbackCount }, (_, i) => {
    // As above: every one of these values has been held against its row.
    const settings = valuesOf(fallbackTable, `agent.fallback.${i}.`, checked) as unknown as AgentSettings;
    return { ...settings, promptArgTemplate: settings.promptArgTemplate ?? [] };
  });
}

function hooksOf({ hookNames, checked }: Parts): Record<string, HookSettings> {
  const valuesFor = (name: string) => valuesOf(hookTable, `hooks.${name}.`, checked) as unknown as HookSettings;
  return Object.fromEntries(hookNames.map((name) => [name, valuesFor(name)]));
}

function notifyOf({ sinkNames, checked }: Parts): Record<string, NotifySettings> {
  const valuesFor = (name: string) => valuesOf(notifyTable, `notify.${name}.`, checked) as unknown as NotifySettings;
  return Object.fromEntries(sinkNames.map((name) => [name, valuesFor(name)]));
}

function valuesOf(rows: Rows, prefix: string, checked: Checked): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(rows)) {
    const name = `${prefix}${key}`;
    values[codeName(key)] = isRow(entry) ? checked.get(name) ?? null : valuesOf(entry, `${name}.`, checked);
  }
  return values;
}

function overridesOf(parts: Parts): Record<string, PhaseOverride> {
  const overrides: Record<string, PhaseOverride> = Object.create(null);
  for (const phase of parts.overridden) {
    const get = (key: string) => parts.checked.get(`phases.${phase}.${key}`) ?? null;
    overrides[phase] = {
      roundTimeoutSeconds: get("round_timeout_s") as number | null,
      disablePreRoundHooks: get("disable_pre_round_hooks") as boolean | null,
      promptFiles: get("prompt.files") as readonly string[] | null,
    };
  }
  return overrides;
}

function rawPlugins(tree: TomlTree): Record<string, unknown> {
  const raw: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(isTable(tree.plugins) ? tree.plugins : {})) {
    if (!Object.hasOwn(tables.plugins, key)) raw[key] = plain(value);
  }
  return raw;
}

/** Values as JSON knows them: hooks get them that way. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}
