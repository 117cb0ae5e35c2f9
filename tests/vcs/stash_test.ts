// Guards the stash policy on real git: everything is saved, nothing of others is touched, and the answer is true.
import assert from "node:assert/strict";
import { checkTree } from "../../src/vcs/dirty.ts";
import { findStash, topStash } from "../../src/vcs/stash_list.ts";
import { isStashOfRound, stashMessage } from "../../src/vcs/step.ts";
import type { AnnouncedStep, StepOutcome } from "../../src/vcs/step.ts";
import { inRepository } from "./temp_repository.ts";
import type { TempRepository } from "./temp_repository.ts";

function stashed(outcome: StepOutcome) {
  assert.equal(outcome.kind, "stashed", JSON.stringify(outcome));
  return outcome as StepOutcome & { kind: "stashed" };
}

function failure(outcome: StepOutcome) {
  assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
  return outcome as StepOutcome & { kind: "failed" };
}

async function stashCount({ sh }: TempRepository): Promise<number> {
  return (await sh("git stash list")).split("\n").length - 1;
}

Deno.test("stashMessage() has the reference's form when there is a phase and when there is none", () => {
  const atMs = new Date(2026, 10, 2, 3, 4, 5).getTime();
  assert.equal(stashMessage(7, { phase: null, atMs }), "ORPHAN R7 ts=2026-11-02T03:04:05");
  assert.equal(stashMessage(7, { phase: "re\nview", atMs }), "ORPHAN R7 phase=re\\nview ts=2026-11-02T03:04:05");
});

Deno.test("isStashOfRound() never takes R4 for R42 when reading a subject", () => {
  const subject = "On main: ORPHAN R42 phase=x ts=2026-11-02T03:04:05";
  assert.ok(isStashOfRound(subject, 42));
  assert.ok(!isStashOfRound(subject, 4));
  assert.ok(!isStashOfRound("On main: my ORPHAN R4 notes", 4));
});

Deno.test("stashTree() saves every kind of change when names are odd", async () => {
  await inRepository(async (repository) => {
    const { root, sh, apply, check } = repository;
    await sh("echo x > keep; echo y > moved; git add .; git commit -qm more");
    await sh("rm file; git mv moved 'to here'; echo changed > keep; printf n > 'new\nline'; printf d > -dash");
    await sh(
      "printf g > 'gl*b[1]'; printf i > ita; git add -N ita; printf b > \"$(printf 'bad\\377')\"; mkdir d; printf z > d/z",
    );
    const announced: AnnouncedStep[] = [];
    const outcome = stashed(await apply("stash", { phase: "build", announce: (step) => announced.push(step) }));
    assert.match(outcome.message, /^ORPHAN R4 phase=build ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    assert.deepEqual(announced, [{ what: "stash", message: outcome.message }]);
    assert.equal(outcome.isReused, false);
    assert.deepEqual(outcome.remaining, []);
    assert.equal((await check()).kind, "clean");
    assert.equal((await sh("git rev-parse refs/stash")).trim(), outcome.ref);
    await sh(`git stash apply -q ${outcome.ref}`);
    assert.equal(await Deno.readTextFile(`${root}/new\nline`), "n");
    assert.equal(await sh(`cat -- -dash 'gl*b[1]' ita "$(printf 'bad\\377')" d/z keep`), "dgibzchanged\n");
    assert.equal(await sh("test ! -e file && test -e 'to here' && echo yes"), "yes\n");
  });
});

Deno.test("stashTree() takes entries by name only when their files are gone again", async () => {
  await inRepository(async ({ sh, apply, check }) => {
    await sh(": > gone; git add -N gone; rm gone; echo changed > file");
    stashed(await apply("stash"));
    assert.equal((await check()).kind, "clean");
  });
});

Deno.test("stashTree() leaves another project's changes when the repository is larger", async () => {
  await inRepository(async ({ root, sh, gitAt, apply }) => {
    await sh(
      "mkdir mine; echo 1 > mine/a; git add .; git commit -qm mine; echo theirs > other; : > loose; echo my > mine/a; : > mine/new",
    );
    const outcome = stashed(await apply("stash", { git: gitAt(`${root}/mine`) }));
    assert.equal(await sh("git status --porcelain"), " M other\n?? loose\n");
    const saved = await sh(`git stash show --include-untracked --name-only ${outcome.ref}`);
    assert.deepEqual(saved.trim().split("\n").sort(), ["mine/a", "mine/new"]);
  });
});

Deno.test("stashTree() keeps the work folder when git empties it", async () => {
  await inRepository(async ({ root, sh, gitAt, apply }) => {
    await sh("mkdir fresh; : > fresh/a");
    stashed(await apply("stash", { git: gitAt(`${root}/fresh`) }));
    assert.ok(Deno.statSync(`${root}/fresh`).isDirectory);
  });
});

Deno.test("stashTree() never takes the log folder when it lies in the tree, ignored or not", async () => {
  for (const isIgnored of [false, true]) {
    await inRepository(async ({ root, sh, apply, check }) => {
      if (isIgnored) await sh("echo logs/ > .gitignore; git add .; git commit -qm ignore");
      await sh("mkdir logs; echo live > logs/events.jsonl; echo changed > file; : > new");
      const logDir = `${root}/logs`;
      assert.deepEqual(stashed(await apply("stash", { logDir })).remaining, []);
      assert.equal(await Deno.readTextFile(`${logDir}/events.jsonl`), "live\n");
      assert.equal((await check(undefined, logDir)).kind, "clean");
    });
  }
});

Deno.test("stashTree() leaves owned paths when there are some, also thousands of them", async () => {
  await inRepository(async ({ git, sh, apply }) => {
    const loop = "i=0; while [ $i -lt 1500 ]; do : > own/a-rather-long-name-for-an-owned-file-$i; i=$((i+1)); done";
    await sh(`mkdir own; echo w > work; ${loop}; : > "own/$(printf 'bad\\377')"`);
    const tree = await checkTree({ git, logFolder: null, ownedPatterns: ["own/"] });
    assert.equal(tree.kind === "dirty" && tree.leftOut.length, 1_501);
    assert.deepEqual(stashed(await apply("stash", tree.kind === "dirty" ? { tree } : {})).remaining, []);
    assert.equal(await sh("ls own | wc -l; test ! -e work && echo gone"), "1501\ngone\n");
  });
});

Deno.test("stashTree() stashes in a linked work tree when that is where the agent works", async () => {
  await inRepository(async ({ root, sh, gitAt, apply }) => {
    await sh("git worktree add -q ../linked; echo linked > ../linked/file; echo main > file");
    const outcome = stashed(await apply("stash", { git: gitAt(`${root}/../linked`) }));
    assert.match(await sh(`git show ${outcome.ref}:file`), /linked/);
    assert.equal(await sh("git status --porcelain"), " M file\n");
  });
});

Deno.test("stashTree() fails with the reason when the branch is unborn", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(": > new");
    assert.match(failure(await apply("stash")).reason, /first commit/);
    assert.equal(await sh("ls"), "new\n");
  }, { isUnborn: true });
});

