// Guards salvages where git, the disk or the repository's settings are in the way: what can be saved is, and faults are told.
import assert from "node:assert/strict";
import { openGit } from "../../src/vcs/git.ts";
import { saveTree } from "../../src/vcs/salvage.ts";
import { clock, files, save, saved, saveUntouched } from "./salvage_stage.ts";
import { inRepository } from "./temp_repository.ts";

Deno.test("saveTree() saves all the same when the user's index is broken, and leaves it broken", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo changed > file; rm other; : > new; echo garbage > .git/index");
    assert.deepEqual(saved(await saveUntouched(repository)).files, ["file", "new", "other"]);
  });
});

Deno.test("saveTree() works while another git holds the index", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo changed > file; touch .git/index.lock");
    assert.deepEqual(saved(await saveUntouched(repository)).files, ["file"]);
  });
});

Deno.test("saveTree() runs no hooks, signs nothing and asks no file monitor", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(
      'git config commit.gpgsign true; git config gpg.program /bin/false; git config core.fsmonitor "$PWD/.git/monitor"',
    );
    await sh(
      "for h in monitor hooks/reference-transaction hooks/post-index-change hooks/pre-commit; do printf '#!/bin/sh\\n: > ran; exit 1\\n' > .git/$h; chmod +x .git/$h; done",
    );
    await sh("git config user.useConfigOnly true; git config --unset-all --global user.email; echo changed > file");
    saved(await saveUntouched(repository));
    await assert.rejects(Deno.stat(`${repository.root}/ran`));
  });
});

Deno.test("saveTree() saves with line ends converted, where git would warn or refuse", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(
      "git config core.autocrlf true; git config core.safecrlf true; printf 'a\\nb\\r\\n' > mixed; printf 'x\\r\\n' > file",
    );
    const outcome = saved(await saveUntouched(repository));
    assert.deepEqual(outcome.notCovered, []);
    assert.equal(await sh(`git show ${outcome.sha}:file`), "x\n");
  });
});

Deno.test("saveTree() takes contents as they are on the disk when the filter that should clean them fails", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(
      "echo '*.big filter=lost' > .gitattributes; git config filter.lost.clean false; git config filter.lost.required true",
    );
    await sh("echo content > a.big; echo text > plain");
    const outcome = saved(await saveUntouched(repository));
    assert.deepEqual([outcome.files, outcome.notCovered], [[".gitattributes", "a.big", "plain"], []]);
    assert.equal(await sh(`git cat-file blob ${outcome.sha}:a.big`), "content\n");
    assert.match(await sh(`git log -1 --format=%B ${outcome.sha}`), /\nContents: unfiltered\n/);
  });
});

Deno.test("saveTree() goes on without a filter that hangs", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(
      "echo '*.big filter=slow' > .gitattributes; git add .; git commit -qm a; git config filter.slow.clean 'sleep 60'; echo content > a.big",
    );
    const outcome = saved(await saveUntouched(repository, { timeLimitMs: 6_000 }));
    assert.equal(await sh(`git cat-file blob ${outcome.sha}:a.big`), "content\n");
  });
});

Deno.test("saveTree() saves all others when single files cannot be taken", async () => {
  await inRepository(async (repository) => {
    const { root, sh } = repository;
    await sh("i=0; while [ $i -lt 40 ]; do echo $i > f$i; i=$((i+1)); done; mkdir git~1; : > git~1/x");
    // A file that is gone at the moment it is to be read is left out, too; a hard fault needs a path git refuses.
    await sh(
      "mkdir -p sub && git init -q sub/inner && git add -f f1 && git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub/inner",
    );
    const outcome = saved(await saveUntouched(repository));
    assert.equal(outcome.files.filter((name) => /^f\d+$/.test(name)).length, 40);
    assert.deepEqual(outcome.notCovered.map(({ path }) => path).sort(), ["git~1/x", "sub/inner"]);
    assert.ok(await Deno.stat(`${root}/f39`));
  });
});

