// Guards the check command: steps that exist, and counting of tests.
import assert from "node:assert/strict";
import { countTests, lanes } from "../../scripts/check/steps.ts";

Deno.test("countTests() reads the closing line, also with ignored tests and steps", () => {
  assert.deepEqual(countTests("x ... ok\n\nok | 12 passed | 0 failed (3s)\n"), { passed: 12, failed: 0 });
  assert.deepEqual(countTests("FAILED | 3 passed (4 steps) | 2 failed | 1 ignored (3s)\n"), { passed: 3, failed: 2 });
  assert.equal(countTests("error: Module not found"), null);
  assert.equal(countTests("said ok | 12 passed | 0 failed"), null);
});

Deno.test("no step has the name of another, and each has an end", () => {
  const steps = lanes.flat();
  assert.equal(new Set(steps.map((step) => step.name)).size, steps.length);
  assert.deepEqual(steps.filter((step) => !(step.limitSeconds > 0)), []);
});
