// Checks the phases: their names, and the tables that change something for one of them.
import { nearest } from "../core/text.ts";
import { checkTable, reportUnknown } from "./check.ts";
import type { CheckSpot } from "./check_row.ts";
import { isTable, type TomlTree } from "./read_toml.ts";
import { phaseTable, tables } from "./schema.ts";
import { spellFound, spellToml } from "./spell_toml.ts";

/** Checks `[phases]` beside its rows; returns the names of the phases that have a table. */
export function checkPhases(tree: TomlTree, spot: CheckSpot): readonly string[] {
  const table = isTable(tree.phases) ? tree.phases : {};
  const list = spot.checked.get("phases.list");
  const names = Array.isArray(list) ? list.map(String) : null;
  if (names !== null) checkNames(names, spot);
  const overridden: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    if (Object.hasOwn(tables.phases, key)) continue;
    const inner = { ...spot, path: ["phases", key] };
    if (isTable(value)) {
      // With a broken list nothing can be said about which names belong in it.
      if (names !== null && !names.includes(key)) reportStranger(key, names, inner);
      checkTable(phaseTable, value, inner);
      requirePromptFiles(value, inner);
      overridden.push(key);
    } else {
      reportUnknown(key, { value, names: Object.keys(tables.phases), spot: { ...spot, path: ["phases"] } });
    }
  }
  return overridden;
}

function checkNames(names: readonly string[], spot: CheckSpot): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      const fix = "Name each phase once; a phase that shall come twice needs a second name";
      spot.findings.problem(["phases", "list"], { found: `${spellFound(name)} twice`, wanted: "different names", fix });
    }
    seen.add(name);
    // deno-lint-ignore no-control-regex -- control characters are what is refused
    if (/[\u0000-\u001f\u007f]/.test(name)) {
      const fix = "Use letters, digits, - and _";
      const found = `${spellFound(name)} with a control character`;
      spot.findings.problem(["phases", "list"], { found, wanted: "names that can be printed", fix });
    }
  }
}

function reportStranger(name: string, names: readonly string[], spot: CheckSpot): void {
  const guess = nearest(name, names);
  spot.findings.problem(spot.path, {
    found: "a phase that is not in phases.list",
    wanted: names.length === 0 ? "phases.list to name it" : `one of ${[...new Set(names)].map(spellToml).join(", ")}`,
    fix: guess === null ? `Add ${spellToml(name)} to phases.list, or remove the table` : `Did you mean "${guess}"?`,
  });
}

function requirePromptFiles(phase: TomlTree, spot: CheckSpot): void {
  if (!isTable(phase.prompt) || Object.keys(phase.prompt).length > 0) return;
  const fix = "Write prompt.files, or remove the table";
  spot.findings.problem([...spot.path, "prompt"], { found: "an empty table", wanted: "files", fix });
}
