// Guards salvages in repositories and trees of unusual kinds on real git: saved and brought back, or named as not covered.
import assert from "node:assert/strict";
import { listSalvages } from "../../src/vcs/salvage_refs.ts";
import { restoreSalvage } from "../../src/vcs/salvage_restore.ts";
import type { RoundSalvage } from "../../src/vcs/salvage_round.ts";
import type { SalvageMoment } from "../../src/vcs/salvage_message.ts";
import { clock, files, recordSalvage, save, saved, saveUntouched } from "./salvage_stage.ts";
import { inRepository } from "./temp_repository.ts";
import type { TempRepository } from "./temp_repository.ts";

function record(repository: TempRepository, moment: SalvageMoment): Promise<RoundSalvage> {
  return recordSalvage(repository, { round: 4, moment, why: "x" });
}

async function refs({ sh }: TempRepository): Promise<string[]> {
  const listed = await sh("git for-each-ref --format='%(refname)' refs/agent-runner");
  return listed.split("\n").filter((ref) => ref !== "");
}

const trees: readonly (readonly [what: string, script: string, expected: readonly string[]])[] = [
  ["pipes and sockets beside work", "mkfifo pipe; : > new", ["new"]],
  ["a file's mode and links", "chmod +x file; ln -sf /nowhere other; ln -s . link", ["file", "link", "other"]],
  ["a split index", "git update-index --split-index; echo c > file; : > st; git add st", ["file", "st"]],
  [
    "a SHA-256 repository",
    "rm -rf .git; git init -q --object-format=sha256; git add .; git commit -qm one; echo c > file; : > new",
    ["file", "new"],
  ],
  [
    "a sparse index",
    "mkdir a b; : > a/f; : > b/f; git add .; git commit -qm ab; git sparse-checkout set --cone --sparse-index a; " +
    "echo new > a/n; mkdir -p b; echo own > b/x",
    ["a/n", "b/x"],
  ],
  [
    "core.fsmonitor and an untracked cache",
    "git config core.fsmonitor true; git config core.untrackedCache true; : > n",
    ["n"],
  ],
  [
    "a fsmonitor hook that hangs",
    "printf '#!/bin/sh\\nsleep 60\\n' > .git/fs; chmod +x .git/fs; git config core.fsmonitor .git/fs; : > n",
    ["n"],
  ],
  [
    "signing with a missing key",
    "git config commit.gpgsign true; git config gpg.format ssh; git config user.signingkey /no; : > n",
    ["n"],
  ],
  [
    "hooks elsewhere that refuse",
    "mkdir ../h; for n in pre-commit reference-transaction post-index-change; do printf '#!/bin/sh\\nexit 1\\n' > ../h/$n; chmod +x ../h/$n; done; git config core.hooksPath ../h; : > n",
    ["n"],
  ],
  ["a HEAD that does not point to a branch", "git checkout -q --detach; : > n", ["n"]],
  ["another git at work on everything", "touch .git/index.lock .git/HEAD.lock .git/packed-refs.lock; : > n", ["n"]],
  ["status that shows no untracked files", "git config status.showUntrackedFiles no; : > n", ["n"]],
  ["names that look like words of git", "printf x > 'a\nb'; : > -d; : > ':(top)x'; : > '*'", [
    "*",
    "-d",
    ":(top)x",
    "a\nb",
  ]],
];

for (const [what, script, expected] of trees) {
  Deno.test(`saveTree() saves ${what}, and restoreSalvage() brings it back`, async () => {
    await inRepository(async (repository) => {
      const { sh, git } = repository;
      await sh(script);
      assert.equal((await repository.check()).kind, "dirty");
      const outcome = saved(await saveUntouched(repository));
      assert.deepEqual([outcome.files, outcome.notCovered], [expected, []]);
      await sh(
        "rm -f .git/*.lock; git config --unset core.fsmonitor; git config --unset core.hooksPath; git reset -q --hard; git clean -qfdx -e pipe",
      );
      const listed = await listSalvages(git.call);
      assert.ok(Array.isArray(listed));
      const restored = await restoreSalvage({
        git,
        files,
        clock,
        salvage: listed[0]!,
        paths: null,
        scratchFolder: `${repository.root}/../logs`,
        pid: 1,
      });
      assert.equal(restored.kind, "restored", JSON.stringify(restored));
      const again = saved(await save(repository));
      assert.equal(again.tree, outcome.tree, "all of it is back");
    });
  });
}

