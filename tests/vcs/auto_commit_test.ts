// Guards the automatic commit on real git: what goes in, what stays out, and that a failure leaves no trace.
import assert from "node:assert/strict";
import { commitMessage } from "../../src/vcs/step.ts";
import { committed, failure, setHook } from "./commit_outcome.ts";
import { inRepository } from "./temp_repository.ts";

Deno.test("commitMessage() has the reference's form when there is a phase and when there is none", () => {
  assert.equal(commitMessage(3, null), "agent-runner auto-commit: R3");
  assert.equal(commitMessage(3, "test it"), "agent-runner auto-commit: R3 test it");
});

Deno.test("commitTree() commits every kind of change when names are odd", async () => {
  await inRepository(async ({ sh, apply, check }) => {
    await sh("echo y > moved; git add .; git commit -qm more; rm file; mv moved 'to here'; printf n > 'new\nline'");
    await sh("printf d > -dash; printf g > 'gl*b[1]'; printf i > ita; git add -N ita; : > \"$(printf 'bad\\377')\"");
    await sh("echo staged > other; git add other; echo newer > other");
    const outcome = committed(await apply("auto_commit", { phase: "build" }));
    assert.deepEqual(outcome.remaining, []);
    assert.equal((await check()).kind, "clean");
    assert.equal((await sh("git rev-parse HEAD")).trim(), outcome.ref);
    assert.equal(await sh("git log -1 --format=%s"), "agent-runner auto-commit: R4 build\n");
    assert.equal(await sh("git show HEAD:other"), "newer\n");
    assert.equal(await sh("git diff HEAD~ --no-renames --name-only -z | tr -cd '\\000' | wc -c"), "9\n");
  });
});

Deno.test("commitTree() leaves another project's changes, also staged ones, when the repository is larger", async () => {
  await inRepository(async ({ root, sh, gitAt, apply }) => {
    await sh("mkdir mine; : > mine/a; git add .; git commit -qm mine");
    await sh("echo theirs > other; : > staged; git add staged; : > loose; echo my > mine/a; : > mine/new");
    committed(await apply("auto_commit", { git: gitAt(`${root}/mine`) }));
    assert.equal(await sh("git show --format= --name-only HEAD"), "mine/a\nmine/new\n");
    assert.equal(await sh("git status --porcelain"), " M other\nA  staged\n?? loose\n");
  });
});

Deno.test("commitTree() never takes the log folder when it lies in the tree, ignored or not", async () => {
  for (const isIgnored of [false, true]) {
    await inRepository(async ({ root, sh, apply }) => {
      if (isIgnored) await sh("echo logs/ > .gitignore; git add .; git commit -qm ignore");
      await sh("mkdir logs; echo live > logs/events.jsonl; : > new");
      assert.deepEqual(committed(await apply("auto_commit", { logDir: `${root}/logs` })).remaining, []);
      assert.equal(await sh("git show --format= --name-only HEAD"), "new\n");
    });
  }
});

Deno.test("commitTree() makes the first commit when the branch is unborn", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(": > new; : > staged; git add staged");
    committed(await apply("auto_commit"));
    assert.equal(await sh("git ls-tree --name-only HEAD"), "new\nstaged\n");
  }, { isUnborn: true });
});

Deno.test("commitTree() runs hooks but does not sign when the user's setup asks for both", async () => {
  await inRepository(async (repository) => {
    const { sh, apply } = repository;
    await sh("git config commit.gpgsign true; git config gpg.program /bin/false; : > new");
    await setHook(repository, "pre-commit", "echo ran > .git/ran");
    committed(await apply("auto_commit"));
    assert.equal(await sh("cat .git/ran"), "ran\n");
  });
});

Deno.test("commitTree() restores the index when a hook refuses", async () => {
  await inRepository(async (repository) => {
    const { sh, apply } = repository;
    await sh(
      "echo changed > file; echo staged > other; git add other; : > ita; git add -N ita; : > new; mkdir d; : > d/x",
    );
    await setHook(repository, "pre-commit", "echo no way >&2; exit 1");
    const before = await sh("git status --porcelain=v2 -uall");
    assert.match(failure(await apply("auto_commit")).reason, /no way/);
    assert.equal(await sh("git status --porcelain=v2 -uall"), before);
  });
});

