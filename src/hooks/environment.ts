// What a hook sees of the environment: what every program needs, what concerns it, and what the configuration names.
import type { ActiveHook } from "../config/active_hooks.ts";

const inheritedNames: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "LANG",
  "TZ",
  "TMPDIR",
  "USER",
  "LOGNAME",
  "SHELL",
]);
const inheritedPrefixes = ["LC_", "AGENT_RUNNER_"];

/** git's helpers would go on in the background when the hook is over, and be taken for something it left running. */
const gitSettings: Readonly<Record<string, string>> = {
  "core.fsmonitor": "false",
  "gc.auto": "0",
  "maintenance.auto": "false",
};

/** The environment of one call, and which inherited names are kept from it. */
export interface HookEnvironment {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

/**
 * @param facts `inherited`: the environment of this process; `own`: `AGENT_RUNNER_*` variables of this call, which no
 * configuration may replace.
 */
export function hookEnvironment(
  hook: Pick<ActiveHook, "env" | "passEnv">,
  facts: { readonly inherited: Readonly<Record<string, string>>; readonly own: Readonly<Record<string, string>> },
): HookEnvironment {
  const set = { ...gitVariables(), ...hook.env, ...facts.own };
  const isKept = (name: string) =>
    inheritedNames.has(name) || hook.passEnv.includes(name) ||
    inheritedPrefixes.some((prefix) => name.startsWith(prefix));
  return { set, unset: Object.keys(facts.inherited).filter((name) => !isKept(name) && !Object.hasOwn(set, name)) };
}

function gitVariables(): Record<string, string> {
  const entries = Object.entries(gitSettings);
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) };
  for (const [i, [key, value]] of entries.entries()) {
    variables[`GIT_CONFIG_KEY_${i}`] = key;
    variables[`GIT_CONFIG_VALUE_${i}`] = value;
  }
  return variables;
}

/** What the configuration hands to a hook beyond what every hook gets. */
export function namedVariables(
  hook: Pick<ActiveHook, "env" | "passEnv">,
  inherited: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const passed = hook.passEnv.filter((name) => Object.hasOwn(inherited, name));
  return { ...Object.fromEntries(passed.map((name) => [name, inherited[name]!])), ...hook.env };
}
