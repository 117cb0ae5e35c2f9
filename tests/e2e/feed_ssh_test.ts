// Guards the watch over a real sshd: streams, cuts, freezes, a machine that dies, programs of other versions, hostile ones.
import assert from "node:assert/strict";
import { stopRemote } from "../../src/monitor/stop_remote.ts";
import { until } from "../fakes/until.ts";
import { FarProject } from "./far_project.ts";
import { exists, Project } from "./project.ts";
import { program } from "./program.ts";
import { sshdObstacle } from "./sshd.ts";

const real = program().map((word) => `'${word}'`).join(" ");

/** A test that needs an sshd; without one its name says why it was left out. */
function onFar(name: string, use: (scene: FarProject) => Promise<void>, script?: string | null): void {
  const why = sshdObstacle === null ? "" : ` (left out: ${sshdObstacle})`;
  Deno.test(`${name}${why}`, { ignore: sshdObstacle !== null }, async () => {
    await using scene = await FarProject.make(script);
    await use(scene);
  });
}

onFar("a host is heard over one connection, and nothing is left there afterwards", async (scene) => {
  scene.write(100);
  await scene.untilAll();
  for (let i = 0; i < 20; i++) {
    scene.write(i);
    await scene.untilAll();
  }
  assert.deepEqual(scene.seen, scene.all);
  assert.deepEqual([scene.kinds, scene.notes], [[], []]);
  assert.equal(await scene.farEnds(), 1);
  const look = await scene.look();
  assert.ok(look.kind === "seen" && Math.abs(look.at - Date.now()) < 5000 && !look.isActive);
  await scene.feed.close();
  await until("the far end to leave", async () => await scene.farEnds() === 0);
});

onFar("a connection that is cut comes back, and no event is lost or doubled", async (scene) => {
  for (let i = 0; i < 4; i++) {
    scene.write(50);
    await scene.untilAll();
    await scene.far.cut();
    scene.write(50);
    const { reason } = await scene.untilBlind();
    assert.match(reason, /closed|reset|disconnect|pipe|255|ssh/i);
  }
  await scene.untilAll();
  assert.deepEqual(scene.seen, scene.all);
  assert.deepEqual(scene.kinds, Array(4).fill("blip"));
});

onFar("a connection that hangs counts as a failure, and comes back when the host does", async (scene) => {
  scene.write(10);
  await scene.untilAll();
  await scene.far.freeze();
  scene.write(10);
  const { reason } = await scene.untilBlind();
  assert.match(reason, /silent|Timeout|timed out/i);
  await until("an attempt while it is frozen", () => scene.kinds.length >= 2, 40);
  await scene.far.thaw();
  await scene.untilAll();
  assert.deepEqual(scene.seen, scene.all);
  assert.ok(!scene.kinds.includes("giveup"));
});

onFar("a host that dies comes back", async (scene) => {
  scene.write(10);
  await scene.untilAll();
  await scene.far.down();
  await scene.untilBlind();
  scene.write(10);
  await until("a refused attempt", () => scene.kinds.length >= 2);
  await scene.look();
  assert.match(scene.reasons.at(-1)!, /refused/i);
  await scene.far.up();
  await scene.untilAll();
  assert.deepEqual(scene.seen, scene.all);
  await scene.far.down();
  const before = scene.notices.length;
  await until("another failure", () => scene.notices.length > before);
  const blip = scene.notices[before]!;
  assert.ok(blip.kind === "monitor_remote_blip" && blip.payload.attempt === 1, "a success begins anew");
});

onFar("a host that stays away is given up when the tolerance is over", async (scene) => {
  scene.toleranceSeconds = 3;
  scene.write(1);
  await scene.untilAll();
  await scene.far.down();
  const { reason, fix } = await scene.untilGivenUp();
  assert.match(reason, /refused/i);
  assert.match(fix!, /^Run 'ssh far true'/);
  assert.deepEqual(scene.kinds, ["blip", "blip", "giveup"]);
});

onFar("a host without agent-runner is given up at once", async (scene) => {
  const { reason, fix } = await scene.untilGivenUp();
  assert.match(reason, /has no agent-runner on PATH/);
  assert.equal(fix, "Install agent-runner on 'far'");
}, null);

onFar("a host without such a project is given up at once", async (scene) => {
  Deno.removeSync(`${scene.project.work}/agent-runner.toml`);
  const { reason, fix } = await scene.untilGivenUp();
  assert.match(reason, /no configuration at '.*proj'/);
  assert.match(fix!, /--host far:PATH/);
});

onFar("an older agent-runner that cannot stream is asked again and again", async (scene) => {
  scene.write(20);
  await scene.untilAll();
  scene.write(5);
  await scene.untilAll();
  assert.deepEqual(scene.seen, scene.all);
  assert.match(scene.notes.join(), /cannot stream/);
  await scene.far.cut();
  scene.write(5);
  await scene.untilAll();
  assert.deepEqual(scene.seen, scene.all);
}, `if [ "$1" = _feed ]; then echo "There is no verb '_feed'" >&2; exit 2; fi; exec ${real} "$@"`);

onFar(
  "a newer agent-runner with other words is asked, and the operator is told",
  async (scene) => {
    scene.write(20);
    await scene.untilAll();
    assert.deepEqual(scene.seen, scene.all);
    assert.equal(scene.notes[0], "'far' has a newer agent-runner: 99.0.0, this is 0.1.0");
  },
  `if [ "$1" = _feed ]; then echo '{"feed":"hello","protocol":2,"version":"99.0.0"}'; exec sleep 60; fi; exec ${real} "$@"`,
);

