// Proves that uncommitted work is saved as configured, told to the next round, and never mixed up with our own files.
import assert from "node:assert/strict";
import { oneRound } from "./one_round.ts";
import { exists, Project } from "./project.ts";
import type { ProjectOptions } from "./project.ts";

async function stashes(project: Project): Promise<string[]> {
  return (await project.git("stash", "list", "--format=%H %s")).trimEnd().split("\n").filter((line) => line !== "");
}

async function clean(project: Project): Promise<boolean> {
  return await project.git("status", "--porcelain", "--", ".", ":!logs") === "";
}

Deno.test("round stashes what a clean exit left behind, and tells the next round where it is", async () => {
  await using project = await Project.make({ plan: ["dirty", "record", "record"], toml: '[phases]\nlist = ["one"]' });
  const round = await oneRound(project);
  assert.ok(await clean(project));
  const [stash, ...others] = await stashes(project);
  const [sha] = stash!.split(" ");
  assert.deepEqual(others, []);
  assert.match(stash!, / On main: ORPHAN R1 phase=one ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
  const events = project.events().filter((event) =>
    event.event === "dirty_detected" || event.event === "orphan_stashed"
  );
  assert.deepEqual(events.map(({ ts: _, ...event }) => event), [
    { event: "dirty_detected", round_num: 1, files: ["left-1.txt"] },
    { event: "orphan_stashed", round_num: 1, ref: sha, reason: "clean_exit_with_dirty_tree" },
  ]);
  assert.ok(round.kinds.indexOf("orphan_stashed") < round.kinds.indexOf("round_end"));
  const orphan = JSON.parse(Deno.readTextFileSync(`${project.logs}/orphan-state.json`));
  assert.deepEqual(Object.keys(orphan), ["round_num", "files", "stashed_ref", "stash_message", "timestamp", "phase"]);
  assert.deepEqual([orphan.round_num, orphan.files, orphan.stashed_ref, orphan.phase], [1, ["left-1.txt"], sha, "one"]);

  await oneRound(project);
  const told = /^```json round-context\n([\s\S]*?)\n```/.exec(Deno.readTextFileSync(`${project.out}/prompt-2`))![1]!;
  const { orphan_stash, previous } = JSON.parse(told);
  assert.deepEqual([orphan_stash.ref, orphan_stash.message, orphan_stash.files], [
    sha,
    orphan.stash_message,
    ["left-1.txt"],
  ]);
  assert.equal(previous.had_dirty_tree, true);
  // The advice works as it is given: git takes no SHA for pop and drop.
  await project.git(...String(orphan_stash.take).split(" ").slice(1));
  assert.equal(Deno.readTextFileSync(`${project.work}/left-1.txt`), "left by 1\n");
  await Deno.remove(`${project.work}/left-1.txt`);
  // A round that went well with a clean tree has taken it in: nobody is told again. The stash itself stays.
  await oneRound(project);
  assert.ok(!Deno.readTextFileSync(`${project.out}/prompt-3`).includes("orphan_stash"));
  assert.equal(exists(`${project.logs}/orphan-state.json`), false);
  assert.equal((await stashes(project)).length, 1);
});

Deno.test("round commits what a clean exit left behind when dirty_action is auto_commit", async () => {
  await using project = await Project.make({ mode: "dirty", toml: '[vcs]\ndirty_action = "auto_commit"' });
  await oneRound(project);
  assert.ok(await clean(project));
  assert.equal(await project.git("log", "-1", "--format=%s"), "agent-runner auto-commit: R1\n");
  const [event] = project.ofKind("dirty_auto_committed");
  const head = (await project.git("rev-parse", "HEAD")).trim();
  assert.deepEqual([event?.files, event?.ref], [["left-1.txt"], head]);
  assert.equal(project.ofKind("round_substrate_after")[0]?.git_head, head);
  assert.deepEqual(await stashes(project), []);
});

Deno.test("round names what an automatic commit left out, on record, to people and to the next round", async () => {
  const script = 'if [ "$AGENT_RUNNER_ROUND_NUM" = 1 ]; then echo K=1 >.env; echo x >work.txt; fi; echo done';
  await using project = await Project.make({
    ...agentOf(script),
    toml: '[vcs]\ndirty_action = "auto_commit"\nowned_paths = ["reports/"]',
  });
  Deno.mkdirSync(`${project.work}/reports`);
  Deno.writeTextFileSync(`${project.work}/reports/a.md`, "of another program\n");
  const round = await oneRound(project);
  const [event] = project.ofKind("dirty_auto_committed");
  const why = "by its name it holds secrets of an environment";
  assert.deepEqual(event?.files, ["work.txt"]);
  assert.deepEqual(event?.left_out, [{ path: "reports/a.md", why: "it is an owned path" }, { path: ".env", why }]);
  assert.equal(await project.git("show", "--format=", "--name-only", "HEAD"), "work.txt\n");
  assert.match(
    round.outcome.stdout,
    /1 uncommitted path committed as [0-9a-f]{12}, without 'reports\/a\.md' \(.*\), '\.env' \(by its name/,
  );
  assert.equal(Deno.readTextFileSync(`${project.work}/.env`), "K=1\n");
  const saved = project.ofKind("salvage_saved");
  assert.deepEqual(saved.map(({ moment, files }) => [moment, files]), [["after", [".env", "work.txt"]]]);
  await oneRound(project);
  const context = JSON.parse(Deno.readTextFileSync(`${project.logs}/round-context.json`));
  assert.deepEqual(context.previous.not_committed, event?.left_out);
  const [failed] = project.ofKind("dirty_commit_failed");
  assert.deepEqual([failed?.round_num, (failed?.left_out as unknown[]).length], [2, 2]);
  assert.match(String(failed?.reason), /have git ignore it/);
});

Deno.test("round leaves the tree alone when dirty_action is ignore, and after a failure", async () => {
  await using ignoring = await Project.make({ mode: "dirty", toml: '[vcs]\ndirty_action = "ignore"' });
  await using failing = await Project.make({ plan: ["dirty_fail", "record"] });
  for (const [project, file] of [[ignoring, "left-1.txt"], [failing, "left.txt"]] as const) {
    const round = await oneRound(project);
    assert.ok(exists(`${project.work}/${file}`));
    assert.deepEqual(project.ofKind("dirty_detected").map((event) => event.files), [[file]]);
    assert.ok(!round.kinds.some((kind) => kind.startsWith("orphan") || kind.startsWith("dirty_auto")));
    assert.deepEqual(await stashes(project), []);
    assert.equal((await project.git("log", "--format=%s")).trim(), "base");
  }
  await oneRound(failing);
  const prompt = Deno.readTextFileSync(`${failing.out}/prompt-2`);
  const { previous } = JSON.parse(/^```json round-context\n([\s\S]*?)\n```/.exec(prompt)![1]!);
  assert.deepEqual([previous.had_dirty_tree, previous.dirty_files], [true, ["left.txt"]]);
});

function agentOf(script: string): ProjectOptions {
  return { agent: { command: ["bash", "-c", script], reader: "plain" } };
}

Deno.test("round saves files whose names no text can hold, and goes on", async () => {
  await using project = await Project.make(agentOf("echo x >$'bad-\\xff\\n name'; echo y >-dash; echo z >':(glob)*'"));
  const round = await oneRound(project);
  assert.ok(await clean(project));
  assert.equal((await stashes(project)).length, 1);
  assert.equal((project.ofKind("dirty_detected")[0]?.files as string[]).length, 3);
  assert.equal(round.kinds.at(-1), "round_substrate_after");
});

Deno.test("round names a file once that left the index and stayed in the tree", async () => {
  await using project = await Project.make(
    agentOf("echo x >named; git add named; git commit -qm n; git rm -q --cached named"),
  );
  await oneRound(project);
  assert.deepEqual(project.ofKind("dirty_detected").map((event) => event.files), [["named"]]);
});

Deno.test("round says so when git cannot tell whether the tree is clean, and forgets nothing", async () => {
  await using project = await Project.make(agentOf(
    'if [ "$AGENT_RUNNER_ROUND_NUM" = 1 ]; then echo x >left.txt; else echo y >lost.txt; echo broken >.git/index; fi',
  ));
  await oneRound(project);
  const round = await oneRound(project);
  const [failed] = project.ofKind("dirty_check_failed");
  assert.equal(failed?.round_num, 2);
  assert.match(String(failed?.reason), /index/);
  assert.match(round.outcome.stdout, /git could not say whether the tree is clean/);
  assert.ok(exists(`${project.logs}/orphan-state.json`), "what round 1 left is still to be told");
  assert.ok(exists(`${project.work}/lost.txt`));
});

Deno.test("round touches nothing of a larger repository outside of its work_dir", async () => {
  await using project = await Project.make({ mode: "dirty" });
  Deno.mkdirSync(`${project.work}/part/prompts`, { recursive: true });
  const toml = Deno.readTextFileSync(`${project.work}/agent-runner.toml`);
  Deno.writeTextFileSync(`${project.work}/part/agent-runner.toml`, toml);
  Deno.copyFileSync(`${project.work}/prompts/main.md`, `${project.work}/part/prompts/main.md`);
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "part");
  Deno.writeTextFileSync(`${project.work}/neighbour.txt`, "of another project\n");
  project.cwd = `${project.work}/part`;
  await oneRound(project);
  assert.deepEqual(project.ofKind("dirty_detected").map((event) => event.files), [["left-1.txt"]]);
  assert.equal(await project.git("status", "--porcelain"), "?? neighbour.txt\n");
  assert.equal((await stashes(project)).length, 1);
});

Deno.test("round leaves the work in the tree when a hook of the repository refuses the automatic commit", async () => {
  await using project = await Project.make({ mode: "dirty", toml: '[vcs]\ndirty_action = "auto_commit"' });
  const hook = `${project.work}/.git/hooks/pre-commit`;
  Deno.mkdirSync(`${project.work}/.git/hooks`, { recursive: true });
  Deno.writeTextFileSync(hook, "#!/bin/sh\necho 'not in this shape' >&2\nexit 1\n");
  Deno.chmodSync(hook, 0o755);
  const round = await oneRound(project);
  const [failed] = project.ofKind("dirty_commit_failed");
  assert.deepEqual([failed?.round_num, failed?.phase], [1, null]);
  assert.match(String(failed?.reason), /not in this shape/);
  assert.equal(await project.git("status", "--porcelain"), "?? left-1.txt\n");
  assert.equal(round.verdict.verdict, "ok");
});

for (const isIgnored of [false, true]) {
  for (const action of ["stash", "auto_commit"]) {
    const name = `round never takes a log folder in the work tree for work (${
      isIgnored ? "" : "not "
    }ignored, ${action})`;
    Deno.test(name, async () => {
      const options: ProjectOptions = { logDir: "logs", toml: `[vcs]\ndirty_action = "${action}"` };
      await using project = await Project.make({ ...options, plan: ["clean", "dirty", "clean"] });
      if (isIgnored) {
        Deno.writeTextFileSync(`${project.work}/.gitignore`, "logs/\n");
        await project.git("add", "-A");
        await project.git("commit", "-q", "-m", "ignore");
      }
      for (let i = 0; i < 3; i++) {
        assert.equal((await oneRound(project)).verdict.verdict, "ok");
        assert.ok(await clean(project));
      }
      assert.deepEqual(project.ofKind("dirty_detected").map((event) => event.files), [["left-2.txt"]]);
      const saved = action === "stash"
        ? await project.git("show", "--name-only", "--format=", "stash^3")
        : await project.git("show", "--name-only", "--format=", "HEAD");
      assert.equal(saved.trim(), "left-2.txt");
      assert.ok(!(await project.git("ls-files")).includes("logs/"));
      assert.deepEqual(project.ofKind("round_end").map((event) => event.round_num), [1, 2, 3]);
      assert.equal(project.status().round_num, 3);
    });
  }
}

Deno.test("round leaves its own configuration and prompts in the tree when it stashes, and brings back a deleted one", async () => {
  await using project = await Project.make(
    agentOf('case "$(cat step)" in 1) echo x >prompts/notes;; *) rm prompts/main.md;; esac'),
  );
  const edit = (file: string) => Deno.writeTextFileSync(`${project.work}/${file}`, "# mine\n", { append: true });
  const step = async (name: string) => {
    Deno.writeTextFileSync(`${project.work}/step`, name);
    await project.git("add", "step");
    await project.git("commit", "-q", "-m", name);
  };
  await step("1");
  edit("agent-runner.toml");
  edit("prompts/main.md");
  await project.git("rm", "-q", "--cached", "-r", "prompts");
  await project.git("commit", "-q", "-m", "prompts are not git's");
  const { outcome: { stdout } } = await oneRound(project);
  assert.match(stdout, /1 uncommitted path stashed as/);
  assert.equal(exists(`${project.work}/prompts/notes`), false);
  for (const file of ["agent-runner.toml", "prompts/main.md"]) {
    assert.match(Deno.readTextFileSync(`${project.work}/${file}`), /# mine\n$/, file);
  }
  // Both were saved all the same: the agent could have destroyed them.
  assert.equal(project.ofKind("salvage_saved").length, 2);

  await project.git("add", "-A");
  await step("2");
  edit("agent-runner.toml");
  await oneRound(project);
  assert.match(Deno.readTextFileSync(`${project.work}/prompts/main.md`), /# mine\n$/);
  assert.equal((await stashes(project)).length, 2);
  assert.equal((await project.git("status", "--porcelain")).trim(), "M agent-runner.toml");
});

Deno.test("round stashes nothing where only its own files are uncommitted", async () => {
  await using project = await Project.make(agentOf("echo '# mine' >>agent-runner.toml"));
  const { outcome: { stdout } } = await oneRound(project);
  assert.match(stdout, /1 uncommitted path left in the tree/);
  assert.deepEqual(await stashes(project), []);
  assert.equal(project.ofKind("orphan_stashed").length + project.ofKind("orphan_stash_failed").length, 0);
});
