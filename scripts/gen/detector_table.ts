// Renders the detectors of the monitor as the docs show them.
import { configReference } from "../../src/config/reference.ts";
import { codeName } from "../../src/core/config.ts";
import { code, table } from "./markdown.ts";
import { loadDetectors } from "./plug_ins.ts";

/** Region `detectors-table`: every detector, how bad it is, when it fires, and its thresholds. */
export async function detectorsTable(): Promise<string> {
  const keys = configReference();
  const rows = (await loadDetectors()).map(({ value }) => {
    const own = keys.filter((key) => key.table === `monitor.${value.name}`);
    const thresholds = own.map(({ key, default: found }) => {
      const shown = found === "unset" ? value.defaults[codeName(key)] ?? -1 : found;
      return shown === -1 ? code(key) : `${code(key)} ${shown}`;
    });
    const stop = value.mayStop ? "yes" : "no";
    return [code(value.name), value.severity, stop, `${value.firesWhen}.`, thresholds.join(", ") || "none"];
  });
  return table(["Detector", "At worst", "May stop", "Fires when", "Thresholds and their defaults"], rows);
}