onFar("a program that is far too old is named as such", async (scene) => {
  assert.match((await scene.untilGivenUp()).reason, /too old/);
}, "echo 'usage: agent-runner serve' >&2; exit 2");

for (
  const [what, script, reason] of [
    ["bytes without an end", "exec cat /dev/zero", /line without an end/],
    ["noise without an end", "exec cat /dev/urandom", /without an end|says much/],
    ["lines without an end", "exec yes \"$(printf '\\033[2J')boo\"", /says much/],
    [
      "events without an end",
      `echo '{"feed":"hello","protocol":1,"version":"0.1.0"}'
      exec yes "{\\"feed\\":\\"metrics\\",\\"rows\\":[{\\"a\\":\\"$(head -c 100000 /dev/zero | tr '\\0' x)\\"}]}"`,
      /events without an end/,
    ],
    ["silence", "exec sleep 1000", /silent/],
  ] as const
) {
  onFar(`a far program that answers with ${what} costs a bounded amount`, async (scene) => {
    const before = Deno.memoryUsage().rss;
    const told = await scene.untilBlind();
    assert.match(told.reason, reason);
    // deno-lint-ignore no-control-regex -- they are what must not be there
    assert.ok(told.reason.length < 400 && !/[\u0000-\u001f]/.test(told.reason), told.reason);
    assert.ok(Deno.memoryUsage().rss - before < 200 * 1024 * 1024);
  }, script);
}

onFar("a host may have an odd name, and no shell reads it", async (scene) => {
  scene.write(3);
  scene.host = "odd+name_=1~[2]";
  scene.far.addAlias(scene.host);
  await scene.untilAll();
  assert.deepEqual(scene.seen, scene.all);
});

onFar("what a shell would run in a name is not run, here or there", async (scene) => {
  const trap = `${scene.far.root}/trap`;
  scene.host = `x;touch\${IFS}${trap};$(touch\${IFS}${trap})\`touch\${IFS}${trap}\``;
  scene.toleranceSeconds = 0;
  await scene.untilGivenUp();
  assert.ok(!exists(trap));
});

onFar("a supervisor there is stopped, and that is looked up", async (scene) => {
  const serve = scene.project.start("serve");
  await scene.project.untilKind("round_end");
  const look = await scene.look();
  assert.ok(look.kind === "seen" && look.isActive);
  const signal = new AbortController().signal;
  assert.deepEqual(await stopRemote(scene.target, scene.tools, { signal }), { kind: "stopped", wasRunning: true });
  assert.equal((await serve.ended()).code, 0);
  await scene.until("the lock to be free", (look): look is typeof look => look.kind === "seen" && !look.isActive);
  assert.deepEqual(await stopRemote(scene.target, scene.tools, { signal }), { kind: "stopped", wasRunning: false });
});

onFar("a stop fails with a reason when the host is away", async (scene) => {
  await scene.far.down();
  const signal = new AbortController().signal;
  const outcome = await stopRemote(scene.target, scene.tools, { signal });
  assert.ok(outcome.kind === "failed");
  assert.match(outcome.fault.reason, /refused/i);
});

onFar("monitor --host prints every event from there once, over cuts", async (scene) => {
  const { far, project } = scene;
  project.env.PATH = `${far.bin}:${project.env.PATH}`;
  const monitor = project.start("monitor", "--mode", "events", "--host", `${far.alias}:${project.work}`);
  const marks = () =>
    monitor.stdout.split("\n").flatMap((line) => line.includes('"mark"') ? [Number(JSON.parse(line).n)] : []);
  await until("the first event", () => {
    scene.write(1);
    return marks().length > 0;
  }, 30);
  for (let i = 0; i < 3; i++) {
    await far.cut();
    scene.write(20);
    await until("the newest event", () => marks().at(-1) === scene.all.length, 30);
  }
  const first = marks()[0]!;
  assert.deepEqual(marks(), scene.all.slice(first - 1));
  assert.ok(project.ofKind("monitor_remote_blip").length >= 3);
  monitor.signal("SIGTERM");
  assert.equal((await monitor.ended()).code, 0);
});

onFar("monitor --host leaves with a reason and a fix when the host is given up", async (scene) => {
  const { far, project } = scene;
  project.env.PATH = `${far.bin}:${project.env.PATH}`;
  await far.down();
  project.writeConfig({ toml: "[monitor]\nremote_failure_tolerance_s = 1" });
  const { code, stderr } = await project.run(["monitor", "--host", `${far.alias}:${project.work}`]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /cannot be watched: .*refused.*\n {2}fix: Run 'ssh far true' by hand until it asks nothing\n/);
  assert.equal(project.ofKind("monitor_remote_giveup").length, 1);
});

Deno.test("monitor refuses a host that ssh would take for an option", async () => {
  await using project = await Project.make();
  const { code, stderr } = await project.run(["monitor", "--host", "-oProxyCommand=touch trap"]);
  assert.equal(code, 2);
  assert.match(stderr, /^agent-runner: '-oProxyCommand=touch trap' cannot be a host: .*\n {2}fix: .*\n$/);
  assert.ok(!exists(`${project.work}/trap`));
});
