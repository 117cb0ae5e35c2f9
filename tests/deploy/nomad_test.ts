// Guards the job for Nomad: that it can be read, its keys, and what it says of the program.
import assert from "node:assert/strict";
import hcl from "hcl2-parser";
import { readText } from "../../scripts/tree.ts";
import { longestStop, pathOfProbe, places, portOfServe, secondsOf } from "./facts.ts";

// deno-lint-ignore no-explicit-any -- what a parser of HCL gives: blocks are lists below their labels
type Block = any;

/** Keys of each block that the job has, as Nomad's documentation lists them. */
const known: Readonly<Record<string, readonly string[]>> = {
  job: ["type", "group"],
  group: ["count", "restart", "volume", "task"],
  restart: ["attempts", "interval", "delay", "mode"],
  volume: ["type", "source", "read_only"],
  task: ["driver", "user", "kill_signal", "kill_timeout", "config", "volume_mount", "resources", "service"],
  config: ["image", "args", "cap_drop", "security_opt", "pids_limit"],
  volume_mount: ["volume", "destination", "read_only"],
  resources: ["cpu", "memory"],
  service: ["name", "provider", "check"],
  check: ["name", "type", "command", "args", "interval", "timeout", "check_restart"],
  check_restart: ["limit", "grace"],
};
const labelled = ["job", "group", "task", "volume"];

function parsed(text: string): Block {
  const [found, fault] = hcl.parseToObject(text);
  if (fault !== null || found === null) throw new Error("this is no HCL");
  return found;
}

/** Keys that a block may not have, with the block's name. */
function strangers(name: string, block: Block): readonly string[] {
  return Object.entries<Block>(block).flatMap(([key, value]) => {
    if (!known[name]!.includes(key)) return [`${name}.${key}`];
    if (!(key in known) || typeof value !== "object") return [];
    const blocks = labelled.includes(key) ? Object.values<Block>(value).flat() : [value].flat();
    return blocks.flatMap((inner) => strangers(key, inner));
  });
}

const file = parsed(readText("deploy/nomad.hcl") ?? "");
const [job] = Object.values<Block>(file.job)[0];
const [group] = job.group.serve;
const [task] = group.task.serve;
const [config] = task.config;

Deno.test("the job for Nomad is HCL, with keys that Nomad has", () => {
  assert.deepEqual(Object.keys(file), ["job"]);
  assert.deepEqual(strangers("job", job), []);
  assert.deepEqual(strangers("job", { ...job, group: { serve: [{ ...group, counts: 1 }] } }), ["group.counts"]);
  assert.throws(() => parsed('job "a" {\n  x =\n}\n'), /no HCL/);
});

Deno.test("the job for Nomad runs one serve, with its page, and gives the longest round its time", async () => {
  assert.equal(group.count, 1);
  const port = await portOfServe(config.args);
  const checks = task.service[0].check as readonly Block[];
  const paths = checks.map((check) => pathOfProbe([check.command, ...check.args], port));
  assert.deepEqual(paths, ["/livez", "/readyz"]);
  // Only the first one restarts: a breaker that is open is a matter for people.
  assert.deepEqual(checks.map((check) => "check_restart" in check), [true, false]);
  assert.ok(checks.every(({ type }) => type === "script"));
  assert.ok(secondsOf(task.kill_timeout) >= longestStop(), task.kill_timeout);
  assert.equal(task.kill_signal, "SIGTERM");
});

Deno.test("the job for Nomad takes a designed end for an end, and comes back from a crash for ever", () => {
  assert.equal(job.type, "batch");
  const [restart] = group.restart;
  assert.equal(restart.mode, "delay");
  assert.ok(restart.attempts >= 1 && secondsOf(restart.interval) / restart.attempts >= 60, "it would start too often");
});

Deno.test("the job for Nomad keeps work, logs and login, and runs without rights", () => {
  const mounts = task.volume_mount as readonly { volume: string; destination: string }[];
  assert.deepEqual(mounts.map(({ destination }) => destination).toSorted(), places);
  assert.deepEqual(mounts.map(({ volume }) => volume).toSorted(), Object.keys(group.volume).toSorted());
  assert.match(task.user, /^[1-9]\d*:[1-9]\d*$/);
  assert.deepEqual(config.cap_drop, ["all"]);
  assert.deepEqual(config.security_opt, ["no-new-privileges"]);
});
