// Checks the list of agents that stand in for the first one while it cannot work.
import { checkTable } from "./check.ts";
import type { CheckSpot } from "./check_row.ts";
import { isTable, type TomlTree } from "./read_toml.ts";
import { checkDelivery, checkReader } from "./relations.ts";
import { fallbackTable } from "./schema.ts";
import { spellFound } from "./spell_toml.ts";

const place = ["agent", "fallback"];

/** Checks `[[agent.fallback]]`; returns how many there are. */
export function checkFallbacks(
  tree: TomlTree,
  spot: CheckSpot,
  options: { readonly knownReaders: readonly string[] },
): number {
  const list = isTable(tree.agent) ? tree.agent.fallback : undefined;
  if (list === undefined) return 0;
  if (!Array.isArray(list)) {
    const fix = "Write [[agent.fallback]] on a line of its own, once for each agent";
    spot.findings.problem(place, { found: spellFound(list), wanted: "a list of tables", fix });
    return 0;
  }
  for (const [i, entry] of list.entries()) {
    const inner = { ...spot, path: [...place, String(i)] };
    checkTable(fallbackTable, entry, inner);
    checkDelivery(inner);
    checkReader(inner, options.knownReaders);
  }
  return list.length;
}
