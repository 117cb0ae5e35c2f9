// Guards what the program believes about a repository: where it stands in it and what is dirty, on real git.
import assert from "node:assert/strict";
import { openGit } from "../../src/vcs/git.ts";
import type { Processes, RunSpec } from "../../src/ports/processes.ts";
import { dirtyPaths, inRepository } from "./temp_repository.ts";

function answering(outcome: Awaited<ReturnType<Processes["run"]>>, seen: RunSpec[] = []): Processes {
  return {
    run: (spec) => {
      seen.push(spec);
      return Promise.resolve(outcome);
    },
  } as Processes;
}

function exited(code: number, stderr: string) {
  return {
    kind: "exited" as const,
    code,
    stdout: new Uint8Array(),
    stderr: new TextEncoder().encode(stderr),
    isCut: false,
  };
}

Deno.test("probe() tells root, prefix and head when asked in a subfolder", async () => {
  await inRepository(async ({ root, sh, gitAt }) => {
    await sh("mkdir -p 'sub/with\nbreak'");
    const head = (await sh("git rev-parse HEAD")).trim();
    const place = await gitAt(`${root}/sub/with\nbreak`).probe();
    assert.deepEqual(place, {
      kind: "ok",
      isWorkTree: true,
      head,
      prefix: "sub/with\nbreak/",
      root,
      gitDir: `${root}/.git`,
    });
  });
});

Deno.test("probe() has no head when the branch is unborn", async () => {
  await inRepository(async ({ root, git }) => {
    const place = await git.probe();
    assert.deepEqual(place, { kind: "ok", isWorkTree: true, head: null, prefix: "", root, gitDir: `${root}/.git` });
  }, { isUnborn: true });
});

Deno.test("probe() tells bare repositories, missing repositories and missing folders apart", async () => {
  await inRepository(async ({ root, sh, gitAt, processes }) => {
    await sh("git init -q --bare ../bare.git; mkdir ../plain ../broken; echo gitdir: /nowhere > ../broken/.git");
    const bare = await gitAt(`${root}/../bare.git`).probe();
    assert.equal(bare.kind === "ok" && bare.isWorkTree, false);
    assert.equal((await gitAt(`${root}/../plain`).probe()).kind, "not_a_repository");
    assert.equal((await gitAt(`${root}/../broken`).probe()).kind, "failed");
    assert.equal((await gitAt(`${root}/nowhere`).probe()).kind, "absent");
    assert.equal((await openGit({ processes, workDir: root, pathEnvironment: "/nowhere" }).probe()).kind, "absent");
  });
});

Deno.test("probe() finds the index of its own work tree when that is a linked one", async () => {
  await inRepository(async ({ root, sh, gitAt }) => {
    await sh("git worktree add -q ../linked");
    const place = await gitAt(`${root}/../linked`).probe();
    assert.equal(place.kind === "ok" && place.gitDir, `${root}/.git/worktrees/linked`);
  });
});

Deno.test("call() takes out what would point git elsewhere when the environment is foreign", async () => {
  const seen: RunSpec[] = [];
  const git = openGit({ processes: answering(exited(0, ""), seen), workDir: "/w", pathEnvironment: "/bin" });
  await git.call(["status"]);
  await git.call(["write-tree"], { isWrite: true, environment: { GIT_INDEX_FILE: "/i" } });
  assert.ok(seen[0]!.unset?.includes("GIT_DIR") && seen[0]!.unset.includes("GIT_INDEX_FILE"));
  assert.equal(seen[0]!.environment?.["LC_ALL"], "C");
  assert.equal(seen[0]!.environment?.["GIT_OPTIONAL_LOCKS"], "0");
  assert.equal(seen[0]!.environment?.["GIT_TERMINAL_PROMPT"], "0");
  assert.equal(seen[0]!.environment?.["PATH"], "/bin");
  assert.ok(seen[0]!.argv.includes("core.fsmonitor=false") && seen[0]!.argv.includes("core.hooksPath=/dev/null"));
  assert.equal(seen[1]!.environment?.["GIT_INDEX_FILE"], "/i");
  assert.ok(!seen[1]!.unset?.includes("GIT_INDEX_FILE"));
  assert.equal(seen[1]!.environment?.["GIT_OPTIONAL_LOCKS"], undefined);
});

Deno.test("call() hands back one telling line when git fails", async () => {
  const noisy = "warning: something\nhint: try\nfatal: the \u001b[31mreason\nmore\n";
  const result = await openGit({ processes: answering(exited(128, noisy)), workDir: "/w" }).call(["x"]);
  assert.equal(result.kind === "failed" && result.reason, "fatal: the \\u001b[31mreason");
  const silent = await openGit({ processes: answering(exited(3, "")), workDir: "/w" }).call(["x"]);
  assert.equal(silent.kind === "failed" && silent.reason, "git ended with exit code 3");
});