Deno.test("stashTree() says what cannot be stashed when only a submodule is dirty inside", async () => {
  await inRepository(async (repository) => {
    const { root, sh, apply } = repository;
    await sh("git init -q ../lib; cd ../lib; echo 1 > l; git add l; git commit -qm l");
    await sh(`git submodule add -q ${root}/../lib lib; git commit -qm sub; echo 2 > lib/l`);
    const failed = failure(await apply("stash"));
    assert.match(failed.reason, /'lib'.*submodule/);
    assert.equal(await stashCount(repository), 0);
    await sh("echo changed > file");
    assert.deepEqual(stashed(await apply("stash")).remaining, ["lib"]);
    assert.equal(await sh("cat lib/l"), "2\n");
  });
});

Deno.test("stashTree() says so and changes nothing when another git holds the index", async () => {
  await inRepository(async (repository) => {
    const { sh, apply } = repository;
    await sh("echo changed > file; : > ita; git add -N ita; touch .git/index.lock");
    const failed = failure(await apply("stash"));
    assert.match(failed.reason, /another git holds '.*index\.lock'/);
    assert.equal(failed.savedRef, null);
    await sh("rm .git/index.lock");
    assert.equal(await sh("git status --porcelain"), " M file\n A ita\n");
  });
});

Deno.test("stashTree() goes on when the other git lets go in time", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("echo changed > file; touch .git/index.lock; (sleep 0.3; rm .git/index.lock) > /dev/null 2>&1 &");
    stashed(await apply("stash", { lockPatienceMs: 5_000 }));
  });
});

Deno.test("stashTree() puts entries by name only back when git refuses in the end", async () => {
  await inRepository(async (repository) => {
    const { root, sh, gitAt, apply } = repository;
    await sh(
      "mkdir mine; : > mine/a; git add .; git commit -qm mine; echo i > mine/ita; echo o > outer; git add -N mine/ita outer",
    );
    const failed = failure(await apply("stash", { git: gitAt(`${root}/mine`) }));
    assert.match(failed.reason, /not uptodate/);
    assert.equal(await sh("git status --porcelain"), " A mine/ita\n A outer\n");
    assert.equal(await stashCount(repository), 0);
  });
});

