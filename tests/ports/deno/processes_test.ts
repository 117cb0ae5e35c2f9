// Guards commands with a deadline, groups, the process table and the search on the PATH, on the real system.
import assert from "node:assert/strict";
import { denoProcesses } from "../../../src/ports/deno/processes.ts";
import { SpawnFault } from "../../../src/ports/processes.ts";
import type { RunOutcome } from "../../../src/ports/processes.ts";
import { until } from "../../fakes/until.ts";
import { inFolder } from "../../store/log_folder.ts";

const processes = denoProcesses();
const sh = (script: string) => ["/bin/sh", "-c", script];
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function exited(outcome: RunOutcome): RunOutcome & { kind: "exited" } {
  assert.equal(outcome.kind, "exited", JSON.stringify(outcome));
  return outcome as RunOutcome & { kind: "exited" };
}

async function isAlive(pid: number): Promise<boolean> {
  return (await processes.list(null))!.some((row) => row.pid === pid && !row.isZombie);
}

Deno.test("run() gives exit code and both streams", async () => {
  const outcome = exited(await processes.run({ argv: sh("echo out; echo err >&2; exit 3"), timeoutMs: 10_000 }));
  assert.deepEqual([outcome.code, text(outcome.stdout), text(outcome.stderr), outcome.isCut], [
    3,
    "out\n",
    "err\n",
    false,
  ]);
});

Deno.test("run() gives -1 for a command that died of a signal", async () => {
  assert.equal(exited(await processes.run({ argv: sh("kill -KILL $$"), timeoutMs: 10_000 })).code, -1);
});

Deno.test("run() gives the command its input, its folder and its environment", async () => {
  await inFolder(async (folder) => {
    const outcome = exited(
      await processes.run({
        argv: sh('cat; pwd; echo "$ADDED,${HOME-none}"'),
        workDir: folder,
        environment: { ADDED: "yes" },
        unset: ["HOME"],
        stdin: new TextEncoder().encode("input\n"),
        timeoutMs: 10_000,
      }),
    );
    assert.equal(text(outcome.stdout), `input\n${Deno.realPathSync(folder)}\nyes,none\n`);
  });
});

Deno.test("run() gives a command without input an end at once", async () => {
  assert.equal(exited(await processes.run({ argv: ["cat"], timeoutMs: 10_000 })).code, 0);
});

Deno.test("run() does not mind a command that reads nothing of a large input", async () => {
  const stdin = new Uint8Array(5_000_000);
  assert.equal(exited(await processes.run({ argv: sh("exit 4"), stdin, timeoutMs: 10_000 })).code, 4);
});

Deno.test("run() takes in large outputs whole, also on both streams at once", async () => {
  const script = "head -c 1000000 /dev/zero | tr '\\0' x; head -c 60000 /dev/zero | tr '\\0' e >&2";
  const outcome = exited(await processes.run({ argv: sh(script), timeoutMs: 10_000 }));
  assert.ok(text(outcome.stdout) === "x".repeat(1_000_000), `${outcome.stdout.length} bytes`);
  assert.equal(outcome.stderr.length, 60_000);
});

Deno.test("run() keeps output up to its bound and says that there was more", async () => {
  const outcome = exited(
    await processes.run({
      argv: sh("printf 'abcdef'; head -c 3000000 /dev/zero; echo done >&2"),
      maxOutputBytes: 4,
      timeoutMs: 10_000,
    }),
  );
  assert.deepEqual([text(outcome.stdout), outcome.isCut, text(outcome.stderr)], ["abcd", true, "done\n"]);
  const whole = exited(await processes.run({ argv: ["printf", "abcd"], maxOutputBytes: 4, timeoutMs: 10_000 }));
  assert.deepEqual([text(whole.stdout), whole.isCut], ["abcd", false]);
});

Deno.test("run() says what is absent: the program or the folder", async () => {
  for (const spec of [{ argv: ["/no/such/program"] }, { argv: ["true"], workDir: "/no/such/folder" }]) {
    const outcome = await processes.run({ ...spec, timeoutMs: 10_000 });
    assert.equal(outcome.kind, "absent");
    assert.ok(outcome.kind === "absent" && outcome.reason !== "");
  }
});

Deno.test("run() ends the whole group when the time is over", async () => {
  await inFolder(async (folder) => {
    const script = `sleep 600 & echo $! >${folder}/child; sleep 600`;
    const before = performance.now();
    assert.deepEqual(await processes.run({ argv: sh(script), timeoutMs: 300 }), { kind: "timed_out" });
    assert.ok(performance.now() - before < 3_000);
    const child = Number(Deno.readTextFileSync(`${folder}/child`));
    await until("the child is gone", async () => !await isAlive(child));
  });
});

