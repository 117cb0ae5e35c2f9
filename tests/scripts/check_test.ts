// Guards the check command: steps that exist, and counting of tests.
import assert from "node:assert/strict";
import { failuresIn } from "../../scripts/check/failures.ts";
import { countSteps, countTests, lanes, onDemand } from "../../scripts/check/steps.ts";

Deno.test("countTests() reads the closing line, also with ignored tests and steps", () => {
  assert.deepEqual(countTests("x ... ok\n\nok | 12 passed | 0 failed (3s)\n"), { passed: 12, failed: 0 });
  assert.deepEqual(countTests("FAILED | 3 passed (4 steps) | 2 failed | 1 ignored (3s)\n"), { passed: 3, failed: 2 });
  assert.equal(countTests("error: Module not found"), null);
  assert.equal(countTests("said ok | 12 passed | 0 failed"), null);
});

Deno.test("countSteps() reads the closing lines of the chaos test and of the soak", () => {
  assert.deepEqual(countSteps('{"step":1}\nchaos: 525 steps passed, 1 failed\n'), { passed: 525, failed: 1 });
  assert.deepEqual(countSteps("seed 1\nsoak: 90 checks passed, 0 failed\n"), { passed: 90, failed: 0 });
  assert.equal(countSteps("soak: 90 steps passed, 0 failed"), null);
  assert.equal(countSteps("said chaos: 525 steps passed, 1 failed"), null);
  assert.equal(countSteps("ok | 12 passed | 0 failed (3s)\n"), null);
});

Deno.test("the chaos test of the check has a seed and enough steps", () => {
  const words = onDemand.find(({ name }) => name === "chaos")!.args;
  assert.ok(words.includes("--seed"));
  assert.ok(Number(words[words.indexOf("--steps") + 1]) >= 500);
});

Deno.test("the soak of the check has a seed and minutes", () => {
  const words = onDemand.find(({ name }) => name === "soak")!.args;
  assert.ok(words.includes("--seed"));
  assert.ok(Number(words[words.indexOf("--minutes") + 1]) >= 3);
});

Deno.test("no step has the name of another, and each has an end", () => {
  const steps = [...lanes.flat(), ...onDemand];
  assert.equal(new Set(steps.map((step) => step.name)).size, steps.length);
  assert.deepEqual(steps.filter((step) => !(step.limitSeconds > 0)), []);
});

Deno.test("failuresIn() tells the errors first and leaves out what passed", () => {
  const output = [
    "\u001b[0m\u001b[38;5;245mrunning 3 tests from ./a_test.ts\u001b[0m",
    "a passes ... \u001b[32mok\u001b[0m (1ms)",
    "b fails ... \u001b[31mFAILED\u001b[0m (2ms)",
    "c is left out ... ignored (0ms)",
    "",
    " ERRORS ",
    "",
    "b fails => ./a_test.ts:2:6",
    "error: Error: the reason",
    "",
    " FAILURES ",
    "",
    "b fails => ./a_test.ts:2:6",
    "",
    "FAILED | 1 passed | 1 failed",
  ].join("\n");
  assert.equal(
    failuresIn(output),
    "b fails => ./a_test.ts:2:6\nerror: Error: the reason\n\nb fails ... FAILED (2ms)",
  );
});

Deno.test("failuresIn() keeps what is no output of tests as it is", () => {
  assert.equal(failuresIn("error: no such file\n\n  at x\n"), "error: no such file\n\n  at x");
  assert.equal(failuresIn("\n"), "");
});
