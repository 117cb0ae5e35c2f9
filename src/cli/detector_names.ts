// Names what looks for trouble in a project, without loading what looks.
import { activeHooks } from "../config/active_hooks.ts";
import type { Config } from "../config/schema.ts";
import { knownDetectors } from "../monitor/names.ts";

/** Detectors that are switched on, the hooks at `monitor_detect` among them. */
export function detectorNames(config: Config): readonly string[] {
  const own = knownDetectors.filter((name) => !config.plugins.disable.includes(name));
  return [...own, ...activeHooks(config, "monitor_detect").map(({ name }) => name)];
}