Deno.test("run() kills what is deaf to SIGTERM, also behind a leader that obeyed", async () => {
  await inFolder(async (folder) => {
    const deaf = `(trap '' TERM; echo started >${folder}/ready; exec sleep 600) & echo $! >${folder}/child; wait`;
    for (const script of [`trap '' TERM; ${deaf}`, deaf]) {
      assert.deepEqual(await processes.run({ argv: sh(script), timeoutMs: 700 }), { kind: "timed_out" });
      assert.equal(Deno.readTextFileSync(`${folder}/ready`), "started\n");
      const child = Number(Deno.readTextFileSync(`${folder}/child`));
      await until("the deaf child is gone", async () => !await isAlive(child));
    }
  });
});

Deno.test("run() lets a command clean up between SIGTERM and SIGKILL", async () => {
  await inFolder(async (folder) => {
    const script = `trap 'sleep 0.1; echo cleaned >${folder}/mark; exit 1' TERM; while :; do sleep 0.05; done`;
    await processes.run({ argv: sh(script), timeoutMs: 200 });
    assert.equal(Deno.readTextFileSync(`${folder}/mark`), "cleaned\n");
  });
});

Deno.test("run() does not wait for a child that took the pipes along", async () => {
  await inFolder(async (folder) => {
    const before = performance.now();
    const script = `echo said; sleep 600 & echo $! >${folder}/child`;
    const outcome = exited(await processes.run({ argv: sh(script), timeoutMs: 30_000 }));
    assert.equal(text(outcome.stdout), "said\n");
    assert.ok(performance.now() - before < 5_000);
    Deno.kill(Number(Deno.readTextFileSync(`${folder}/child`)), "SIGKILL");
  });
});

Deno.test("run() keeps the end of what is too long, where that is asked for", async () => {
  const argv = sh("seq 1 200000; echo the end");
  const outcome = exited(await processes.run({ argv, timeoutMs: 10_000, maxOutputBytes: 1000, keeps: "end" }));
  assert.equal(outcome.stdout.length, 1000);
  assert.ok(outcome.isCut);
  assert.ok(text(outcome.stdout).endsWith("\n199999\n200000\nthe end\n"));
  const short = exited(await processes.run({ argv: sh("echo a; echo b"), timeoutMs: 10_000, keeps: "end" }));
  assert.deepEqual([text(short.stdout), short.isCut], ["a\nb\n", false]);
  const exact = exited(
    await processes.run({ argv: sh("echo abc"), timeoutMs: 10_000, maxOutputBytes: 4, keeps: "end" }),
  );
  assert.deepEqual([text(exact.stdout), exact.isCut], ["abc\n", false]);
});

Deno.test("run() ends the whole group when it is stopped, and tells what was printed and who led it", async () => {
  await inFolder(async (folder) => {
    const stop = new AbortController();
    let leader = 0;
    const run = processes.run({
      argv: sh(`trap '' TERM; echo begun; sleep 600 & echo $! >${folder}/child; touch ${folder}/ready; wait`),
      timeoutMs: 60_000,
      keeps: "end",
      stop: stop.signal,
      onStart: (pid) => leader = pid,
    });
    await until("it runs", () => Promise.resolve([...Deno.readDirSync(folder)].some(({ name }) => name === "ready")));
    const before = performance.now();
    stop.abort();
    const outcome = await run;
    assert.ok(performance.now() - before < 5_000);
    assert.equal(outcome.kind === "timed_out" && text(outcome.stdout!), "begun\n");
    const child = Number(Deno.readTextFileSync(`${folder}/child`));
    const alive = (await processes.list(null))!.filter(({ pid, isZombie }) =>
      [leader, child].includes(pid) && !isZombie
    );
    assert.deepEqual(alive, []);
    assert.ok(leader > 1);
  });
});

Deno.test("run() ends at once what was stopped before it began", async () => {
  const before = performance.now();
  const outcome = await processes.run({ argv: ["sleep", "600"], timeoutMs: 60_000, stop: AbortSignal.abort() });
  assert.equal(outcome.kind, "timed_out");
  assert.ok(performance.now() - before < 5_000);
});

