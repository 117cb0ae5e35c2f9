// Which hooks of a configuration are on, in the order in which they are called.
import type { HookPoint } from "../core/hook.ts";
import type { Config, HookSettings } from "./schema.ts";

/** A hook that is switched on, with its name. */
export interface ActiveHook extends HookSettings {
  readonly name: string;
}

/**
 * Hooks that `[plugins] disable` does not name, by priority and then by name.
 *
 * @param point only those that are called there; absent: all.
 */
export function activeHooks(config: Pick<Config, "hooks" | "plugins">, point?: HookPoint): readonly ActiveHook[] {
  return Object.entries(config.hooks)
    .filter(([name, hook]) =>
      !config.plugins.disable.includes(name) && (point === undefined || hook.points.includes(point))
    )
    .map(([name, hook]) => ({ ...hook, name }))
    .sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));
}
