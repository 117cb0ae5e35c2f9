// The configuration of a project under chaos, and the edits that a person may make to it between two lives.
import type { Random } from "./random.ts";

type Table = Record<string, unknown>;

/** Tables of the TOML by name. */
export type Settings = Record<string, Table>;

/** What an edit did, for the log. */
export interface Edit {
  readonly key: string;
  readonly value: unknown;
}

/** Keys with the values they may take; null takes the key away. Walls stay short: a round must not take minutes. */
const edits: readonly { readonly table: string; readonly key: string; readonly values: readonly unknown[] }[] = [
  { table: "vcs", key: "dirty_action", values: ["stash", "auto_commit", "ignore"] },
  { table: "vcs", key: "stash_idempotency_s", values: [1, 5, 60] },
  { table: "runtime", key: "round_timeout_s", values: [2, 3, 4] },
  { table: "runtime", key: "idle_timeout_s", values: [0, 2] },
  { table: "runtime", key: "first_byte_timeout_s", values: [0, 2] },
  { table: "runtime", key: "linger_s", values: [0, 1] },
  { table: "runtime", key: "stop_grace_s", values: [0, 1] },
  { table: "runtime", key: "transient_error_action", values: ["back_off", "skip", "stop"] },
  { table: "runtime", key: "round_log_retention", values: [3, 100] },
  { table: "runtime", key: "round_log_max_mb", values: [0, 1] },
  { table: "runtime", key: "round_log_overflow", values: ["keep", "kill"] },
  { table: "runtime", key: "fresh_eyes_every_n", values: [2, null] },
  { table: "runtime", key: "substrate_fingerprint_paths", values: [["tracked/*"], null] },
  { table: "agent", key: "act_early", values: [true, false] },
  { table: "agent", key: "session", values: ["fresh", "resume"] },
  { table: "agent", key: "prompt_delivery", values: ["stdin"] },
  { table: "agent", key: "reader", values: ["claude", "plain"] },
  { table: "on_verdict", key: "auth", values: ["again", null] },
  { table: "on_verdict", key: "error", values: ["again", "fresh_session", null] },
  { table: "progress", key: "stall_rounds", values: [2, null] },
  { table: "progress", key: "verify", values: [["true"], null] },
  { table: "privacy", key: "redact_round_logs", values: [true, false] },
  { table: "phases", key: "list", values: [["one", "two"], null] },
  { table: "prompt", key: "context_injection_mode", values: ["prepend", "file", "none"] },
];

/** Texts that are no configuration, each in a way of its own. */
export const brokenTexts: readonly string[] = [
  "",
  "[agent\n",
  '[agent]\ncommand = "not a list"\n',
  "\u0000\u0001\u0002",
  '[runtime]\nround_timeout_s = "soon"\n',
];

/** Changes one key. */
export function edit(settings: Settings, random: Random): Edit {
  const { table, key, values } = random.pick(edits);
  const value = random.pick(values);
  const own = settings[table] ??= {};
  if (value === null) delete own[key];
  else own[key] = value;
  return { key: `${table}.${key}`, value };
}

export function spell(settings: Settings): string {
  return Object.entries(settings).map(([name, table]) => {
    const lines = Object.entries(table).map(([key, value]) => `${key} = ${spellValue(value)}`);
    return [`[${name}]`, ...lines, ""].join("\n");
  }).join("\n");
}

function spellValue(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, own]) => `${key} = ${JSON.stringify(own)}`);
  return `{ ${entries.join(", ")} }`;
}
