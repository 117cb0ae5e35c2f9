// Guards salvages on real git: the whole state is in the commit, and the user's own state is the same to the byte.
import assert from "node:assert/strict";
import { save, saved, saveUntouched, stamp, treeOf } from "./salvage_stage.ts";
import { inRepository } from "./temp_repository.ts";

Deno.test("saveTree() saves every kind of change when names are odd, and touches nothing", async () => {
  await inRepository(async (repository) => {
    const { root, sh } = repository;
    await sh(
      "echo x > keep; echo y > moved; echo z > gone; ln -s keep link; echo m > mode; git add .; git commit -qm more",
    );
    await sh("git stash list; echo stashed > keep; git stash -q; rm gone; git mv moved 'to here'; echo changed > keep");
    await sh("chmod +x mode; rm link; ln -s elsewhere link; printf n > 'new\nline'; printf d > -dash; printf c > a:b");
    await sh("printf g > 'gl*b[1]'; printf p > ':(exclude)x'; printf i > ita; git add -N ita; mkdir d; printf z > d/z");
    await sh("printf b > \"$(printf 'bad\\377')\"; git mv other \"$(printf 'raw\\376')\"; printf q > '\"quoted\"'");
    await sh("echo '*.o' > .gitignore; : > skipped.o");
    const outcome = saved(await saveUntouched(repository, { phase: "build" }));
    assert.equal(outcome.ref, `refs/agent-runner/salvage/4-${stamp}`);
    assert.equal((await sh(`git rev-parse ${outcome.ref}`)).trim(), outcome.sha);
    assert.deepEqual([outcome.notCovered, outcome.isReused], [[], false]);
    assert.deepEqual(await treeOf(repository, outcome.sha), [
      '100644 "\\"quoted\\""',
      "100644 -dash",
      "100644 .gitignore",
      "100644 :(exclude)x",
      "100644 a:b",
      '100644 "bad\\377"',
      "100644 d/z",
      "100644 file",
      "100644 gl*b[1]",
      "100644 ita",
      "100644 keep",
      "120000 link",
      "100755 mode",
      '100644 "new\\nline"',
      '100644 "raw\\376"',
      "100644 to here",
    ]);
    assert.equal(await sh(`git show ${outcome.sha}:keep`), "changed\n");
    assert.equal(await sh(`git show ${outcome.sha}:link`), "elsewhere");
    assert.ok(outcome.files.includes("gone") && outcome.files.includes("moved") && outcome.files.includes("other"));
    assert.equal(await Deno.readTextFile(`${root}/keep`), "changed\n");
  });
});

Deno.test("saveTree() writes a message from which people learn what it is", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo changed > file");
    const phase = "re\nview";
    const { sha } = saved(await save(repository, { phase, verdict: "no_result", why: "the round timed out (idle)" }));
    const message = await repository.sh(`git log -1 --format=%B ${sha}`);
    assert.match(message, /^agent-runner salvage: R4 re\\nview\n/);
    for (const line of ["Round: 4", "Verdict: no_result", "Why: the round timed out (idle)", "Paths: 1"]) {
      assert.ok(message.includes(`\n${line}\n`), line);
    }
    assert.match(await repository.sh(`git log -1 --format='%an %cI' ${sha}`), /^agent-runner 2026-11-21T10:20:30/);
  });
});

Deno.test("saveTree() is clean and makes no ref when there is nothing to save", async () => {
  await inRepository(async (repository) => {
    assert.deepEqual(await saveUntouched(repository), { kind: "clean", notCovered: [] });
    await repository.sh("mkdir empty; touch file");
    assert.deepEqual(await saveUntouched(repository), { kind: "clean", notCovered: [] });
    assert.equal(await repository.sh("git for-each-ref refs/agent-runner"), "");
  });
});

Deno.test("saveTree() keeps what is only staged in the second parent, and only then makes one", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh("echo staged > file; echo lost > only; git add .; echo later > file; rm only");
    const first = saved(await saveUntouched(repository));
    assert.deepEqual(first.files, ["file", "only"]);
    assert.equal(
      await sh(`git show ${first.sha}:file; git show ${first.sha}^2:file; git show ${first.sha}^2:only`),
      "later\nstaged\nlost\n",
    );
    assert.equal(await sh(`git rev-parse ${first.sha}^1 ${first.sha}^2^1`), await sh("git rev-parse HEAD HEAD"));
    await sh("git reset -q --hard; echo two > file");
    assert.equal(await sh(`git rev-list --count ${saved(await save(repository)).sha}`), "2\n");
  });
});

