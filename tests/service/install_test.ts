// Guards that an installation that fails at any of its steps leaves the machine as it was.
import assert from "node:assert/strict";
import { FileFault } from "../../src/ports/files.ts";
import { installSteps, removeServices, takeSteps } from "../../src/service/install.ts";
import { systemdKeeper } from "../../src/service/systemd.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { scripted } from "./keeper_stage.ts";
import type { Script } from "./keeper_stage.ts";

const folder = "/home/me/.config/systemd/user";
const services = ["serve", "monitor"].map((role) => ({
  name: `${role}@shop.service`,
  path: `${folder}/${role}@shop.service`,
  text: `text of ${role}`,
}));

function scene(script: Script = [], start: Readonly<Record<string, string>> = { "/home/me/x": "" }) {
  const files = memoryFiles(start);
  const { processes, calls } = scripted(script);
  const keeper = systemdKeeper({ isSystem: false, folder, version: 252, stopSeconds: 60, processes });
  const install = (isStarted = true) => takeSteps(installSteps(services, { keeper, files, isStarted }));
  return { files, calls, install, keeper };
}

const verbs = (calls: readonly string[]) =>
  calls.map((call) => call.replace(/^systemctl --user --no-ask-password /, "").replace(/ --quiet| --/g, ""));

Deno.test("install writes, reloads, enables and starts, in this order, and nobody else may read a unit of a user", async () => {
  const { files, calls, install } = scene();
  assert.equal(await install(), null);
  assert.deepEqual(verbs(calls()), [
    "daemon-reload",
    "enable serve@shop.service",
    "start serve@shop.service",
    "enable monitor@shop.service",
    "start monitor@shop.service",
  ]);
  assert.deepEqual(services.map(({ path }) => files.readText(path)), ["text of serve", "text of monitor"]);
});

Deno.test("install does not start what it is told not to start", async () => {
  const { calls, install } = scene();
  assert.equal(await install(false), null);
  assert.deepEqual(verbs(calls()).filter((call) => call.startsWith("start")), []);
});

const failures = [
  ["daemon-reload", /daemon-reload/],
  ["enable", /enable.*serve@/],
  ["start", /start.*serve@/],
  ["enable of the second", /enable.*monitor@/],
  ["start of the second", /start.*monitor@/],
] as const;

for (const [what, pattern] of failures) {
  Deno.test(`install leaves nothing when ${what} fails`, async () => {
    const { files, calls, install } = scene([[pattern, { code: 1, err: "Failed: no reason\nmore" }]]);
    const before = files.paths();
    const fault = await install();
    assert.equal(fault?.reason, "Failed: no reason");
    assert.deepEqual(files.paths(), before, "no file and no folder is left");
    const last = verbs(calls()).at(-1);
    assert.equal(last, "daemon-reload", "the manager forgets what it read");
    const undone = what.startsWith("start") || what.startsWith("enable");
    assert.equal(verbs(calls()).includes("disable serve@shop.service"), undone);
  });
}

Deno.test("install leaves nothing when a unit cannot be written: a folder that is read-only, a disk that is full", async () => {
  for (const kind of ["read_only", "full", "denied"] as const) {
    const { files, calls, install } = scene();
    const before = files.paths();
    const write = files.writeAtomic.bind(files);
    files.writeAtomic = (path, content, options) => {
      if (path.includes("monitor@")) throw new FileFault(kind, { path, cause: `the disk says ${kind}` });
      write(path, content, options);
    };
    const fault = await install();
    assert.deepEqual([fault?.what, fault?.reason, fault?.left], [
      `write '${services[1]!.path}'`,
      `the disk says ${kind}`,
      [],
    ]);
    assert.deepEqual(files.paths(), before);
    assert.deepEqual(verbs(calls()), ["daemon-reload"]);
  }
});

Deno.test("install over an earlier one brings that back when it fails, and lets it run on", async () => {
  const start = Object.fromEntries(services.map(({ path }) => [path, `old ${path}`]));
  const { files, calls, install } = scene([[/enable.*monitor@/, { code: 1 }]], start);
  const fault = await install();
  assert.match(fault!.reason, /'systemctl enable' ended with code 1/);
  assert.deepEqual(services.map(({ path }) => files.readText(path)), services.map(({ path }) => `old ${path}`));
  assert.deepEqual(verbs(calls()).filter((call) => /^(stop|disable)/.test(call)), []);
});

Deno.test("install tells what it could not undo", async () => {
  const { install } = scene([[/ start /, { code: 1, err: "no" }], [/disable/, { code: 1, err: "bus is gone" }]]);
  const fault = await install();
  assert.deepEqual(fault?.left, ["enable 'serve@shop.service': bus is gone"]);
});

Deno.test("a step that throws counts as failed, and those before it are undone in reverse", async () => {
  const done: string[] = [];
  const step = (what: string) => ({
    what,
    run: () => (done.push(what), Promise.resolve({ kind: "done" } as const)),
    undo: () => (done.push(`not ${what}`), Promise.resolve({ kind: "done" } as const)),
  });
  const broken = { what: "c", run: () => Promise.reject(new Error("boom")) };
  assert.deepEqual(await takeSteps([step("a"), step("b"), broken]), { what: "c", reason: "boom", left: [] });
  assert.deepEqual(done, ["a", "b", "not b", "not a"]);
});

Deno.test("removeServices() goes on after a fault and tells it", async () => {
  const { files, keeper, install, calls } = scene([[/ stop .*serve@/, { code: 1, err: "stuck" }]]);
  assert.equal(await install(), null);
  assert.deepEqual(await removeServices(services, { keeper, files }), ["cannot stop 'serve@shop.service': stuck"]);
  assert.deepEqual(services.map(({ path }) => files.readText(path)), [null, null]);
  assert.equal(verbs(calls()).at(-1), "daemon-reload");
});