Deno.test("commitTree() restores the index and leaves no lock when a hook hangs", async () => {
  await inRepository(async (repository) => {
    const { sh, apply } = repository;
    await sh("echo changed > file; : > new");
    await setHook(repository, "pre-commit", "sleep 30");
    const before = await sh("git status --porcelain=v2");
    const failed = failure(await apply("auto_commit", { commitTimeoutMs: 500 }));
    assert.match(failed.reason, /did not end within 0\.5s; a hook/);
    assert.equal(await sh("test -e .git/index.lock || echo free"), "free\n");
    assert.equal(await sh("git status --porcelain=v2"), before);
  });
});

Deno.test("commitTree() says committed when only a hook after the commit hangs", async () => {
  await inRepository(async (repository) => {
    const { sh, apply } = repository;
    await sh(": > new");
    await setHook(repository, "post-commit", "sleep 30");
    const outcome = committed(await apply("auto_commit", { commitTimeoutMs: 1_500 }));
    assert.equal((await sh("git rev-parse HEAD")).trim(), outcome.ref);
  });
});

Deno.test("commitTree() leaves repositories inside the tree out when agents made some", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("mkdir -p deep/in; git worktree add -q deep/in/tree; git init -q bare-one; : > deep/in/own; : > new");
    await sh("cd bare-one; : > x; git add x; git commit -qm x");
    const outcome = committed(await apply("auto_commit"));
    assert.equal(await sh("git show --format= --name-only HEAD"), "deep/in/own\nnew\n");
    assert.deepEqual([...outcome.remaining].sort(), ["bare-one/", "deep/in/tree/"]);
  });
});

Deno.test("commitTree() fails with git's reason when there is nothing it can commit", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("git init -q in; cd in; : > x; git add x; git commit -qm x");
    const head = await sh("git rev-parse HEAD");
    assert.match(failure(await apply("auto_commit")).reason, /\S/);
    assert.equal(await sh("git rev-parse HEAD; git status --porcelain"), `${head}?? in/\n`);
  });
});

Deno.test("commitTree() does not end a merge when conflicts are open", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(
      "git checkout -qb side; echo s > file; git commit -qam s; git checkout -q main; echo m > file; git commit -qam m",
    );
    await sh("git merge -q side > /dev/null 2>&1 || true; : > new");
    const before = await sh("git status --porcelain=v2");
    assert.match(failure(await apply("auto_commit")).reason, /'file' has an unresolved merge conflict/);
    assert.equal(await sh("git status --porcelain=v2"), before);
  });
});

Deno.test("commitTree() restores the index when a merge is resolved but not ended", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(
      "git checkout -qb side; echo s > b; git add .; git commit -qm s; git checkout -q main; echo m > c; git add .",
    );
    await sh("git commit -qm m; git merge -q --no-commit --no-ff side; : > new");
    const before = await sh("git status --porcelain=v2");
    assert.match(failure(await apply("auto_commit")).reason, /merge/);
    assert.equal(await sh("git status --porcelain=v2"), before);
  });
});

Deno.test("commitTree() fails with the reason when git does not know who commits", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(
      "git config --global --unset user.name; git config --global --unset user.email; git config user.useConfigOnly true",
    );
    await sh(": > new");
    assert.match(failure(await apply("auto_commit")).reason, /email|name/);
    assert.equal(await sh("git status --porcelain"), "?? new\n");
  });
});

Deno.test("commitTree() says so and changes nothing when another git holds the index", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(": > new; touch .git/index.lock");
    assert.match(failure(await apply("auto_commit")).reason, /another git holds/);
    assert.equal(await sh("rm .git/index.lock; git status --porcelain"), "?? new\n");
  });
});

Deno.test("applyDirtyPolicy() touches nothing when the action is ignore", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(": > new");
    assert.deepEqual(await apply("ignore"), { kind: "ignored" });
    assert.equal(await sh("git status --porcelain"), "?? new\n");
  });
});

Deno.test("applyDirtyPolicy() fails and says why when the repository is gone", async () => {
  await inRepository(async ({ sh, check, apply }) => {
    await sh(": > new");
    const tree = await check();
    await sh("rm -rf .git");
    for (const action of ["stash", "auto_commit"] as const) {
      const failed = failure(await apply(action, tree.kind === "dirty" ? { tree } : {}));
      assert.match(failed.reason, /not in a git work tree/);
    }
  });
});
