// Guards what git says a round changed, in real repositories: and that what it cannot say is never "nothing".
import assert from "node:assert/strict";
import type { RoundChange } from "../../src/core/change.ts";
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { logFolderWithin } from "../../src/vcs/dirty.ts";
import type { Git } from "../../src/vcs/git.ts";
import { openGit } from "../../src/vcs/git.ts";
import {
  changeBetween,
  parseShortstat,
  standingFields,
  standingFrom,
  standingOf,
  withWork,
} from "../../src/vcs/progress.ts";
import type { Standing } from "../../src/vcs/progress.ts";
import { standingNow } from "../../src/vcs/progress_snapshot.ts";
import { inRepository } from "./temp_repository.ts";
import type { TempRepository } from "./temp_repository.ts";

const files = denoFiles();
const clock = denoClock();

interface Place {
  readonly git?: Git;
  readonly logDir?: string;
  readonly owned?: readonly string[];
  readonly fileMaxBytes?: number;
}

function standing(repository: TempRepository, place: Place = {}): Promise<Standing> {
  const { git = repository.git, logDir, owned = [], fileMaxBytes = Infinity } = place;
  return standingNow({
    git,
    files,
    clock,
    logFolder: logDir === undefined ? null : logFolderWithin(files, { workDir: git.workDir, logDir }),
    scratchFolder: `${repository.root}/..`,
    ownedPatterns: owned,
    fileMaxBytes,
  });
}

/** What is found when `script` is the round. */
async function changeOf(repository: TempRepository, script: string, place: Place = {}): Promise<RoundChange> {
  const { git = repository.git, logDir } = place;
  const before = await standing(repository, place);
  await repository.sh(script, git.workDir);
  const after = await standing(repository, place);
  const logFolder = logDir === undefined ? null : logFolderWithin(files, { workDir: git.workDir, logDir });
  return await changeBetween({ before, after }, { git, clock, logFolder });
}

function counts({ kind, commits, files: count, insertions, deletions }: RoundChange) {
  return [kind, commits, count, insertions, deletions];
}

const nothing = ["none", 0, 0, 0, 0];

Deno.test("changeBetween() finds nothing when nothing was done, and asks git for nothing", async () => {
  await inRepository(async (repository) => {
    const before = await standing(repository);
    const after = await standing(repository);
    const git = { ...repository.git, call: () => Promise.reject(new Error("git was asked")) };
    const change = await changeBetween({ before, after }, { git, clock, logFolder: null });
    assert.deepEqual(counts(change), nothing);
    assert.equal(change.headBefore, change.headAfter);
    assert.match(change.headBefore ?? "", /^[0-9a-f]{40}$/);
  });
});

Deno.test("changeBetween() counts commits, files and lines, merges and binary files included", async () => {
  await inRepository(async (repository) => {
    const twice = "echo two >> file && git commit -qam a; seq 5 > new; git rm -q other; git add new; git commit -qm b";
    assert.deepEqual(counts(await changeOf(repository, twice)), ["some", 2, 3, 6, 1]);
    const merge = "git checkout -q -b side; echo s > side; git add side; git commit -qm s; git checkout -q main;" +
      "echo m > m; git add m; git commit -qm m; git merge -q --no-edit side";
    assert.deepEqual(counts(await changeOf(repository, merge)), ["some", 3, 2, 2, 0]);
    const binary = "head -c 999 /dev/zero > zeros; git add zeros; git commit -qm zeros";
    assert.deepEqual(counts(await changeOf(repository, binary)), ["some", 1, 1, 0, 0]);
  });
});

Deno.test("changeBetween() takes a commit that was undone for work, and an empty one for none", async () => {
  await inRepository(async (repository) => {
    const undone = "echo x >> file; git commit -qam x; git revert --no-edit HEAD >/dev/null";
    assert.deepEqual(counts(await changeOf(repository, undone)), ["some", 2, 0, 0, 0]);
    assert.deepEqual(counts(await changeOf(repository, "git commit -q --allow-empty -m checkpoint")), nothing);
  });
});