Deno.test("stashTree() fails truthfully when a conflict is unresolved", async () => {
  await inRepository(async (repository) => {
    const { sh, apply } = repository;
    await sh(
      "git checkout -qb side; echo s > file; git commit -qam s; git checkout -q main; echo m > file; git commit -qam m",
    );
    await sh("git merge -q side > /dev/null 2>&1 || true");
    assert.match(failure(await apply("stash")).reason, /'file' has an unresolved merge conflict/);
    assert.equal(await stashCount(repository), 0);
  });
});

Deno.test("stashTree() ignores signing and hooks when they would fail or hang", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("git config commit.gpgsign true; git config gpg.program /bin/false");
    await sh(
      "printf '#!/bin/sh\\nsleep 30\\n' > .git/hooks/post-index-change; chmod +x .git/hooks/*; echo changed > file",
    );
    stashed(await apply("stash", { stashTimeoutMs: 10_000 }));
  });
});

Deno.test("stashTree() returns a truthful failure and leaves no lock when it takes too long", async () => {
  await inRepository(async (repository) => {
    const { sh, apply } = repository;
    await sh("echo '* filter=slow' > .gitattributes; git add .; git commit -qm attributes");
    await sh("echo changed-more > file");
    const tree = await repository.check();
    await sh("git config filter.slow.clean 'sleep 30'");
    const failed = failure(
      await apply("stash", { stashTimeoutMs: 400, ...(tree.kind === "dirty" ? { tree } : {}) }),
    );
    assert.match(failed.reason, /did not end within 0\.4s/);
    assert.equal(await stashCount(repository), 0);
    assert.equal(await sh("test -e .git/index.lock || echo free; cat file"), "free\nchanged-more\n");
  });
});

Deno.test("stashTree() finds its own stash when another is made on top of it", async () => {
  await inRepository(async ({ git, sh }) => {
    await sh(
      "echo a > file; git stash push -qm 'ORPHAN R1 ts=2026-01-01T00:00:00'; echo b > file; git stash push -qm theirs",
    );
    const found = await findStash(git, "ORPHAN R1 ts=2026-01-01T00:00:00");
    const sha = (await sh("git rev-parse refs/stash@{1}")).trim();
    assert.equal(found.kind === "ok" && found.top?.sha, sha);
    const none = await findStash(git, "R1 ts=2026-01-01T00:00:00");
    assert.equal(none.kind === "ok" && none.top, null);
    const top = await topStash(git);
    assert.equal(top.kind === "ok" && top.top?.subject, "On main: theirs");
  });
});

const reuseCases: readonly (readonly [string, string, boolean])[] = [
  ["the same work is back", "", true],
  ["a new untracked file is there", "echo n > new2", false],
  ["a tracked file changed further", "echo more >> file", false],
  ["another tracked file changed", "echo more > other", false],
  ["an untracked file changed", "echo more >> new", false],
  ["an untracked file became executable", "chmod +x new", false],
  ["something was staged on top", "echo staged > other; git add other; echo two > other", false],
  ["HEAD moved", "git commit -q --allow-empty -m moved", true],
];

for (const [what, change, isReused] of reuseCases) {
  Deno.test(`stashTree() ${isReused ? "uses the stash again" : "stashes again"} when ${what}`, async () => {
    await inRepository(async (repository) => {
      const { sh, apply } = repository;
      await sh("echo changed > file; echo fresh > new");
      const first = stashed(await apply("stash", { idempotencySeconds: 60 }));
      await sh(`git stash apply -q; ${change || "true"}`);
      const second = stashed(await apply("stash", { idempotencySeconds: 60 }));
      assert.equal(second.isReused, isReused);
      assert.equal(second.ref === first.ref, isReused);
      assert.equal(await stashCount(repository), isReused ? 1 : 2);
      if (isReused) assert.equal(second.message, first.message);
      else assert.deepEqual(second.remaining, []);
    });
  });
}

Deno.test("stashTree() stashes again when the stash is of another round or too old", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("echo changed > file");
    const first = stashed(await apply("stash", { round: 42, idempotencySeconds: 60 }));
    await sh("git stash apply -q");
    assert.notEqual(stashed(await apply("stash", { round: 4, idempotencySeconds: 60 })).ref, first.ref);
    await sh("git stash apply -q");
    const late = {
      now: () => Date.now() + 120_000,
      monotonic: () => performance.now(),
      sleep: () => Promise.resolve("elapsed" as const),
    };
    assert.equal(stashed(await apply("stash", { round: 4, idempotencySeconds: 60, clock: late })).isReused, false);
  });
});
