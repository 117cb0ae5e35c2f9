// Guards that a round's scope is known from its status file alone, whole or not, and that others' are never touched.
import assert from "node:assert/strict";
import { RoundScope, strayExitFile } from "../../src/round/round_scope.ts";
import { FakeScopes } from "../fakes/fake_bounds.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const path = "/app.slice/agent-runner-00000000-0000-4000-8000-000000000001.scope";

function scene(texts: Readonly<Record<string, string>>) {
  const scopes = new FakeScopes();
  scopes.inside.set(path, [5, 6]);
  const files = memoryFiles(texts);
  return { scopes, files, scope: new RoundScope("/log/R1.exit", { files, scopes }) };
}

Deno.test("members() come from the scope that the status file names, finished or not", async () => {
  for (const name of ["/log/R1.exit", "/log/R1.exit.tmp"]) {
    const { scope } = scene({ [name]: `pid 1\nscope ${path}\n` });
    assert.deepEqual([...await scope.members()], [5, 6]);
  }
});

Deno.test("members() are none, and nothing is asked, for a round without a scope", async () => {
  for (const text of ["", "pid 1\nexit 0\n", "pid 1\nscope none\n", "pid 1\nscope /\n", "pid 1\nscope /user.slice\n"]) {
    const { scope, scopes } = scene({ "/log/R1.exit": text });
    assert.equal((await scope.members()).size, 0);
    await scope.kill();
    assert.deepEqual([scopes.looks, scopes.killed], [0, []]);
  }
});

Deno.test("report() is remembered when the file is gone, and survives one that cannot be read", async () => {
  const { scope, files } = scene({ "/log/R1.exit": `pid 1\nscope ${path}\n` });
  assert.equal(scope.report()?.kind, "in");
  files.remove("/log/R1.exit");
  assert.equal((await scope.members()).size, 2);
  const broken = scene({ "/log/R1.exit": "x" });
  broken.files.failWith("/log", "denied");
  assert.equal(broken.scope.report(), null);
});

Deno.test("strayExitFile() finds the round a process leads, and nothing for others", () => {
  const files = memoryFiles({
    "/log/rounds/R1-a.exit.tmp": "pid 7\nscope x\n",
    "/log/rounds/R2-b.exit.tmp": "pid 8\n",
    "/log/rounds/R3-c.exit": "pid 9\nexit 0\n",
  });
  const logDir = "/log";
  assert.equal(strayExitFile(7, { logDir, files }), "/log/rounds/R1-a.exit");
  assert.equal(strayExitFile(8, { logDir, files }), "/log/rounds/R2-b.exit");
  assert.equal(strayExitFile(9, { logDir, files }), null);
  files.failWith("/log", "denied");
  assert.equal(strayExitFile(7, { logDir, files }), null);
});