Deno.test("saveTree() names a file that is too large, and saves the rest", async () => {
  await inRepository(async (repository) => {
    await repository.sh("head -c 2000000 /dev/zero > large.bin; head -c 2000000 /dev/zero > file; echo s > small");
    const outcome = saved(await saveUntouched(repository, { fileMaxBytes: 1024 * 1024 }));
    assert.deepEqual(outcome.files, ["small"]);
    assert.deepEqual(outcome.notCovered.map(({ path, why }) => `${path}: ${why}`).sort(), [
      "file: it is too large: 2 MB",
      "large.bin: it is too large: 2 MB",
    ]);
    await repository.sh("rm small");
    const nothing = await save(repository, { fileMaxBytes: 1024 * 1024 });
    assert.deepEqual([nothing.kind, nothing.kind === "clean" && nothing.notCovered.length], ["clean", 2]);
  });
});

Deno.test("saveTree() makes no second salvage when commits are made beside what stays uncommitted", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh("echo mine > mine; echo changed > file");
    const first = saved(await save(repository));
    await sh("echo theirs > theirs; git add theirs; git commit -qm theirs");
    const second = saved(await save(repository, { round: 5 }));
    assert.deepEqual([second.isReused, second.sha], [true, first.sha]);
    assert.notEqual(second.tree, first.tree);
    assert.equal((await refs(repository)).length, 1);
    // The same content on other ground is other work: it would be restored otherwise.
    await sh("git stash -q -- file; echo between > file; git commit -qm between -- file; echo changed > file");
    assert.equal(saved(await save(repository, { round: 6 })).isReused, false);
    await sh("echo more >> mine");
    assert.equal(saved(await save(repository, { round: 7 })).isReused, false);
    assert.equal((await refs(repository)).length, 3);
  });
});

Deno.test("salvageRound() tells the moment, on record and in the message, and uses what is saved already", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo mine > mine");
    const before = await record(repository, "before");
    assert.equal(before.event?.kind, "salvage_saved");
    assert.deepEqual([before.event.payload.moment, before.event.payload.is_reused], ["before", false]);
    const after = await record(repository, "after");
    assert.equal(after.event?.kind, "salvage_saved");
    assert.deepEqual([after.event.payload.moment, after.event.payload.is_reused], ["after", true]);
    assert.equal(after.event.payload.sha, before.event.payload.sha);
    const listed = await listSalvages(repository.git.call);
    assert.deepEqual(Array.isArray(listed) && listed.map(({ moment }) => moment), ["before"]);
  });
});

Deno.test("salvageRound() names what lies in repositories of their own when there is nothing else", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh("git init -q ../sub; cd ../sub; : > s; git add s; git commit -qm s");
    await sh(
      "git submodule --quiet add ../sub sub; git commit -qm sub; echo dirty > sub/s; git init -q nested; : > nested/x",
    );
    const done = await record(repository, "after");
    assert.equal(done.outcome.kind, "clean");
    assert.equal(done.event?.kind, "salvage_not_covered");
    assert.deepEqual(done.event.payload.not_covered.map(({ path }) => path), ["sub", "nested/"]);
    assert.match(done.note, /nothing could be saved: 'sub': what is uncommitted inside the submodule/);
    assert.deepEqual(await refs(repository), []);
    await sh("git -C sub checkout -q s; rm -rf nested");
    assert.deepEqual((await record(repository, "after")).event, null);
  });
});

Deno.test("saveTree() is failed, never clean, when git refuses a repository of another user", async () => {
  if (Deno.uid() !== 0) return;
  await inRepository(async (repository) => {
    await repository.sh(": > new; chown -R 12345 .");
    const check = await repository.check();
    assert.equal(check.kind, "unknown");
    assert.match(check.kind === "unknown" ? check.reason : "", /dubious ownership/);
    const outcome = await save(repository);
    assert.match(outcome.kind === "failed" ? outcome.reason : "", /dubious ownership/);
  });
});

Deno.test("saveTree() makes what no push and no plain clone carries away, secrets included", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh("git init -q --bare ../far.git; git remote add origin ../far.git; echo K=1 > .env; git tag -a v1 -m v1");
    assert.deepEqual(saved(await save(repository)).files, [".env"]);
    await sh("git push -q --all; git push -q --tags; git push -q --follow-tags origin main; git clone -q . ../copy");
    assert.equal(await sh("git -C ../far.git for-each-ref --format='%(refname)'"), "refs/heads/main\nrefs/tags/v1\n");
    assert.equal(await sh("git -C ../copy for-each-ref refs/agent-runner"), "");
  });
});
