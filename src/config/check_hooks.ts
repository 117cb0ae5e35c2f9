// Checks the tables of hooks: their names, their keys, and what their place in a chain would make useless.
import { coreContextKeys, dirtyPolicyPriority } from "../core/hook.ts";
import { checkTable } from "./check.ts";
import type { CheckSpot } from "./check_row.ts";
import { isTable, type TomlTree } from "./read_toml.ts";
import { hookTable, tables } from "./schema.ts";
import { spellFound } from "./spell_toml.ts";

/** Names become file names, prefixes of event kinds and keys of JSON. */
const namePattern = /^[a-z][a-z0-9_-]{0,63}$/;

/** Checks every `[hooks.<name>]`; returns the names in the order of the file. */
export function checkHooks(tree: TomlTree, spot: CheckSpot): readonly string[] {
  const table = isTable(tree.hooks) ? tree.hooks : {};
  const names = Object.keys(table);
  for (const name of names) {
    const inner = { ...spot, path: ["hooks", name] };
    checkTable(hookTable, table[name], inner);
    if (!namePattern.test(name)) reportName(name, inner);
    checkPlace(name, inner);
  }
  checkAsked(names, spot);
  return names;
}

/** A hook that is to say what comes next has to be there. */
function checkAsked(names: readonly string[], { checked, findings }: CheckSpot): void {
  const disabled: unknown = checked.get("plugins.disable");
  const isAsked = (name: string) => {
    const points: unknown = checked.get(`hooks.${name}.points`);
    const isOff = Array.isArray(disabled) && disabled.includes(name);
    return Array.isArray(points) && points.includes("round_after") && !isOff;
  };
  if (names.some(isAsked)) return;
  for (
    const path of [...Object.keys(tables.on_verdict).map((key) => ["on_verdict", key]), ["progress", "stall_action"]]
  ) {
    if (checked.get(path.join(".")) !== "hook") continue;
    findings.warning(path, {
      found: '"hook" where no hook is asked',
      wanted: 'a hook at the point "round_after"',
      fix: 'Add one below [hooks.NAME] with points = ["round_after"], or name what is to come next',
    });
  }
}

function reportName(name: string, spot: CheckSpot): void {
  spot.findings.problem(spot.path, {
    found: `${spellFound(name)} as the name of a hook`,
    wanted: "a name of at most 64 small letters, digits, - and _ that begins with a letter",
    fix: "Rename the table",
  });
}

function checkPlace(name: string, spot: CheckSpot): void {
  const points: unknown = spot.checked.get(`hooks.${name}.points`);
  const priority = spot.checked.get(`hooks.${name}.priority`);
  if (!Array.isArray(points)) return;
  if (points.includes("round_context") && coreContextKeys.includes(name)) {
    spot.findings.problem(spot.path, {
      found: `a hook "${name}" at the point "round_context"`,
      wanted: "a name that is not a key of the context already",
      fix: "Rename the table: what the hook tells is put into the context under its name",
    });
  }
  if (points.includes("round_dirty") && typeof priority === "number" && priority >= dirtyPolicyPriority) {
    spot.findings.warning([...spot.path, "priority"], {
      found: `${priority} at the point "round_dirty"`,
      wanted: `less than ${dirtyPolicyPriority}, which is the place of vcs.dirty_action`,
      fix: "Lower it, or the hook is never asked",
    });
  }
}