Deno.test("saveTree() saves staged work whose file looks as in HEAD again", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo staged > file; git add .; echo one > file");
    const { sha, files } = saved(await saveUntouched(repository));
    assert.deepEqual(files, ["file"]);
    assert.equal(await repository.sh(`git show ${sha}:file; git show ${sha}^2:file`), "one\nstaged\n");
  });
});

Deno.test("saveTree() makes no second salvage of the same, and another one when a byte differs", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh("echo a > file; git add file; echo b > file; : > new");
    const announced: string[] = [];
    const announce = (ref: string) => announced.push(ref);
    const first = saved(await save(repository, { announce }));
    const again = saved(await saveUntouched(repository, { round: 5, announce }));
    assert.deepEqual([again.isReused, again.sha, again.ref], [true, first.sha, first.ref]);
    await sh("echo c > new");
    const other = saved(await save(repository, { announce }));
    assert.deepEqual([other.isReused, other.ref], [false, `${first.ref}-2`]);
    await sh("git add file");
    assert.equal(saved(await save(repository)).isReused, false, "only the index differs");
    assert.deepEqual(announced, [first.ref, other.ref]);
  });
});

Deno.test("saveTree() saves on a branch without a commit, with what is staged there", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(": > a");
    const first = saved(await saveUntouched(repository));
    assert.equal(await sh(`git rev-list --count ${first.sha}; git ls-tree --name-only ${first.sha}`), "1\na\n");
    await sh("echo staged > b; git add b; echo later > b");
    const second = saved(await saveUntouched(repository));
    assert.equal(await sh(`git show ${second.sha}:b; git show ${second.sha}^2:b`), "later\nstaged\n");
    assert.equal(saved(await save(repository)).isReused, true);
    assert.equal((await sh("git fsck 2>&1")).includes("missing"), false);
  }, { isUnborn: true });
});

Deno.test("saveTree() saves our folder alone when the repository is larger", async () => {
  await inRepository(async (repository) => {
    const { root, sh, gitAt } = repository;
    await sh(
      "mkdir mine; echo 1 > mine/a; git add .; git commit -qm mine; echo my > mine/a; : > mine/new; git mv mine/a mine/b",
    );
    await sh("echo theirs > other; git add other; : > loose; mkdir mine/logs; : > mine/logs/x");
    const git = gitAt(`${root}/mine`);
    const outcome = saved(await saveUntouched(repository, { git, logFolder: "logs" }));
    assert.deepEqual(outcome.files, ["a", "b", "new"]);
    assert.deepEqual(await treeOf(repository, outcome.sha), [
      "100644 file",
      "100644 mine/b",
      "100644 mine/new",
      "100644 other",
    ]);
    assert.equal(
      await sh(`git show ${outcome.sha}:other; git show ${outcome.sha}^2:other; git show ${outcome.sha}^2:mine/b`),
      "two\ntwo\n1\n",
    );
  });
});

Deno.test("saveTree() leaves the log folder, owned paths and ignored files", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(
      "mkdir 'l[o]gs' own; : > 'l[o]gs/x'; : > own/a; echo s > own/s; git add own/s; : > b.tmp; : > work; echo '*.tmp' > .gitignore",
    );
    const outcome = saved(await saveUntouched(repository, { logFolder: "l[o]gs", ownedPatterns: ["own/"] }));
    assert.deepEqual(outcome.files, [".gitignore", "work"]);
    assert.equal(await sh(`git rev-list --count ${outcome.sha}`), "2\n", "what is owned is not saved as staged either");
    await sh("rm work .gitignore b.tmp");
    assert.equal((await save(repository, { logFolder: "l[o]gs", ownedPatterns: ["own/"] })).kind, "clean");
  });
});

