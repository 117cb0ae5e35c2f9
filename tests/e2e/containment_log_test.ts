// Proves that neither output without end nor a disk that fills up can do more harm than end a round.
import assert from "node:assert/strict";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { MountedProject, mountObstacle } from "./crash_mount.ts";
import { scripted } from "./containment.ts";
import { exists, names, Project } from "./project.ts";
import type { ProjectOptions } from "./project.ts";
import { testWhere } from "./test_where.ts";

const megabyte = 1024 * 1024;

const test = testWhere(mountObstacle);

/** Bytes in use on the file system of the log folder. */
function usedBytes(folder: string): number {
  const { stdout } = new Deno.Command("stat", { args: ["-f", "-c", "%b %f %S", folder] }).outputSync();
  const [blocks, free, size] = new TextDecoder().decode(stdout).split(" ").map(Number) as [number, number, number];
  return (blocks - free) * size;
}

function logOf(project: Project, round: number): Uint8Array {
  const name = names(`${project.logs}/rounds`).find((n) => n.startsWith(`R${round}-`) && n.endsWith(".log"));
  return Deno.readFileSync(`${project.logs}/rounds/${name}`);
}

/** Prints so many lines of about a kilobyte, a few megabytes a second, then its result. */
function flood(lines: number): string {
  return `begin; echo '{"type":"system","subtype":"init","session_id":"s","model":"first line"}'
line=$(head -c 1000 /dev/zero | tr '\\0' x)
for i in $(seq ${lines}); do echo "$i $line"; [ $((i % 400)) = 0 ] && sleep 0.05; done
result`;
}

/** Two that obey SIGTERM at once: one in the agent's group, one in a session of its own. */
const two = "sleep 600 </dev/null >/dev/null 2>&1 & setsid sleep 600 </dev/null >/dev/null 2>&1 &\n";

function flooding(lines: number, runtime: Readonly<Record<string, unknown>> = {}): ProjectOptions {
  return scripted(flood(lines), { runtime: { round_log_max_mb: 1, disk_floor_mb: 1, ...runtime } });
}

