// doctor: looks at everything a night of rounds needs, says how to mend what is wrong, and mends what is safe.
import { exitCode } from "../../core/errors.ts";
import { examine } from "../doctor/examine.ts";
import { spellDoctor } from "../doctor_page.ts";
import { spellJson } from "../print.ts";
import { defineVerb } from "../verb.ts";

const schemaVersion = "1.0";

export default defineVerb({
  name: "doctor",
  summary: "Check everything a night of rounds needs, and mend what is safe to mend",
  flags: {
    fix: { kind: "boolean", brief: "Mend what is safe: rights, broken files (moved aside), leftover processes" },
    host: {
      kind: "string",
      isRepeatable: true,
      placeholder: "HOST",
      brief: "Look whether this host is reached by ssh, too; may be given more than once",
    },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: [
    "agent-runner doctor",
    "agent-runner doctor --fix",
    "agent-runner doctor --host me@pi",
    "agent-runner doctor --json | jq '.rows[].state'",
  ],
  async run(args, world) {
    const { fix: isFixing, host: hosts } = args.flags;
    const rows = await examine({ configPath: args.configPath, isFixing, hosts }, world);
    world.stdout.write(
      args.isJson ? `${spellJson({ schema_version: schemaVersion, rows })}\n` : await spellDoctor(rows, world.stdout),
    );
    return rows.some(({ state }) => state === "fail") ? exitCode.failure : exitCode.ok;
  },
});
