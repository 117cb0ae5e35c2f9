// Runs the samples of docs/hooks.md as the page configures them, so that whoever copies one has a hook that works.
import assert from "node:assert/strict";
import { readText } from "../../scripts/tree.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { READER_NAMES } from "../../src/config/schema.ts";
import { HookHost } from "../../src/hooks/host.ts";
import { agentOf } from "../../src/hooks/request.ts";
import type { HookRound } from "../../src/hooks/request.ts";
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import type { Host } from "../../src/ports/host.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { resultOf } from "../hooks/hook_stage.ts";

const page = readText("docs/hooks.md") ?? "";

interface Project {
  readonly root: string;
  readonly hooks: HookHost;
  readonly round: HookRound;
}

/** The samples by the path that stands in each one's first comment. */
function samples(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, text = ""] of page.matchAll(/^```(?:sh|python|ts)\n([\s\S]*?)^```$/gm)) {
    const path = /^(?:#|\/\/) (hooks\/\S+): /m.exec(text)?.[1];
    if (path !== undefined) found.set(path, text);
  }
  return found;
}

const python = denoProcesses().find("python3", { path: Deno.env.get("PATH") ?? "", workDir: "/" });

async function sh(script: string, folder: string): Promise<void> {
  const outcome = await denoProcesses().run({ argv: ["sh", "-ec", script], workDir: folder, timeoutMs: 30_000 });
  const said = outcome.kind === "exited" ? new TextDecoder().decode(outcome.stderr) : outcome.kind;
  assert.ok(outcome.kind === "exited" && outcome.code === 0, said);
}

function load(root: string): Config {
  const loaded = loadConfig(`${root}/agent-runner.toml`, {
    files: denoFiles(),
    homeDir: root,
    currentDir: root,
    knownReaders: READER_NAMES,
  });
  assert.deepEqual(loaded.kind === "broken" ? loaded.problems : loaded.warnings, []);
  return (loaded as typeof loaded & { kind: "ok" }).config;
}

/** A project that is configured as the page says, with every sample in its place. */
async function inProject(body: (project: Project) => Promise<void>): Promise<void> {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "hooks-page-" }));
  const root = `${base}/shop`;
  try {
    for (const folder of [`${base}/bin`, `${root}/hooks`, `${root}/logs/rounds`]) {
      await Deno.mkdir(folder, { recursive: true });
    }
    await Deno.symlink(Deno.execPath(), `${base}/bin/deno`);
    const hooks = /^```toml\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? "";
    const text =
      `[agent]\ncommand = ["agent"]\nprompt_delivery = "none"\n[runtime]\nwork_dir = "."\nlog_dir = "logs"\n`;
    await Deno.writeTextFile(`${root}/agent-runner.toml`, `${text}${hooks}`);
    for (const [path, sample] of samples()) await Deno.writeTextFile(`${root}/${path}`, sample, { mode: 0o755 });
    await sh(
      "git init -q; git config user.name Tester; git config user.email tester@example.invalid;" +
        "echo logs >.gitignore; git add .; git commit -qm first",
      root,
    );
    const config = load(root);
    const environment = { ...Deno.env.toObject(), PATH: `${base}/bin:${Deno.env.get("PATH")}` };
    const host = { environment: () => environment } as unknown as Host;
    const ports = { clock: denoClock(), files: denoFiles(), processes: denoProcesses(), host };
    const round = {
      number: 7,
      id: crypto.randomUUID(),
      phase: null,
      startedAt: Date.now() - 60_000,
      logPath: `${root}/logs/rounds/R7.log`,
      agent: agentOf(config),
    };
    await body({ root, hooks: HookHost.open(config, ports), round });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

Deno.test("docs/hooks.md has a file for each hook that it configures", () => {
  assert.deepEqual([...samples().keys()].sort(), [
    "hooks/guard.ts",
    "hooks/journal.sh",
    "hooks/keeper.sh",
    "hooks/tasks.py",
  ]);
});

Deno.test("the samples in sh and TypeScript of docs/hooks.md take part in a round that failed", async () => {
  await inProject(async ({ root, hooks, round }) => {
    assert.deepEqual(await hooks.serveStart(), { kind: "ok" });
    await Deno.writeTextFile(round.logPath, "working\nError: Quota exceeded for today\n");
    const came = await hooks.roundAfter({ round }, resultOf({ verdict: plainVerdict("error") }));
    assert.deepEqual(came.failures, []);
    assert.deepEqual(came.ownEvents.map(({ kind, payload }) => [kind, payload.verdict]), [["journal_kept", "error"]]);
    assert.equal(await Deno.readTextFile(`${root}/logs/journal.txt`), "round 7: error\n");
    assert.deepEqual([came.verdict.kind, came.verdict.retryAfterSeconds], ["limit", 900]);
    assert.match(came.verdict.summary, /Quota exceeded for today/);
  });
});

Deno.test("the sample in TypeScript of docs/hooks.md raises an alert, and refuses to start without its settings", async () => {
  await inProject(async ({ root, hooks }) => {
    const full = await hooks.monitorDetect({ system: { disk_used_pct: 91 } });
    assert.deepEqual(full, {
      alerts: [{ detector: "guard", severity: "warning", message: "91 percent of the disk are used" }],
      failures: [],
    });
    assert.deepEqual((await hooks.monitorDetect({ system: { disk_used_pct: 12 } })).alerts, []);
    const file = `${root}/agent-runner.toml`;
    await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace(/^phrases = .*$/m, ""));
    const host = { environment: () => ({ PATH: `${root}/../bin` }) } as unknown as Host;
    const ports = { clock: denoClock(), files: denoFiles(), processes: denoProcesses(), host };
    const outcome = await HookHost.open(load(root), ports).serveStart();
    assert.match(outcome.kind === "failed" ? outcome.error.message : "", /plugins\.guard\.phrases is empty/);
  });
});

Deno.test("the sample that keeps work of docs/hooks.md commits it where the project wants that", async () => {
  await inProject(async ({ root, hooks, round }) => {
    await Deno.writeTextFile(`${root}/work.txt`, "half done\n");
    const asked = { round, files: ["work.txt"], head: null };
    assert.deepEqual(await hooks.roundDirty(asked), { handled: null, failures: [] });
    await Deno.writeTextFile(`${root}/.keep-work`, "");
    const { handled, failures } = await hooks.roundDirty(asked);
    assert.deepEqual(failures, []);
    assert.equal(handled?.kind, "committed");
    await sh(
      `test "$(git rev-parse HEAD)" = ${handled?.ref}; git diff --quiet HEAD; git cat-file -e HEAD:work.txt`,
      root,
    );
  });
});

Deno.test({
  name: "the sample in Python of docs/hooks.md tells the agent which tasks are open",
  ignore: python === null,
  async fn() {
    await inProject(async ({ root, hooks, round }) => {
      assert.deepEqual(await hooks.roundBefore({ round, promptFiles: [] }), {
        addenda: [],
        overwritten: [],
        failures: [],
      });
      await Deno.writeTextFile(`${root}/tasks.txt`, "# Tasks\nMend the till\n\nPaint the door – blue\n");
      const before = await hooks.roundBefore({ round, promptFiles: [] });
      assert.deepEqual(before, { addenda: ["Begin with this task: Mend the till"], overwritten: [], failures: [] });
      const told = await hooks.roundContext({ round, context: {} });
      assert.deepEqual(told.failures, []);
      assert.deepEqual(told.slices, { tasks: { open: 2, next: ["Mend the till", "Paint the door – blue"] } });
    });
  },
});
