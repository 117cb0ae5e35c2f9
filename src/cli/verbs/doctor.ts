// doctor: looks at everything a night of rounds needs, says how to mend what is wrong, and mends what is safe.
import { exitCode } from "../../core/errors.ts";
import { examine } from "../doctor/examine.ts";
import { spellDoctor } from "../doctor_page.ts";
import { defineVerb } from "../verb.ts";

const schemaVersion = "1.0";

export default defineVerb({
  name: "doctor",
  summary: "Check everything a night of rounds needs, and mend what is safe to mend",
  flags: {
    fix: { kind: "boolean", brief: "Mend what is safe: rights, broken files (moved aside), leftover processes" },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner doctor", "agent-runner doctor --fix", "agent-runner doctor --json | jq '.rows[].state'"],
  async run(args, world) {
    const rows = await examine({ configPath: args.configPath, isFixing: args.flags.fix }, world);
    world.stdout.write(
      args.isJson
        ? `${JSON.stringify({ schema_version: schemaVersion, rows }, null, 2)}\n`
        : await spellDoctor(rows, world.stdout),
    );
    return rows.some(({ state }) => state === "fail") ? exitCode.failure : exitCode.ok;
  },
});