Deno.test("changeBetween() counts what is left uncommitted, untracked files included", async () => {
  await inRepository(async (repository) => {
    const script = "echo two >> file; mkdir folder; seq 3 > folder/new; rm other";
    assert.deepEqual(counts(await changeOf(repository, script)), ["some", 0, 3, 4, 1]);
    assert.deepEqual(counts(await changeOf(repository, "true")), nothing, "left as it was");
    assert.deepEqual(counts(await changeOf(repository, "touch file folder/new")), nothing, "touched");
    assert.deepEqual(counts(await changeOf(repository, "echo 4 >> folder/new")), ["some", 0, 1, 1, 0]);
    assert.deepEqual(counts(await changeOf(repository, "git add -A; git commit -qm all")), ["some", 1, 0, 0, 0]);
    assert.deepEqual(counts(await changeOf(repository, "git rm -q file; git stash -q")), nothing, "put away");
    assert.equal(
      await repository.sh("git for-each-ref refs/agent-runner; ls ..").then((text) => text.trim()),
      "home\nwork",
    );
  });
});

Deno.test("changeBetween() sees uncommitted work that a round threw away", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo two >> file");
    assert.deepEqual(counts(await changeOf(repository, "git checkout -q file")), ["some", 0, 1, 0, 1]);
  });
});

Deno.test("changeBetween() keeps names apart that are no UTF-8 or look like options", async () => {
  await inRepository(async (repository) => {
    const script =
      `printf 'a\\n' > "$(printf 'bad\\377')"; echo b > "$(printf 'new\\nline')"; echo c > ./-x; echo d > '*'`;
    assert.deepEqual(counts(await changeOf(repository, script)), ["some", 0, 4, 4, 0]);
    assert.deepEqual(counts(await changeOf(repository, "echo more >> '*'")), ["some", 0, 1, 1, 0]);
  });
});

Deno.test("changeBetween() looks at our part of a larger repository alone", async () => {
  await inRepository(async (repository) => {
    await repository.sh("mkdir app lib; echo a > app/a; echo l > lib/l; git add -A; git commit -qm parts");
    const git = repository.gitAt(`${repository.root}/app`);
    const elsewhere = "echo more >> ../lib/l; git commit -qam lib; echo left > ../lib/left";
    assert.deepEqual(counts(await changeOf(repository, elsewhere, { git })), nothing);
    const both = "echo more >> a; echo more >> ../lib/l; git commit -qam both; echo left > left";
    assert.deepEqual(counts(await changeOf(repository, both, { git })), ["some", 1, 2, 2, 0]);
  });
});

Deno.test("changeBetween() leaves out the log folder, committed or not, and owned paths", async () => {
  await inRepository(async (repository) => {
    const place = { logDir: `${repository.root}/logs`, owned: ["*.report"] };
    const script =
      "mkdir -p logs; echo l > logs/l; git add logs; git commit -qm logs; echo m > logs/m; echo r > a.report";
    assert.deepEqual(counts(await changeOf(repository, script, place)), nothing);
    const both = "echo more > logs/m; echo more > a.report; echo f > f";
    assert.deepEqual(counts(await changeOf(repository, both, place)), ["some", 0, 1, 1, 0]);
  });
});

for (
  const [what, script, reason] of [
    ["a reset", "git reset -q --hard HEAD~1", /rewritten or left/],
    ["an amended commit", "git commit -q --amend -m other", /rewritten or left/],
    ["another branch", "git checkout -q -b next", /the branch is 'next'/],
    ["another branch with work on it", "git checkout -q -b next; echo x > x; git add x; git commit -qm x", /'next'/],
    ["a HEAD that was detached", "git checkout -q --detach", /HEAD is detached/],
    ["a branch without a commit", "git checkout -q --orphan void", /'void'/],
    ["a repository that is gone", "mv .git ../gone", /not in a git work tree/],
    ["a broken index", "echo rubbish > .git/index", /index/],
  ] as const
) {
  Deno.test(`changeBetween() says unknown, never nothing, after ${what}`, async () => {
    await inRepository(async (repository) => {
      await repository.sh("echo two >> file; git commit -qam second");
      const change = await changeOf(repository, script);
      assert.deepEqual(counts(change), ["unknown", null, null, null, null]);
      assert.match(change.reason ?? "", reason);
      assert.match(change.headBefore ?? "", /^[0-9a-f]{40}$/, "what is known is told");
    });
  });
}