Deno.test("spawnGroup() starts a leader of its own group that inherits nothing", async () => {
  await inFolder(async (folder) => {
    const leader = processes.spawnGroup({
      argv: sh(`env >${folder}/env; exec sleep 600`),
      workDir: folder,
      environment: { ONLY: "this" },
    });
    await until(
      "it runs",
      async () =>
        (await processes.list(null))!.some((row) => row.pid === leader.pid && row.command.startsWith("sleep")),
    );
    const row = (await processes.list(null))!.find((process) => process.pid === leader.pid)!;
    assert.equal(row.pgid, leader.pid);
    assert.ok(Math.abs(row.startedAt - Date.now() / 1000) < 60);
    const names = Deno.readTextFileSync(`${folder}/env`).trim().split("\n").map((line) => line.split("=")[0]!);
    assert.deepEqual(names.filter((name) => !["PWD", "_", "SHLVL", "OLDPWD"].includes(name)), ["ONLY"]);
    assert.ok(processes.signalGroup(leader.pid, "SIGTERM"));
    assert.deepEqual(await leader.exited, { code: 143, signal: "SIGTERM" });
    assert.equal(processes.signalGroup(leader.pid, "SIGTERM"), false, "nobody is left");
    assert.equal(processes.signal(leader.pid, "SIGTERM"), false);
  });
});

Deno.test("spawnGroup() throws SpawnFault for what cannot be started", () => {
  const spec = { workDir: "/", environment: {} };
  assert.throws(() => processes.spawnGroup({ ...spec, argv: ["/no/such/program"] }), SpawnFault);
  assert.throws(() => processes.spawnGroup({ ...spec, argv: ["/bin/true"], workDir: "/no/such" }), SpawnFault);
});

Deno.test("signal() and signalGroup() refuse to reach everyone or init", () => {
  for (const target of [1, 0, -1, -5]) {
    assert.equal(processes.signal(target, "SIGCONT"), false);
    assert.equal(processes.signalGroup(target, "SIGCONT"), false);
  }
});

Deno.test("list() finds a process by what its environment carries, in a session of its own", async () => {
  const marker = `AGENT_RUNNER_TEST_MARK=${crypto.randomUUID()}`;
  const [name, value] = marker.split("=") as [string, string];
  const leader = processes.spawnGroup({
    argv: sh("sleep 600 & sleep 600"),
    workDir: "/",
    environment: { PATH: "/usr/bin:/bin", [name]: value },
  });
  try {
    await until(
      "all three are there",
      async () => (await processes.list(marker))!.filter((row) => row.isMarked).length === 3,
    );
    const rows = (await processes.list(marker))!;
    assert.ok(!rows.find((row) => row.pid === Deno.pid)!.isMarked);
    assert.ok((await processes.list(null))!.every((row) => !row.isMarked && !row.command.includes(value)));
  } finally {
    processes.signalGroup(leader.pid, "SIGKILL");
    await leader.exited;
  }
});

Deno.test("list() shows a zombie as one", async () => {
  const leader = processes.spawnGroup({
    argv: sh("sh -c 'exit 0' & exec sleep 600"),
    workDir: "/",
    environment: { PATH: "/usr/bin:/bin" },
  });
  try {
    await until(
      "the child is a zombie",
      async () => (await processes.list(null))!.some((row) => row.ppid === leader.pid && row.isZombie),
    );
  } finally {
    processes.signalGroup(leader.pid, "SIGKILL");
    await leader.exited;
  }
});

Deno.test("find() looks where the agent's own PATH says", async () => {
  await inFolder((folder) => {
    const options = { path: `${folder}/a:${folder}/b`, workDir: folder };
    for (const name of ["a", "b", "b/dir"]) Deno.mkdirSync(`${folder}/${name}`);
    Deno.writeTextFileSync(`${folder}/a/tool`, "", { mode: 0o644 });
    Deno.writeTextFileSync(`${folder}/b/tool`, "", { mode: 0o755 });
    Deno.symlinkSync(`${folder}/b/tool`, `${folder}/a/linked`);
    Deno.symlinkSync(`${folder}/nowhere`, `${folder}/a/dangling`);
    assert.equal(processes.find("tool", options), `${folder}/b/tool`, "what may not be run is passed over");
    assert.equal(processes.find("linked", options), `${folder}/a/linked`);
    assert.equal(processes.find("dangling", options), null);
    assert.equal(processes.find("dir", options), null);
    assert.equal(processes.find("absent", options), null);
    assert.equal(processes.find("", options), null);
    assert.equal(processes.find("./b/tool", options), `${folder}/b/tool`);
    assert.equal(processes.find(`${folder}/b/tool`, { path: "", workDir: "/" }), `${folder}/b/tool`);
    assert.equal(processes.find("tool", { path: "b", workDir: folder }), `${folder}/b/tool`, "a relative part of PATH");
    assert.equal(
      processes.find("tool", { path: "", workDir: `${folder}/b` }),
      `${folder}/b/tool`,
      "an empty part is here",
    );
  });
});
