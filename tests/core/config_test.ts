// Guards how a key of the configuration is called in code.
import assert from "node:assert/strict";
import { codeName } from "../../src/core/config.ts";
import type { CodeName } from "../../src/core/config.ts";

Deno.test("codeName() spells wire names for code, units in words", () => {
  const names: readonly [wire: string, code: string][] = [
    ["round_timeout_s", "roundTimeoutSeconds"],
    ["disk_warning_pct", "diskWarningPercent"],
    ["work_dir", "workDir"],
    ["name", "name"],
    ["max_rounds", "maxRounds"],
    ["fresh_eyes_every_n", "freshEyesEveryN"],
  ];
  for (const [wire, code] of names) assert.equal(codeName(wire), code);
  const typed: CodeName<"round_timeout_s"> = "roundTimeoutSeconds";
  assert.equal(codeName("round_timeout_s"), typed);
});
