// Renders what became of each configuration key of the predecessor, from the schema.
import { configReference } from "../../src/config/reference.ts";
import type { ReferenceRow } from "../../src/config/reference.ts";
import { removedKeys } from "../../src/config/schema.ts";
import { code, table } from "./markdown.ts";

/** Region `older-keys`: keys that are as they were, keys with another name, keys that are refused. */
export function olderKeys(): string {
  // Agents that stand in are new, though each of their keys is as old as that of the agent itself.
  const kept = configReference().filter((row) => row.since === "reference" && !row.table.startsWith("["));
  const gone = Object.entries(removedKeys).map(([path, successor]) => [spell(path), `Refused. ${successor}`]);
  return table(["Key", "Here"], [...kept.map((row) => [spell(`${row.table}.${row.key}`), fateOf(row)]), ...gone]);
}

function fateOf({ olderNames }: ReferenceRow): string {
  return olderNames.length === 0 ? "As it was" : `As it was; ${olderNames.map(code).join(", ")} is understood, too`;
}

/** `monitor.host_health.disk_warning_pct` -> `[monitor.host_health] disk_warning_pct`. */
function spell(path: string): string {
  const at = path.lastIndexOf(".");
  return code(`[${path.slice(0, at)}] ${path.slice(at + 1)}`);
}