Deno.test("checkTree() says unknown and never clean when git fails", async () => {
  await inRepository(async ({ root, sh, check, gitAt, processes }) => {
    await sh("mkdir ../plain");
    const plain = await check(gitAt(`${root}/../plain`));
    assert.equal(plain.kind === "unknown" && plain.cause, "not_a_repository");
    await sh("mkdir ../bare && cd ../bare && git init -q --bare");
    assert.equal((await check(gitAt(`${root}/../bare`))).kind, "unknown");
    const slow = openGit({ processes: answering({ kind: "timed_out" }), workDir: root });
    assert.equal((await check(slow)).kind, "unknown");
    await sh("printf garbage > .git/index");
    const broken = await check(openGit({ processes, workDir: root }));
    assert.equal(broken.kind, "unknown");
    assert.match(broken.kind === "unknown" ? broken.reason : "", /index/);
  });
});

Deno.test("checkTree() is clean when nothing changed, and takes no lock", async () => {
  await inRepository(async ({ sh, check }) => {
    await sh("touch .git/index.lock");
    assert.equal((await check()).kind, "clean");
  });
});

Deno.test("checkTree() names every odd path when the tree is dirty", async () => {
  await inRepository(async ({ root, sh, check }) => {
    await sh("echo x > tracked; echo same-content-long-enough > moved; git add . && git commit -qm more");
    await sh(
      "rm file; git mv moved 'to here'; printf '' > 'new\nline'; : > -dash; : > 'gl*b[1]'; : > ita; git add -N ita",
    );
    await Deno.writeTextFile(`${root}/tracked`, "changed");
    await sh("touch \"$(printf 'bad\\377name')\"; mkdir -p fresh/deep; : > fresh/deep/x");
    const tree = await check();
    assert.deepEqual(dirtyPaths(tree), [
      "-dash",
      "bad\ufffdname",
      "file",
      "fresh/",
      "gl*b[1]",
      "ita",
      "new\nline",
      "to here",
      "tracked",
    ]);
    assert.equal(tree.kind === "dirty" && tree.files.find((f) => f.path === "to here")?.oldPath, "moved");
    assert.equal(tree.kind === "dirty" && tree.files.find((f) => f.path === "ita")?.isIntentToAdd, true);
  });
});

Deno.test("checkTree() sees only our subtree when the repository is larger", async () => {
  await inRepository(async ({ root, sh, check, gitAt }) => {
    await sh("mkdir -p a/b; echo 1 > a/b/mine; git add . && git commit -qm sub; echo changed > other; : > loose");
    const git = gitAt(`${root}/a/b`);
    assert.equal((await check(git)).kind, "clean");
    await sh("echo 2 > a/b/mine");
    assert.deepEqual(dirtyPaths(await check(git)), ["mine"]);
    await sh("git init -q", `${root}/a/b`);
    assert.deepEqual(dirtyPaths(await check(git)), ["mine"], "after the folder became a repository of its own");
  });
});

Deno.test("checkTree() leaves the log folder out when it lies in the tree, ignored or not", async () => {
  await inRepository(async ({ root, sh, check }) => {
    await sh("mkdir -p logs .state/logs; : > logs/x; : > .state/logs/y");
    const logs = `${root}/logs`;
    assert.deepEqual(dirtyPaths(await check(undefined, logs)), [".state/"]);
    assert.deepEqual(dirtyPaths(await check(undefined, `${root}/.state/logs`)), ["logs/"]);
    await sh("rm -r .state; ln -s work ../link");
    assert.equal((await check(undefined, `${root}/../link/logs`)).kind, "clean");
    await sh("echo logs/ > .gitignore; git add .gitignore; git commit -qm ignore");
    assert.equal((await check(undefined, logs)).kind, "clean");
    await sh("git add -f logs/x; git commit -qm tracked; echo more > logs/x");
    assert.equal((await check(undefined, logs)).kind, "clean");
    assert.deepEqual(dirtyPaths(await check()), ["logs/x"]);
  });
});

Deno.test("checkTree() reports a submodule when its inside is dirty", async () => {
  await inRepository(async ({ root, sh, check }) => {
    await sh(`git init -q ../lib; cd ../lib; : > l; git add l; git commit -qm l`);
    await sh(`git submodule add -q ${root}/../lib lib; git commit -qm sub; echo x > lib/l`);
    const tree = await check();
    assert.equal(tree.kind === "dirty" && tree.files[0]?.submodule, "S.M.");
  });
});
