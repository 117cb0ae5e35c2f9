// defenses: what protects this project, whether it is on, what taught it and which test guards it.
import type { Config } from "../../config/schema.ts";
import type { Defense } from "../../core/defense.ts";
import { exitCode } from "../../core/errors.ts";
import { defenses } from "../../defenses/registry.ts";
import { type DefenseRow, spellDefenses } from "../defenses_page.ts";
import { spellJson } from "../print.ts";
import { openConfig } from "../project.ts";
import { defineVerb } from "../verb.ts";

const schemaVersion = "1.0";

export default defineVerb({
  name: "defenses",
  summary: "Show every defense: whether it is on, its value, its incident and the test that guards it",
  flags: {},
  needs: ["read", "env", "sys"],
  examples: ["agent-runner defenses", "agent-runner defenses --json | jq '.defenses[] | select(.state != \"active\")'"],
  async run(args, world) {
    const config = openConfig({ ...args, withPrices: false }, world);
    const rows = defenses.map((defense) => rowOf(defense, config));
    world.stdout.write(
      args.isJson
        ? `${spellJson({ schema_version: schemaVersion, defenses: rows })}\n`
        : await spellDefenses(rows, world.stdout),
    );
    return exitCode.ok;
  },
});

function rowOf(defense: Defense<Config>, config: Config): DefenseRow {
  const { value, state, reason } = defense.describe(config);
  return {
    name: defense.name,
    state,
    reason: reason ?? null,
    value,
    protects_from: defense.protectsFrom,
    incident: defense.incident,
    guarded_by: defense.guardedBy,
    guard_test: defense.guardTest,
  };
}
