// Runs the real shim around programs that make a scope, refuse to, or die over it: the agent runs once, never twice.
import assert from "node:assert/strict";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { parseScope, parseShimReport, shimArgv } from "../../src/round/shim.ts";
import { until } from "../fakes/until.ts";
import { inFolder } from "../store/log_folder.ts";

const processes = denoProcesses();

interface Outcome {
  readonly code: number;
  readonly log: string;
  readonly status: string;
  /** How often the agent was started. */
  readonly starts: number;
}

interface Round {
  /** A command line that is to make the scope. */
  readonly way: readonly string[];
  /** What the agent does. */
  readonly agent: string;
  /** Default: the system's own. */
  readonly shell?: string;
  /** Called once something runs. */
  readonly meanwhile?: (pid: number, folder: string) => Promise<void>;
}

async function run(folder: string, round: Round): Promise<Outcome> {
  const base = `${folder}/R${crypto.randomUUID()}`;
  Deno.writeTextFileSync(`${base}.log`, "");
  Deno.writeTextFileSync(`${base}.exit.tmp`, "");
  const agent = ["/bin/sh", "-c", `echo start >>'${base}.starts'; ${round.agent}`];
  const argv = shimArgv({ log: `${base}.log`, stdin: "/dev/null", exit: `${base}.exit` }, agent, round.way);
  const environment = { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", BASE: base };
  argv[0] = round.shell ?? argv[0]!;
  const { pid, exited } = processes.spawnGroup({ argv, workDir: folder, environment });
  await round.meanwhile?.(pid, base);
  const { code } = await exited;
  return {
    code,
    log: read(`${base}.log`),
    status: read(`${base}.exit`),
    starts: read(`${base}.starts`).split("\n").length - 1,
  };
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** The system's own, and bash under the name `sh`, as many systems have it. */
function shells(folder: string): readonly string[] {
  if (!exists("/bin/bash")) return ["/bin/sh"];
  Deno.mkdirSync(`${folder}/shell`);
  Deno.symlinkSync("/bin/bash", `${folder}/shell/sh`);
  return ["/bin/sh", `${folder}/shell/sh`];
}

const shell = (script: string) => ["/bin/sh", "-c", script, "sh"];
const passing = shell('exec "$@"');
const refusing = shell("echo 'Failed to connect to bus: No medium found' >&2; exit 1");

Deno.test("the shim runs the agent by way of a scope, with its output in the log alone", async () => {
  await inFolder(async (folder) => {
    for (const shell of shells(folder)) {
      const round = { way: passing, agent: "echo out; echo err >&2; exit 7", shell };
      const { code, log, status, starts } = await run(folder, round);
      assert.deepEqual([code, log, starts], [7, "out\nerr\n", 1]);
      assert.equal(parseShimReport(status)?.code, 7);
      assert.equal(parseScope(status)?.kind, "refused", "this test's cgroup is no round's scope");
      assert.match(status, /^pid \d+\nscope \S+\nexit 7\n$/);
    }
  });
});

Deno.test("the shim tells a death by signal in a scope from an exit code", async () => {
  await inFolder(async (folder) => {
    for (const shell of shells(folder)) {
      const died = await run(folder, { way: passing, agent: "kill -TERM $$", shell });
      assert.deepEqual([died.code, parseShimReport(died.status)?.diedBySignal], [143, true]);
      const left = await run(folder, { way: passing, agent: "exit 143", shell });
      assert.deepEqual([left.code, parseShimReport(left.status)?.diedBySignal], [143, false]);
    }
  });
});

Deno.test("the shim runs the agent without a scope where none can be made, and says why", async () => {
  await inFolder(async (folder) => {
    const ways = [refusing, ["/no/such/program"], shell("exit 0")];
    for (const [way, shell] of shells(folder).flatMap((shell) => ways.map((way) => [way, shell] as const))) {
      const { code, log, status, starts } = await run(folder, { way, agent: "echo out; echo err >&2; exit 3", shell });
      assert.deepEqual([code, log, starts], [3, "out\nerr\n", 1], way.join(" "));
      assert.equal(parseShimReport(status)?.diedBySignal, false);
      assert.equal(parseScope(status)?.kind, "refused");
    }
    const { status } = await run(folder, { way: refusing, agent: "exit 143" });
    assert.deepEqual(parseScope(status), { kind: "refused", reason: "Failed to connect to bus: No medium found" });
    assert.equal(parseShimReport(status)?.diedBySignal, false, "what the program said is no remark of the shell");
  });
});

Deno.test("the shim starts no agent after a signal that came while the scope was being made", async () => {
  await inFolder(async (folder) => {
    const { code, starts } = await run(folder, {
      way: shell(': >"$BASE.ready"; exec sleep 600'),
      agent: "echo out",
      meanwhile: async (pid, base) => {
        await until("the scope is being made", () => read(`${base}.ready`) === "" && exists(`${base}.ready`));
        processes.signalGroup(pid, "SIGTERM");
      },
    });
    assert.deepEqual([code, starts], [143, 0]);
  });
});

Deno.test("the shim never starts the agent twice, also when its status file is taken away", async () => {
  await inFolder(async (folder) => {
    const { starts, log } = await run(folder, {
      way: passing,
      agent: 'rm -f "$BASE.exit.tmp"; echo out; exit 1',
    });
    assert.deepEqual([starts, log], [1, "out\n"]);
  });
});

Deno.test("the shim starts the agent once, without a scope, where its status cannot be written", async () => {
  await inFolder(async (folder) => {
    const base = `${folder}/full`;
    Deno.writeTextFileSync(`${base}.log`, "");
    Deno.symlinkSync("/dev/full", `${base}.exit.tmp`);
    const agent = ["/bin/sh", "-c", `echo start >>'${base}.starts'; echo out; exit 4`];
    const argv = shimArgv({ log: `${base}.log`, stdin: "/dev/null", exit: `${base}.exit` }, agent, passing);
    const { exited } = processes.spawnGroup({ argv, workDir: folder, environment: { PATH: "/usr/bin:/bin" } });
    assert.equal((await exited).code, 4);
    assert.deepEqual([read(`${base}.starts`), read(`${base}.log`)], ["start\n", "out\n"]);
  });
});

Deno.test("the shim outlives SIGTERM to its group, the agent in a scope does not", async () => {
  await inFolder(async (folder) => {
    const { code, status } = await run(folder, {
      way: passing,
      agent: ': >"$BASE.ready"; exec sleep 600',
      meanwhile: async (pid, base) => {
        await until("the agent is ready", () => exists(`${base}.ready`));
        processes.signalGroup(pid, "SIGTERM");
      },
    });
    assert.deepEqual([code, parseShimReport(status)?.diedBySignal], [143, true]);
  });
});

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
