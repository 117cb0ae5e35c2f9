// Guards which processes hold a round open after its result, and that no command line leaks.
import assert from "node:assert/strict";
import type { ProcessInfo } from "../../src/ports/processes.ts";
import { findWorkers } from "../../src/round/workers.ts";

const options = { leaderPid: 10, agentFile: "/opt/bin/claude", patterns: [] as string[] };

function row(pid: number, command: string, changes: Partial<ProcessInfo> = {}): ProcessInfo {
  const rest = { ppid: 11, pgid: pid, isZombie: false, startedAt: 0, cpuSeconds: 0, isMarked: true };
  return { pid, command, ...rest, ...changes };
}

Deno.test("findWorkers() takes neither the shim, nor its child, nor the process behind a launcher for a worker", () => {
  const live = [
    row(10, "/bin/sh -c # agent-runner-shim", { ppid: 1, pgid: 10 }),
    row(11, "node /opt/bin/claude -p", { ppid: 10, pgid: 10 }),
    row(12, "/usr/bin/node --max-old-space-size=4096 /opt/lib/claude -p", { pgid: 10 }),
  ];
  assert.deepEqual(findWorkers(live, options), { working: [], ignored: [] });
});

Deno.test("findWorkers() takes the agent's name in a session of its own for a worker", () => {
  assert.equal(findWorkers([row(12, "/opt/bin/claude mcp serve")], options).working.length, 1);
});

Deno.test("findWorkers() tells names, never arguments", () => {
  const found = findWorkers([row(20, "/usr/bin/curl -H token:abc https://x"), row(21, "")], options);
  assert.deepEqual(found.working, [{ name: "curl", pid: 20 }, { name: "unknown", pid: 21 }]);
  assert.ok(!JSON.stringify(found).includes("abc"));
});

Deno.test("findWorkers() puts aside what matches a pattern, and says which", () => {
  const found = findWorkers([row(20, "bash /x/snapshot-bash-1.sh"), row(21, "make")], {
    ...options,
    patterns: ["nothing", "snapshot-bash-", "bash"],
  });
  assert.deepEqual(found, {
    working: [{ name: "make", pid: 21 }],
    ignored: [{ name: "bash", pid: 20, matched: "snapshot-bash-" }],
  });
});

Deno.test("findWorkers() lists at most five of each", () => {
  const live = Array.from({ length: 20 }, (_, i) => row(100 + i, i % 2 ? "make" : "noise"));
  const found = findWorkers(live, { ...options, patterns: ["noise"] });
  assert.equal(found.working.length, 5);
  assert.equal(found.ignored.length, 5);
});
