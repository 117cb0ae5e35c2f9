// The one table of configuration keys: checks, types, the reference in the docs and the JSON Schema derive from it.
import type { PriceTable } from "../core/price.ts";
import type { Values } from "./row.ts";
import { agentRows, fallbackRows, promptRows, readerNames, vcsRows } from "./schema_agent.ts";
import { budgetRows } from "./schema_budget.ts";
import { hookRows } from "./schema_hooks.ts";
import { onVerdictRows } from "./schema_loop.ts";
import { monitorRows, phaseRows, phasesRows, pluginsRows } from "./schema_monitor.ts";
import { notifyRows } from "./schema_notify.ts";
import { privacyRows } from "./schema_privacy.ts";
import { progressRows } from "./schema_progress.ts";
import { runtimeRows } from "./schema_runtime.ts";
import { upgradeRows } from "./schema_upgrade.ts";

/** All tables and their keys, in the order people read them. To add a key, add a row. */
export const tables = {
  agent: agentRows,
  runtime: runtimeRows,
  prompt: promptRows,
  vcs: vcsRows,
  budget: budgetRows,
  on_verdict: onVerdictRows,
  progress: progressRows,
  privacy: privacyRows,
  monitor: monitorRows,
  upgrade: upgradeRows,
  phases: phasesRows,
  plugins: pluginsRows,
  /** Tables of its own names alone. */
  hooks: {},
  /** As before. */
  notify: {},
};

/** Keys of `[phases.<name>]`. */
export const phaseTable = phaseRows;

/** Keys of `[hooks.<name>]`. */
export const hookTable = hookRows;

/** Keys of `[notify.<name>]`. */
export const notifyTable = notifyRows;

/** Keys of `[[agent.fallback]]`. */
export const fallbackTable = fallbackRows;

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

/** One hook. */
export type HookSettings = Values<typeof hookRows>;

/** One sink of notices. */
export type NotifySettings = Values<typeof notifyRows>;

/** What sets one agent apart from another. */
export type AgentSettings = Omit<Values<typeof fallbackRows>, "promptArgTemplate"> & {
  /** Empty when no prompt is delivered and none was written. */
  readonly promptArgTemplate: readonly string[];
};

/** A checked configuration: every path absolute, every default filled in, null for what is unset. */
export interface Config extends
  Values<
    Pick<typeof tables, "runtime" | "vcs" | "budget" | "on_verdict" | "progress" | "privacy" | "monitor" | "upgrade">
  > {
  /** Absolute path of the TOML file. */
  readonly file: string;
  /** Name of the work folder. */
  readonly project: string;
  /** Changes whenever the file's text does. */
  readonly fingerprint: string;
  /** The built-in prices with those of `budget.prices_file` over them; empty for a verb that asked for none. */
  readonly prices: PriceTable;
  readonly agent: AgentSettings & Pick<Values<typeof agentRows>, "session" | "actEarly" | "maxInRoundWaitSeconds"> & {
    /** Agents that stand in, in their order. */
    readonly fallbacks: readonly AgentSettings[];
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
  /** By name, in the order of the file. */
  readonly hooks: Readonly<Record<string, HookSettings>>;
  /** Sinks of notices by name, in the order of the file. */
  readonly notify: Readonly<Record<string, NotifySettings>>;
}
