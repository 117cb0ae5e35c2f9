// Guards the memory of open alerts: each watched project has its own, and no file can harm a monitor.
import assert from "node:assert/strict";
import { AlertMemory } from "../../src/cli/alert_memory.ts";
import type { OpenAlert } from "../../src/monitor/alerts.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const open: readonly OpenAlert[] = [{
  detector: "hung",
  isHook: false,
  action: "none",
  finding: { identity: "7", severity: "warning", message: "m", context: { a: 1 }, fix: null, look: null },
  raisedAt: 1000,
  toldAt: 2000,
}];

Deno.test("AlertMemory gives back what was written, for each project apart", () => {
  const files = memoryFiles({});
  const labels = [null, "pi", "me@pi", "pi:/a/b", "pi:/a_b", "../../etc/passwd", "x".repeat(500)];
  for (const label of labels) assert.ok(new AlertMemory("/logs", label, files).write(open));
  for (const label of labels) assert.deepEqual(new AlertMemory("/logs", label, files).read(), open);
  assert.equal(files.paths().length, labels.length);
  for (const path of files.paths()) assert.match(path, /^\/logs\/monitor[\w.!~*'()-]*\.json$/);
});

Deno.test("AlertMemory is empty when there is nothing that can be used, and says when it cannot write", () => {
  const files = memoryFiles({ "/logs/monitor.json": "no JSON" });
  const memory = new AlertMemory("/logs", null, files);
  assert.deepEqual(memory.read(), []);
  files.failWith("/logs", "full");
  assert.equal(memory.write(open), false);
});
