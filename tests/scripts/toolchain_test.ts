// Guards how scripts run programs: a child that hangs is ended, and what it printed is kept.
import assert from "node:assert/strict";
import { pinnedVersion, runDeno, runProgram } from "../../scripts/toolchain.ts";

Deno.test("pinnedVersion() is a whole version", () => {
  assert.match(pinnedVersion(), /^\d+\.\d+\.\d+$/);
});

Deno.test("runDeno() gives code, output and seconds of a child", async () => {
  const outcome = await runDeno(["eval", "Deno.stdout.writeSync(new Uint8Array([104, 105])); Deno.exit(3)"]);
  assert.equal(outcome.code, 3);
  assert.equal(outcome.stdout, "hi");
  assert.ok(outcome.seconds > 0);
});

Deno.test("runProgram() hands its input over and adds to the environment", async () => {
  const { stdout } = await runProgram(["sh", "-c", 'cat; echo "$WORD"'], { stdin: "in ", env: { WORD: "out" } });
  assert.equal(stdout, "in out\n");
});

Deno.test("runProgram() ends a child that takes too long", async () => {
  const { code, stderr } = await runProgram(["sleep", "20"], { limitSeconds: 0.2 });
  assert.notEqual(code, 0);
  assert.match(stderr, /ended after 0\.2 s/);
});
