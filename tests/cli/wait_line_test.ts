// Guards that waiting is told once in a log, redrawn on a terminal, and never left in the way of what comes next.
import assert from "node:assert/strict";
import { WaitLine } from "../../src/cli/wait_line.ts";
import { FakeStream } from "../fakes/fake_world.ts";

Deno.test("WaitLine tells each topic once where there is no terminal", () => {
  const stream = new FakeStream();
  const line = new WaitLine(stream);
  line.show("round 1, 1s so far", "round 1");
  line.show("round 1, 2s so far", "round 1");
  line.show("settling", "settling");
  line.clear();
  assert.equal(stream.text, "agent-runner: round 1, 1s so far\nagent-runner: settling\n");
});

Deno.test("WaitLine redraws one line on a terminal, never longer than that, and takes it away", () => {
  const stream = new FakeStream({ hasColor: true });
  const line = new WaitLine(stream);
  line.show("x".repeat(200), "a");
  line.show("short", "a");
  line.clear();
  line.clear();
  const erase = "\r\u001b[K";
  const [, long, short, ...rest] = stream.text.split(erase);
  assert.equal(long?.length, 79);
  assert.deepEqual([short, rest], ["agent-runner: short", [""]]);
  assert.ok(!stream.text.includes("\n"));
});

Deno.test("WaitLine without a stream shows nothing", () => {
  const line = new WaitLine(null);
  line.show("x", "a");
  line.clear();
});
