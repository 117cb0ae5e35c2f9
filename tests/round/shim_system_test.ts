// Runs the real shim under the shells this machine has, and kills what it runs in every way.
import assert from "node:assert/strict";
import type { SignalName } from "../../src/core/round.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { isShimCommand, parseShimReport, shimArgv } from "../../src/round/shim.ts";
import { until } from "../fakes/until.ts";
import { inFolder } from "../store/log_folder.ts";

const processes = denoProcesses();

/** Shells to try: the system's own, and bash under the name `sh`, as many systems have it. */
function shells(folder: string): readonly string[] {
  const bash = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"].find((path) => exists(path));
  if (bash === undefined) return ["/bin/sh"];
  Deno.mkdirSync(`${folder}/shell`);
  Deno.symlinkSync(bash, `${folder}/shell/sh`);
  return ["/bin/sh", `${folder}/shell/sh`];
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

interface Started {
  readonly pid: number;
  readonly exited: Promise<{ readonly code: number; readonly signal: string | null }>;
  log(): string;
  report(): ReturnType<typeof parseShimReport>;
}

let counter = 0;

function start(
  folder: string,
  agent: readonly string[],
  options: { readonly shell?: string; readonly stdin?: string; readonly exit?: string } = {},
): Started {
  const base = `${folder}/R${++counter}`;
  const exit = options.exit ?? `${base}.exit`;
  Deno.writeTextFileSync(`${base}.log`, "");
  if (exit !== "/dev/null") Deno.writeTextFileSync(`${exit}.tmp`, "");
  const argv = shimArgv({ log: `${base}.log`, stdin: options.stdin ?? "/dev/null", exit }, agent);
  const { pid, exited } = processes.spawnGroup({
    argv: [options.shell ?? argv[0]!, ...argv.slice(1)],
    workDir: folder,
    environment: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" },
  });
  return {
    pid,
    exited,
    log: () => Deno.readTextFileSync(`${base}.log`),
    report: () => exists(exit) ? parseShimReport(Deno.readTextFileSync(exit)) : null,
  };
}

const sh = (script: string) => ["/bin/sh", "-c", script];

async function inShells(use: (folder: string, shell: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    for (const shell of shells(folder)) await use(folder, shell);
  });
}

const ends: readonly [name: string, script: string, code: number, diedBySignal: boolean][] = [
  ["exit 0", "exit 0", 0, false],
  ["exit 7", "exit 7", 7, false],
  ["exit 143", "exit 143", 143, false],
  ["exit 137", "exit 137", 137, false],
  ["SIGTERM", "kill -TERM $$", 143, true],
  ["SIGSEGV", "kill -SEGV $$", 139, true],
  ["SIGKILL", "kill -KILL $$", 137, true],
  ["SIGINT", "kill -INT $$", 130, true],
  ["SIGHUP", "kill -HUP $$", 129, true],
];

for (const [name, script, code, diedBySignal] of ends) {
  Deno.test(`the shim reports an agent that ends by ${name}, and keeps its own remarks out of the log`, async () => {
    await inShells(async (folder, shell) => {
      const round = start(folder, sh(`echo out; echo err >&2; ${script}`), { shell });
      assert.deepEqual(await round.exited, { code, signal: null });
      const report = round.report();
      assert.deepEqual(report, { pid: round.pid, code, diedBySignal }, shell);
      assert.equal(round.log(), "out\nerr\n", shell);
    });
  });
}

Deno.test("the shim appends all output to the log, in order", async () => {
  await inShells(async (folder, shell) => {
    const round = start(folder, sh("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done"), { shell });
    await round.exited;
    const wanted = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join("");
    assert.equal(round.log(), wanted);
  });
});

Deno.test("the shim gives the prompt with every odd character, then an end of input", async () => {
  await inShells(async (folder, shell) => {
    const prompt = "$(touch oops) `x` ' \" \\ \t é日🙂 \u0000 %s -n\r\n".repeat(20_000);
    Deno.writeTextFileSync(`${folder}/prompt`, prompt);
    const round = start(folder, ["/bin/cat"], { shell, stdin: `${folder}/prompt` });
    assert.equal((await round.exited).code, 0);
    assert.equal(round.log(), prompt);
    assert.ok(!exists(`${folder}/oops`));
  });
});

Deno.test("the shim gives an agent that reads without a prompt an end of input at once", async () => {
  await inFolder(async (folder) => {
    const round = start(folder, sh("cat; echo ended"));
    assert.equal((await round.exited).code, 0);
    assert.equal(round.log(), "ended\n");
  });
});