Deno.test("saveTree() fails with the cause when the time is over, and tells while it goes on", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo changed > file");
    const late = await saveUntouched(repository, { timeLimitMs: 0 });
    assert.deepEqual(late, { kind: "failed", cause: "timed_out", reason: "git did not end within 0s" });
    const told: number[] = [];
    const fast = { ...clock, sleep: (_: number, signal?: AbortSignal) => clock.sleep(1, signal) };
    saved(await save(repository, { clock: fast, onProgress: (elapsedMs) => told.push(elapsedMs) }));
    assert.ok(told.length > 0 && told.every((elapsedMs) => elapsedMs >= 0));
  });
});

Deno.test("saveTree() fails with the reason and leaves no ref when the repository cannot be written", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh(
      "echo changed > file; for a in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do for b in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do [ -e .git/objects/$a$b ] || : > .git/objects/$a$b; done; done",
    );
    const outcome = await saveUntouched(repository);
    assert.equal(outcome.kind === "failed" && outcome.cause, "failed");
    assert.match(outcome.kind === "failed" ? outcome.reason : "", /unable to|insufficient|Not a directory/i);
    assert.equal(await sh("git for-each-ref refs/agent-runner"), "");
  });
});

Deno.test("saveTree() fails with the reason when the disk is full", async () => {
  await inRepository(async (repository) => {
    const { root, sh, gitAt } = repository;
    await sh("head -c 300000 /dev/urandom > big");
    const run = repository.processes.run;
    // A file size limit is what a full disk looks like to one git.
    const processes = {
      ...repository.processes,
      run: (spec: Parameters<typeof run>[0]) =>
        run({ ...spec, argv: ["sh", "-c", 'ulimit -f 8; trap "" XFSZ; exec "$@"', "sh", ...spec.argv] }),
    };
    const outcome = await saveUntouched(repository, { git: openGit({ processes, workDir: root }) });
    assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
    assert.equal(await sh("git for-each-ref refs/agent-runner; find .git -name '*.lock'"), "");
    saved(await save(repository, { git: gitAt(root) }));
  });
});

Deno.test("saveTree() tells apart that there is no repository, no git and no work tree", async () => {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    await inRepository(async (repository) => {
      const { root, sh, gitAt } = repository;
      await sh("git init -q --bare ../bare.git");
      const cause = async (workDir: string) => {
        const outcome = await save(repository, { git: gitAt(workDir) });
        return outcome.kind === "failed" ? outcome.cause : outcome.kind;
      };
      assert.equal(await cause(folder), "not_a_repository");
      assert.equal(await cause(`${root}/../bare.git`), "not_a_repository");
      assert.equal(await cause(`${root}/nowhere`), "absent");
      await sh("echo x > file; : > .git/HEAD");
      assert.notEqual(await cause(root), "clean", "a broken repository is not clean");
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("saveTree() removes what an earlier life left of its index, and goes without its folder when that is gone", async () => {
  await inRepository(async (repository) => {
    await repository.sh(
      "echo changed > file; mkdir -p ../logs; echo junk > ../logs/salvage.index; : > ../logs/salvage.index.lock",
    );
    saved(await save(repository));
    const { git } = repository;
    const request = {
      git,
      files,
      clock,
      scratchFolder: "/nowhere",
      logFolder: null,
      round: 1,
      moment: "after" as const,
      phase: null,
      verdict: null,
      why: "x",
      atMs: 0,
    };
    const places = new Set<string>();
    const countingGit = {
      ...git,
      call: (...[args, options]: Parameters<typeof git.call>) => {
        const path = options?.environment?.GIT_INDEX_FILE;
        if (path !== undefined) places.add(path);
        const isElsewhere = path?.startsWith(repository.root) ?? false;
        return isElsewhere && !hasRoom ? git.call(["read-tree", "no-such-tree"], options) : git.call(args, options);
      },
    };
    let hasRoom = false;
    const outcome = await saveTree({ ...request, git: countingGit });
    assert.match(outcome.kind === "failed" ? outcome.reason : "", /salvage\.index/);
    assert.equal(places.size, 2, "git's own folder was not tried");
    hasRoom = true;
    saved(await saveTree({ ...request, git: countingGit }));
    assert.equal(await repository.sh("find .git -name 'salvage.index*'"), "");
  });
});