Deno.test("changeBetween() says unknown where there was no repository, or no git", async () => {
  await inRepository(async (repository) => {
    const outside = repository.gitAt(Deno.realPathSync(`${repository.root}/..`));
    const change = await changeOf(repository, "echo x > x", { git: outside });
    assert.deepEqual([change.kind, change.headBefore], ["unknown", null]);
    const none = openGit({ processes: repository.processes, workDir: repository.root, pathEnvironment: "/nowhere" });
    assert.equal((await changeOf(repository, "true", { git: none })).kind, "unknown");
  });
});

Deno.test("changeBetween() compares commits where HEAD was detached before, too", async () => {
  await inRepository(async (repository) => {
    await repository.sh("git checkout -q --detach");
    assert.deepEqual(counts(await changeOf(repository, "true")), nothing);
    assert.deepEqual(counts(await changeOf(repository, "echo x >> file; git commit -qam x")), ["some", 1, 1, 1, 0]);
  });
});

Deno.test("changeBetween() counts the first commit, and says unknown of a branch that has none yet", async () => {
  await inRepository(async (repository) => {
    const idle = await changeOf(repository, "true");
    assert.deepEqual([idle.kind, idle.reason], ["unknown", "there is no commit yet"]);
    assert.deepEqual(counts(await changeOf(repository, "seq 3 > new")), ["some", 0, 1, 3, 0]);
    assert.deepEqual(counts(await changeOf(repository, "git add new; git commit -qm first")), ["some", 1, 0, 0, 0]);
  }, { isUnborn: true });
});

Deno.test("changeBetween() says unknown where what is uncommitted is beyond git, unless something else changed", async () => {
  await inRepository(async (repository) => {
    await repository.sh(
      "git init -q ../lib; cd ../lib; echo l > l; git add l; git commit -qm l; cd ../work;" +
        "git submodule --quiet add ../lib sub; git commit -qm sub; echo dirt >> sub/l",
    );
    assert.equal((await changeOf(repository, "echo dirt >> sub/l")).kind, "unknown");
    assert.deepEqual(counts(await changeOf(repository, "echo x > x")), ["some", 0, 1, 1, 0]);
    const inside = await changeOf(repository, "cd sub; git commit -qam dirt");
    assert.deepEqual(counts(inside), ["some", 0, 1, 1, 1], "its commit moved");
  });
});

Deno.test("changeBetween() says unknown of files that are too large to be taken", async () => {
  await inRepository(async (repository) => {
    await repository.sh("head -c 5000 /dev/zero > large");
    assert.equal((await changeOf(repository, "echo more >> large", { fileMaxBytes: 1000 })).kind, "unknown");
  });
});

Deno.test("changeBetween() says that something changed where new work could not be taken, and unknown where old could not", async () => {
  await inRepository(async (repository) => {
    const clean = await standing(repository);
    const dirty = withWork(clean);
    const request = { git: repository.git, clock, logFolder: null };
    const made = await changeBetween({ before: clean, after: dirty }, request);
    assert.deepEqual(counts(made), ["some", 0, null, null, null]);
    for (const before of [dirty, withWork(dirty)]) {
      assert.equal((await changeBetween({ before, after: dirty }, request)).kind, "unknown");
      assert.equal((await changeBetween({ before, after: clean }, request)).kind, "unknown");
    }
  });
});

Deno.test("changeBetween() says unknown when git does not answer in time, or says something odd", async () => {
  await inRepository(async (repository) => {
    const before = await standing(repository);
    await repository.sh("echo x >> file; git commit -qam x");
    const after = await standing(repository);
    const outcomes = [
      { kind: "timed_out" as const, timeoutMs: 5 },
      { kind: "ok" as const, stdout: new TextEncoder().encode("rubbish\n"), isCut: false },
      { kind: "ok" as const, stdout: new Uint8Array(), isCut: false },
    ];
    for (const outcome of outcomes) {
      const git = { ...repository.git, call: () => Promise.resolve(outcome) };
      const change = await changeBetween({ before, after }, { git, clock, logFolder: null });
      assert.equal(change.kind, "unknown", JSON.stringify(outcome));
    }
  });
});