Deno.test("the shim starts the agent with a prompt it never reads", async () => {
  await inFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/prompt`, "x".repeat(1_000_000));
    const round = start(folder, sh("exit 3"), { stdin: `${folder}/prompt` });
    assert.equal((await round.exited).code, 3);
  });
});

const requests: readonly (readonly [SignalName, number])[] = [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]];

for (const [signal, code] of requests) {
  Deno.test(`the shim outlives ${signal} to its group, the agent does not`, async () => {
    await inShells(async (folder, shell) => {
      const round = start(folder, sh("echo ready; exec sleep 600"), { shell });
      await until("the agent is ready", () => round.log() === "ready\n");
      assert.ok(processes.signalGroup(round.pid, signal));
      assert.deepEqual(await round.exited, { code, signal: null });
      assert.deepEqual(round.report(), { pid: round.pid, code, diedBySignal: true });
      assert.equal(round.log(), "ready\n");
    });
  });
}

Deno.test("the shim stays until an agent that cleans up after SIGTERM has ended", async () => {
  await inShells(async (folder, shell) => {
    const script = "trap 'echo cleaning; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    const round = start(folder, sh(script), { shell });
    await until("the agent is ready", () => round.log() === "ready\n");
    processes.signalGroup(round.pid, "SIGTERM");
    assert.deepEqual(await round.exited, { code: 5, signal: null });
    assert.equal(round.report()?.diedBySignal, false);
    assert.match(round.log(), /cleaning\n$/);
  });
});

Deno.test({
  name: "the shim starts the agent with no signal ignored or blocked",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await inShells(async (folder, shell) => {
      const round = start(folder, ["/bin/grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"], { shell });
      await round.exited;
      const masks = [...round.log().matchAll(/^Sig(?:Blk|Ign):\s+([0-9a-f]+)$/gm)].map((match) =>
        BigInt(`0x${match[1]}`)
      );
      // Signals 1 to 31: beyond them the C library keeps some for itself.
      assert.deepEqual(masks.map((mask) => mask & 0x7fffffffn), [0n, 0n], round.log());
    });
  },
});

Deno.test("the shim tells of a program that is missing or may not be run", async () => {
  await inShells(async (folder, shell) => {
    Deno.writeTextFileSync(`${folder}/data`, "data", { mode: 0o600 });
    for (const [program, code] of [[`${folder}/absent`, 127], [`${folder}/data`, 126]] as const) {
      const round = start(folder, [program], { shell });
      assert.equal((await round.exited).code, code);
      assert.deepEqual(round.report(), { pid: round.pid, code, diedBySignal: false });
      assert.ok(round.log().includes(program), "the log says what could not be run");
    }
  });
});

Deno.test("the shim works without a status file", async () => {
  await inShells(async (folder, shell) => {
    const round = start(folder, sh("echo said; exit 9"), { shell, exit: "/dev/null" });
    assert.deepEqual(await round.exited, { code: 9, signal: null });
    assert.equal(round.log(), "said\n");
    assert.equal(Deno.statSync("/dev/null").isFile, false, "it was not replaced by the status file");
  });
});

Deno.test("the shim leaves its status even when the agent's PATH is useless", async () => {
  await inFolder(async (folder) => {
    const base = `${folder}/R-path`;
    for (const end of [".log", ".exit.tmp"]) Deno.writeTextFileSync(`${base}${end}`, "");
    const argv = shimArgv({ log: `${base}.log`, stdin: "/dev/null", exit: `${base}.exit` }, [
      "/bin/sh",
      "-c",
      "exit 4",
    ]);
    const environment = { PATH: "/nowhere", BASH_VERSION: "5" };
    assert.equal((await processes.spawnGroup({ argv, workDir: folder, environment }).exited).code, 4);
    assert.equal(parseShimReport(Deno.readTextFileSync(`${base}.exit`))?.code, 4);
  });
});

Deno.test("the process table shows a running shim as isShimCommand() knows it, with its round's id", async () => {
  await inFolder(async (folder) => {
    const id = crypto.randomUUID();
    const argv = shimArgv({ log: `${folder}/log`, stdin: "/dev/null", exit: "/dev/null" }, ["/bin/sleep", "600"]);
    const environment = { PATH: "/usr/bin:/bin", AGENT_RUNNER_ROUND_ID: id };
    const { pid, exited } = processes.spawnGroup({ argv, workDir: folder, environment });
    try {
      const marker = `AGENT_RUNNER_ROUND_ID=${id}`;
      await until(
        "both are there",
        async () => (await processes.list(marker))?.filter((row) => row.isMarked).length === 2,
      );
      const rows = (await processes.list(marker))!.filter((row) => row.isMarked);
      const shim = rows.find((row) => row.pid === pid)!;
      assert.ok(isShimCommand(shim.command), shim.command);
      assert.equal(shim.pgid, pid);
      const agent = rows.find((row) => row.pid !== pid)!;
      assert.equal(agent.ppid, pid);
      assert.equal(agent.pgid, pid);
      assert.ok(!isShimCommand(agent.command), agent.command);
    } finally {
      processes.signalGroup(pid, "SIGKILL");
      await exited;
    }
  });
});