test("a round that writes four times what its disk holds ends well, and its log keeps both ends", async () => {
  await using mounted = await MountedProject.make(flooding(32_000), { megabytes: 8 });
  const { project } = mounted;
  const serve = mounted.start("serve", "--once");
  let most = 0;
  while (!serve.isOver) {
    most = Math.max(most, usedBytes(project.logs));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  assert.equal(project.ofKind("round_verdict")[0]?.verdict, "ok", stdout);
  assert.ok(most < 6 * megabyte, `${most} bytes in use`);
  const bytes = logOf(project, 1);
  assert.ok(bytes.length > 0.9 * megabyte && bytes.length < megabyte + 200, `${bytes.length} bytes`);
  const text = new TextDecoder().decode(bytes);
  assert.match(text, /^\{"type":"system"[^\n]*\n1 xxx/);
  const cut = /\n\[agent-runner: (\d+) bytes cut out here\]\n/.exec(text);
  assert.ok(Number(cut?.[1]) > 29 * megabyte, cut?.[0]);
  assert.match(text, /\n32000 x+\n\{"type":"result"[^\n]*\n$/);
  assert.equal(text.includes("\0"), false, "a hole was left");
  const [event] = project.ofKind("round_log_cut");
  assert.ok(Number(event?.log_bytes) > megabyte && Number(event?.cut_bytes) > 0, JSON.stringify(event));
  assert.deepEqual(names(`${project.logs}/rounds`).filter((name) => name.endsWith(".cut")), []);
  await checkSettled(project, { atLeast: 1 });
});

test("serve takes over a round whose log has a hole, and reads what comes behind it", async () => {
  await using mounted = await MountedProject.make(flooding(16_000), { megabytes: 8 });
  const { project } = mounted;
  const first = mounted.start("serve");
  await project.until("the cut", () => project.ofKind("round_log_cut")[0]);
  first.kill();
  await first.settled();
  const { code, stdout } = await mounted.run("serve", "--max-rounds", "1");
  assert.equal(code, 0, stdout);
  assert.equal(project.ofKind("round_verdict")[0]?.verdict, "ok", stdout);
  assert.equal(project.ofKind("round_verdict")[0]?.session_id, "s");
  const text = new TextDecoder().decode(logOf(project, 1));
  assert.ok(text.length < megabyte + 200 && !text.includes("\0"), `${text.length} bytes`);
  assert.match(text, /\n\[agent-runner: \d+ bytes cut out here\]\n/);
  assert.deepEqual(agentStarts(project), [1]);
  await checkSettled(project, { atLeast: 1 });
});

Deno.test('a round whose output passes its bound is ended where round_log_overflow is "kill"', async () => {
  const runtime = { round_log_max_mb: 1, disk_floor_mb: 1, round_log_overflow: "kill" };
  await using project = await Project.make(scripted(`${two}${flood(1_000_000)}`, { runtime }));
  const { code, stdout } = await project.run(["serve", "--once"]);
  assert.equal(code, 0, stdout);
  const [early] = project.ofKind("round_ended_early");
  assert.deepEqual([early?.sign, early?.why], ["runaway", "its output grew past round_log_max_mb = 1"]);
  const [exit] = project.ofKind("agent_exit");
  assert.equal(exit?.ending, "stopped");
  assert.ok(Number(exit?.leftovers_ended) >= 2, `${exit?.leftovers_ended} counted`);
  assert.ok(logOf(project, 1).length < megabyte + 200);
  await checkSettled(project, { atLeast: 1 });
});

Deno.test("a round's log is cut when it is over where no hole can be made in it", async () => {
  await using project = await Project.make(flooding(3000));
  const tools = `${project.root}/tools`;
  Deno.mkdirSync(tools);
  const fallocate = "#!/bin/sh\necho 'fallocate: fallocate failed: Operation not supported' >&2; exit 1\n";
  Deno.writeTextFileSync(`${tools}/fallocate`, fallocate, { mode: 0o700 });
  project.env.PATH = `${tools}:${project.env.PATH}`;
  const { code, stdout } = await project.run(["serve", "--once"]);
  assert.equal(code, 0, stdout);
  const degraded = project.ofKind("containment_degraded");
  assert.deepEqual(degraded.map(({ part, reason }) => [part, reason]), [
    ["log", "fallocate: fallocate failed: Operation not supported"],
  ]);
  assert.equal(project.ofKind("round_verdict")[0]?.verdict, "ok");
  const text = new TextDecoder().decode(logOf(project, 1));
  assert.ok(text.length < megabyte + 200 && !text.includes("\0") && text.includes("bytes cut out here"));
});

test("a round is ended before its disk is full, and leaves room to save its work", async () => {
  const filler =
    'umask 077; begin; for i in $(seq 600); do head -c 200000 /dev/urandom >>"$AGENT_RUNNER_LOG_DIR/grow"; sleep 0.1; done';
  await using mounted = await MountedProject.make(scripted(`${two}${filler}`, { runtime: { disk_floor_mb: 10 } }), {
    megabytes: 20,
  });
  const { project } = mounted;
  const { code, stdout } = await mounted.run("serve", "--once");
  assert.equal(code, 0, stdout);
  const [early] = project.ofKind("round_ended_early");
  assert.equal(early?.sign, "disk", stdout);
  assert.match(String(early?.why), /^the disk of the log folder has [2-9] MB left, fewer than 10$/);
  const [verdict] = project.ofKind("round_verdict");
  assert.deepEqual([verdict?.verdict, verdict?.needs_human], ["bounded", true]);
  const [exit] = project.ofKind("agent_exit");
  assert.ok(exit?.ending === "stopped" && Number(exit.leftovers_ended) >= 2, `${exit?.leftovers_ended} counted`);
  assert.ok(usedBytes(project.logs) < 19 * megabyte, `${usedBytes(project.logs)} bytes in use`);
  assert.ok(exists(`${project.logs}/grow`));
  await checkSettled(project, { atLeast: 1 });
});

test("a disk with less room than disk_floor_mb from the start ends no round", async () => {
  await using mounted = await MountedProject.make(scripted("begin; sleep 4; result"), { megabytes: 4 });
  const { code, stdout } = await mounted.run("serve", "--once");
  assert.equal(code, 0, stdout);
  assert.deepEqual(mounted.project.ofKind("round_ended_early"), []);
  assert.equal(mounted.project.ofKind("round_verdict")[0]?.verdict, "ok");
});