Deno.test("standingNow() leaves the user's index, stashes and refs as they are", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo two >> file; git add file; echo three >> file; echo new > new; git add -N new");
    const look = "git status --porcelain=v2; git stash list; git for-each-ref; sha256sum .git/index";
    const before = await repository.sh(look);
    const found = await standing(repository);
    assert.equal(found.kind === "known" && found.isDirty && found.tree !== null, true);
    assert.equal(await repository.sh(look), before);
  });
});

Deno.test("standingOf() follows what saving the work came to", () => {
  const head = "a".repeat(40);
  const clean = { kind: "clean" as const, head, branch: "main" };
  const known = { kind: "known", head, branch: "main", isDirty: false, tree: null, hasGaps: false };
  assert.deepEqual(standingOf(clean, null), known);
  const dirty = { kind: "dirty" as const, head, branch: "main", files: [], leftOut: [], isPartial: false };
  assert.deepEqual(standingOf(dirty, null), { ...known, isDirty: true });
  assert.deepEqual(standingOf(dirty, { kind: "failed", cause: "failed", reason: "x" }), { ...known, isDirty: true });
  const gap = { path: "sub", why: "x" };
  assert.deepEqual(standingOf(dirty, { kind: "clean", notCovered: [gap] }), { ...known, hasGaps: true });
  const saved = { kind: "saved" as const, sha: head, ref: "r", files: [], isReused: false, notCovered: [] };
  const tree = "b".repeat(40);
  assert.deepEqual(standingOf(dirty, { ...saved, tree }), { ...known, isDirty: true, tree });
  assert.deepEqual(standingOf(dirty, { ...saved, tree: "--output=x" }), { ...known, isDirty: true });
  const reason = "git did not end within 30s";
  assert.deepEqual(standingOf({ kind: "unknown", cause: "timed_out", reason }, null), { kind: "unknown", reason });
});

Deno.test("standingFrom() reads back what standingFields() wrote, and nothing else", () => {
  const known: Standing = {
    kind: "known",
    head: null,
    branch: "main",
    isDirty: true,
    tree: "c".repeat(64),
    hasGaps: false,
  };
  for (const one of [known, { kind: "unknown", reason: "x" } as const]) {
    assert.deepEqual(standingFrom(JSON.parse(JSON.stringify(standingFields(one)))), one);
  }
  const fields = standingFields(known);
  for (
    const bad of [
      null,
      undefined,
      7,
      "known",
      [],
      {},
      { kind: "unknown" },
      { ...fields, head: "--upload-pack=x" },
      { ...fields, head: "abc" },
      { ...fields, tree: undefined },
      { ...fields, tree: `${"c".repeat(40)}\n` },
      { ...fields, branch: 3 },
      { ...fields, is_dirty: "yes" },
      { ...fields, has_gaps: null },
    ]
  ) assert.equal(standingFrom(bad), null, JSON.stringify(bad));
});

Deno.test("parseShortstat() reads every form git has, and says when it is none", () => {
  const all = parseShortstat(" 3 files changed, 5 insertions(+), 2 deletions(-)\n");
  assert.deepEqual(all, { files: 3, insertions: 5, deletions: 2 });
  assert.deepEqual(parseShortstat(" 1 file changed, 1 deletion(-)"), { files: 1, insertions: 0, deletions: 1 });
  assert.deepEqual(parseShortstat(" 1 file changed"), { files: 1, insertions: 0, deletions: 0 });
  assert.deepEqual(parseShortstat(""), { files: 0, insertions: 0, deletions: 0 });
  for (const odd of ["rubbish", "3 Dateien", " 1 file changed, 2", "-1 files changed"]) {
    assert.equal(typeof parseShortstat(odd), "string", odd);
  }
});