Deno.test("saveTree() saves in a linked work tree, and tells its salvages from those of the main one", async () => {
  await inRepository(async (repository) => {
    const { root, sh, gitAt } = repository;
    await sh("git worktree add -q ../linked; echo same > ../linked/file; echo same > file");
    const main = saved(await saveUntouched(repository));
    const linked = saved(await saveUntouched(repository, { git: gitAt(`${root}/../linked`) }));
    assert.deepEqual([linked.isReused, linked.ref], [false, `${main.ref}-2`]);
    assert.equal(await sh(`git show ${linked.sha}:file`), "same\n");
  });
});

Deno.test("saveTree() saves where a submodule points to, and says what inside it is not saved", async () => {
  await inRepository(async (repository) => {
    const { root, sh } = repository;
    await sh("git init -q ../lib; cd ../lib; echo 1 > l; git add l; git commit -qm l");
    await sh(`git submodule add -q ${root}/../lib lib; git commit -qm sub; git config submodule.lib.ignore all`);
    await sh("echo 2 > lib/l");
    assert.deepEqual(await saveUntouched(repository), {
      kind: "clean",
      notCovered: [{ path: "lib", why: "what is uncommitted inside the submodule is not saved" }],
    });
    await sh("cd lib; git commit -qam moved; : > untracked");
    const outcome = saved(await saveUntouched(repository));
    assert.deepEqual([outcome.files, outcome.notCovered.map(({ path }) => path)], [["lib"], ["lib"]]);
    assert.equal(await sh(`git rev-parse ${outcome.sha}:lib`), await sh("git -C lib rev-parse HEAD"));
    await sh(`git submodule add -q ${root}/../lib second`);
    const added = saved(await saveUntouched(repository));
    assert.deepEqual(added.files, [".gitmodules", "lib", "second"]);
  });
});

Deno.test("saveTree() says so when a repository of its own lies in the tree", async () => {
  await inRepository(async (repository) => {
    await repository.sh(
      "git init -q nested; : > nested/a; mkdir d; git init -q d/deep; git -C d/deep commit -q --allow-empty -m x; : > work",
    );
    const outcome = saved(await saveUntouched(repository));
    assert.deepEqual(outcome.files, ["work"]);
    const why = "it is a repository of its own";
    assert.deepEqual(outcome.notCovered, [{ path: "d/deep/", why }, { path: "nested/", why }]);
    assert.match(
      await repository.sh(`git log -1 --format=%B ${outcome.sha}`),
      /Not-Covered: \["nested\/","it is a rep/,
    );
  });
});

Deno.test("saveTree() saves unmerged files as they stand, in a merge and in a rebase", async () => {
  for (const command of ["merge", "rebase"]) {
    await inRepository(async (repository) => {
      const { sh } = repository;
      await sh("git checkout -qb side; echo s > file; git rm -q other; git commit -qam s; git checkout -q main");
      await sh("echo m > file; echo m > other; git commit -qam m");
      await sh(`git ${command} side > /dev/null 2>&1 || true; echo half > file; echo also > another; git add another`);
      const outcome = saved(await saveUntouched(repository));
      assert.ok(outcome.files.includes("file") && outcome.files.includes("another"));
      assert.equal(await sh(`git show ${outcome.sha}:file; git show ${outcome.sha}^2:another`), "half\nalso\n");
    });
  }
});

Deno.test("saveTree() takes what a sparse checkout left out for unchanged", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(
      "mkdir in out; echo 1 > in/a; echo 1 > out/b; git add .; git commit -qm folders; git sparse-checkout set in",
    );
    await sh("echo 2 > in/a; mkdir -p out; echo new > out/new");
    const outcome = saved(await saveUntouched(repository));
    assert.deepEqual(outcome.files, ["in/a", "out/new"]);
    assert.equal(await sh(`git show ${outcome.sha}:out/b`), "1\n");
  });
});

Deno.test("saveTree() saves when a folder became a file, and a file a folder or a link", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(
      "mkdir d e; echo 1 > d/a; echo 1 > e/b; git add .; git commit -qm d; rm -r d e file; echo f > d; ln -s other e; mkdir file; : > file/in",
    );
    const outcome = saved(await saveUntouched(repository));
    assert.deepEqual(await treeOf(repository, outcome.sha), ["100644 d", "120000 e", "100644 file/in", "100644 other"]);
  });
});
