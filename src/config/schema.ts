// The one table of configuration keys: checks, types, the reference in the docs and the JSON Schema derive from it.
import type { Values } from "./row.ts";
import { agentRows, promptRows, readerNames, vcsRows } from "./schema_agent.ts";
import { monitorRows, phaseRows, phasesRows, pluginsRows } from "./schema_monitor.ts";
import { runtimeRows } from "./schema_runtime.ts";

/** All tables and their keys, in the order people read them. To add a key, add a row. */
export const tables = {
  agent: agentRows,
  runtime: runtimeRows,
  prompt: promptRows,
  vcs: vcsRows,
  monitor: monitorRows,
  phases: phasesRows,
  plugins: pluginsRows,
};

/** Keys of `[phases.<name>]`. */
export const phaseTable = phaseRows;

/** Names that `[agent] reader` may take. */
export const READER_NAMES: readonly string[] = readerNames;

/** Where editors find the JSON Schema; `init` writes it into the first line of a new configuration. */
export const SCHEMA_URL =
  "https://raw.githubusercontent.com/agent-runner/agent-runner/main/docs/agent-runner.schema.json";

/** Keys that are gone, by dotted name, and what to write instead. */
export const removedKeys: Readonly<Record<string, string>> = {
  "runtime.round_timeout_per_phase": "Write round_timeout_s into a table [phases.<name>] for each phase",
  "vcs.orphan_action": "Write dirty_action into [vcs] instead",
};

/** What one phase changes; null where it keeps what holds for all. */
export interface PhaseOverride {
  readonly roundTimeoutSeconds: number | null;
  readonly disablePreRoundHooks: boolean | null;
  /** Absolute paths. */
  readonly promptFiles: readonly string[] | null;
}

/** A checked configuration: every path absolute, every default filled in, null for what is unset. */
export interface Config extends Values<Pick<typeof tables, "runtime" | "vcs" | "monitor">> {
  /** Absolute path of the TOML file. */
  readonly file: string;
  /** Name of the work folder. */
  readonly project: string;
  /** Changes whenever the file's text does. */
  readonly fingerprint: string;
  readonly agent: Omit<Values<typeof agentRows>, "promptArgTemplate"> & {
    /** Empty when no prompt is delivered and none was written. */
    readonly promptArgTemplate: readonly string[];
  };
  readonly prompt: Omit<Values<typeof promptRows>, "file" | "files"> & {
    /** Absolute paths in order; empty only when no prompt is delivered. */
    readonly files: readonly string[];
  };
  readonly phases: Values<typeof phasesRows> & {
    readonly overrides: Readonly<Record<string, PhaseOverride>>;
  };
  readonly plugins: Values<typeof pluginsRows> & {
    /** All other keys of `[plugins]`, as written. */
    readonly raw: Readonly<Record<string, unknown>>;
  };
}
