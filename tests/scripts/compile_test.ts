// Guards the build: the right targets, the right flags, and plain words when a binary cannot be had.
import assert from "node:assert/strict";
import { compileArgs } from "../../scripts/compile.ts";
import { spellFailure } from "../../scripts/compile/bundle.ts";
import { chooseTargets, hostTarget, targets } from "../../scripts/compile/targets.ts";
import { toolsetFor } from "../../scripts/compile/toolset.ts";
import { runFlags } from "../../scripts/permissions.ts";

const [linux, arm] = [targets[0]!, targets[1]!];

Deno.test("chooseTargets() gives all, the host's, or those that were named", () => {
  assert.deepEqual(chooseTargets([]), targets);
  assert.deepEqual(chooseTargets(["host"]), [hostTarget()]);
  assert.deepEqual(chooseTargets(["macos-aarch64", "x86_64-unknown-linux-gnu"]).map((t) => t.name), [
    "macos-aarch64",
    "linux-x86_64",
  ]);
  assert.throws(() => chooseTargets(["windows"]), /no target is named 'windows'; known: host, linux-x86_64/);
});

Deno.test("toolsetFor() uses a runtime part at hand for the host's target only", () => {
  const env = { DENO_COMPILER: "/opt/deno", DENORT_BIN: "/opt/denort" };
  assert.deepEqual(toolsetFor(linux, { env, host: linux }), { compiler: "/opt/deno", runtime: "/opt/denort" });
  assert.deepEqual(toolsetFor(arm, { env, host: linux }), { compiler: "/opt/deno", runtime: null });
  assert.deepEqual(toolsetFor(linux, { env: {}, host: linux }), { compiler: Deno.execPath(), runtime: null });
  assert.deepEqual(toolsetFor(linux, { env: { DENORT_BIN: "" }, host: null }).runtime, null);
});

Deno.test("compileArgs() bakes in the table of permissions and the presets", () => {
  const args = compileArgs(arm, "dist/x").join(" ");
  assert.ok(args.includes(runFlags().join(" ")));
  assert.ok(args.includes("--include dist/bundle/presets"));
  assert.ok(args.includes("--target aarch64-unknown-linux-gnu --output dist/x dist/bundle/main.js"));
});

Deno.test("spellFailure() says what is behind a failed build", () => {
  const offline = "error: Writing\n\nCaused by:\n    1: error sending request for url (x): dns error\n";
  assert.match(spellFailure(offline), /cannot be reached from here/);
  assert.equal(spellFailure("Compile main.ts\nerror: Module not found\n    at x\n"), "error: Module not found");
  assert.equal(spellFailure(""), "the compiler said nothing");
});
