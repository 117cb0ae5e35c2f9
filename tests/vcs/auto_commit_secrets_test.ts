// Guards on real git that an automatic commit takes no secret and no owned path, pushes nothing, and leaves no trace of failing.
import assert from "node:assert/strict";
import type { Files } from "../../src/ports/files.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { checkTree } from "../../src/vcs/dirty.ts";
import type { DirtyTree } from "../../src/vcs/dirty.ts";
import { committed, failure, setHook } from "./commit_outcome.ts";
import { inRepository } from "./temp_repository.ts";
import type { TempRepository } from "./temp_repository.ts";

// Put together here: what has the shape of a secret stands in no file of ours.
const token = ["ghp", "u7Qx50b9qNf44t4BYcrzW8sLk2Jd6TgHvE1a"].join("_");
const other = ["ghp", "Zk3Lm9Qw7Er5Ty1Ui0Op8As6Df4Gh2Jk3L5n"].join("_");

/** All that git's index says, but times. */
async function indexOf({ sh }: TempRepository): Promise<string> {
  return await sh("git ls-files --stage -v -f; git diff --cached --raw; git status --porcelain=v2 -uall --ignored");
}

Deno.test("commitTree() leaves out what looks like a secret, by name and by content, and says why", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(
      `mkdir -p deep/dir web tests/fixtures; echo A=1 > .env; echo A= > .env.example; echo x > deep/dir/id_ed25519`,
    );
    await sh(`printf 'x\\nconst t = "${token}";\\n' > web/api.ts; echo 'const t = next();' > web/main.ts`);
    await sh(`printf 'registry=x\\n' > .npmrc; echo '//r/:_authToken=${token}' > web/.npmrc`);
    await sh("echo '-----BEGIN CERTIFICATE-----' > ca.pem; echo '-----BEGIN PRIVATE KEY-----' > tls.pem");
    await sh("cp tls.pem tests/fixtures/; printf 'a\\0ghp_' > blob.bin; echo more >> file");
    const outcome = committed(await apply("auto_commit"));
    assert.deepEqual((await sh("git show --format= --name-only HEAD")).trim().split("\n"), [
      ".env.example",
      ".npmrc",
      "blob.bin",
      "ca.pem",
      "file",
      "tests/fixtures/tls.pem",
      "web/main.ts",
    ]);
    const why = new Map(outcome.leftOut.map((one) => [one.path, one.why]));
    assert.deepEqual([...why.keys()].sort(), [".env", "deep/dir/id_ed25519", "tls.pem", "web/.npmrc", "web/api.ts"]);
    assert.match(why.get(".env")!, /by its name/);
    assert.match(why.get("web/api.ts")!, /a secret in it/);
    assert.match(why.get("web/.npmrc")!, /a login in it/);
    assert.ok(!JSON.stringify(outcome).includes(token));
    assert.deepEqual([...outcome.remaining].sort(), [".env", "deep/", "tls.pem", "web/.npmrc", "web/api.ts"]);
    assert.equal(await sh("cat .env; git status --porcelain -uall | wc -l"), "A=1\n5\n");
  });
});

Deno.test("commitTree() takes a tracked file with the secret it always had, and leaves one with a new secret", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh(`echo 't="${token}"' > old.ts; echo B=1 > .env; echo x > clean.ts; git add -f .; git commit -qm known`);
    await sh(`echo more >> old.ts; echo C=2 >> .env; echo 't="${other}"' >> clean.ts`);
    const outcome = committed(await apply("auto_commit"));
    assert.equal(await sh("git show --format= --name-only HEAD"), ".env\nold.ts\n");
    assert.deepEqual(outcome.leftOut.map(({ path }) => path), ["clean.ts"]);
  });
});

Deno.test("commitTree() leaves a secret that somebody staged in the index, also one that git ignores", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("echo '.env*' > .gitignore; git add .; git commit -qm ignore");
    await sh("echo A=1 > .env; git add -f .env; echo k > id_rsa; git add id_rsa; echo x > new");
    const outcome = committed(await apply("auto_commit"));
    assert.equal(await sh("git show --format= --name-only HEAD"), "new\n");
    assert.deepEqual(outcome.leftOut.map(({ path }) => path).sort(), [".env", "id_rsa"]);
    assert.equal(await sh("git status --porcelain"), "A  .env\nA  id_rsa\n");
  });
});

Deno.test("commitTree() leaves owned paths, also staged ones, and names them", async () => {
  await inRepository(async ({ git, sh, apply }) => {
    await sh("mkdir own; : > own/a; : > own/b; git add own/b; : > new");
    const tree = await checkTree({ git, logFolder: null, ownedPatterns: ["own/"] }) as DirtyTree;
    const outcome = committed(await apply("auto_commit", { tree }));
    assert.equal(await sh("git show --format= --name-only HEAD"), "new\n");
    assert.deepEqual(outcome.leftOut.map(({ path, why }) => `${path}: ${why}`).sort(), [
      "own/a: it is an owned path",
      "own/b: it is an owned path",
    ]);
    assert.deepEqual(outcome.remaining, []);
  });
});

Deno.test("commitTree() fails, names them and touches nothing when all that is uncommitted are secrets", async () => {
  await inRepository(async (repository) => {
    await repository.sh("echo A=1 > .env; echo k > id_rsa; git add id_rsa");
    const before = await indexOf(repository);
    const failed = failure(await repository.apply("auto_commit"));
    assert.match(failed.reason, /nothing is uncommitted but what no commit may take; have git ignore it/);
    assert.deepEqual(failed.leftOut.map(({ path }) => path).sort(), [".env", "id_rsa"]);
    assert.equal(await indexOf(repository), before);
  });
});

Deno.test("commitTree() never pushes, whatever the branch follows", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("git init -q --bare ../far.git; git remote add origin ../far.git; git push -q -u origin main");
    await sh("git config push.default current; git config remote.pushDefault origin");
    const before = await sh("git -C ../far.git for-each-ref");
    await sh(": > new");
    committed(await apply("auto_commit"));
    assert.equal(await sh("git -C ../far.git for-each-ref"), before);
  });
});

Deno.test("commitTree() reads no pipe and no socket while it looks for secrets", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("mkfifo pipe; ln -s pipe link.ts; ln -s /etc/passwd id.ts; : > new");
    committed(await apply("auto_commit"));
    assert.equal(await sh("git show --format= --name-only HEAD"), "id.ts\nlink.ts\nnew\n");
  });
});

Deno.test("commitTree() reads only the beginning of each file", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("head -c 3000000 /dev/zero | tr '\\0' a > large.txt");
    let longest = 0;
    const real = denoFiles();
    const counting: Files = {
      ...real,
      readBytes: (path, range) => {
        longest = Math.max(longest, range.length);
        return real.readBytes(path, range);
      },
    };
    committed(await apply("auto_commit", { files: counting }));
    assert.equal(longest, 64 * 1024);
  });
});

// The user's index with everything in it that an index can hold beside plain entries.
const fullIndex = "mkdir d; : > d/x; echo s > a; git add a; git commit -qm a; echo changed > file; echo st > other; " +
  "git add other; echo later > other; : > ita; git add -N ita; : > new; echo A=1 > .env; git update-index " +
  "--assume-unchanged a; git rm -q --cached d/x 2>/dev/null; echo bin > run; chmod +x run; git add run";

const failures: readonly (readonly [what: string, prepare: (r: TempRepository) => Promise<unknown>, reason: RegExp])[] =
  [
    ["a hook refuses", (r) => setHook(r, "pre-commit", "echo no way >&2; exit 1"), /no way/],
    ["a hook adds files and then refuses", (r) => setHook(r, "pre-commit", "git add -A; echo no >&2; exit 1"), /no/],
    ["a hook refuses the message", (r) => setHook(r, "commit-msg", "echo bad words >&2; exit 1"), /bad words/],
    ["a hook that the user keeps elsewhere refuses", async (r) => {
      await r.sh(
        "mkdir ../h; printf '#!/bin/sh\\necho elsewhere >&2\\nexit 1\\n' > ../h/pre-commit; chmod +x ../h/pre-commit",
      );
      await r.sh("git config core.hooksPath ../h");
    }, /elsewhere/],
    ["a hook hangs", (r) => setHook(r, "pre-commit", "sleep 30"), /did not end within/],
    ["another git holds the index", (r) => r.sh("touch .git/index.lock"), /another git holds/],
    ["another git holds the branch", (r) => r.sh("touch .git/HEAD.lock"), /cannot lock ref/],
    [
      "a filter fails",
      (r) =>
        r.sh(
          "git config filter.big.clean false; git config filter.big.required true; echo 'new filter=big' > .git/info/attributes",
        ),
      /filter/,
    ],
  ];

for (const [what, prepare, reason] of failures) {
  Deno.test(`commitTree() leaves the index exactly as it was when ${what}`, async () => {
    await inRepository(async (repository) => {
      await repository.sh(fullIndex);
      await prepare(repository);
      const before = await indexOf(repository);
      const failed = failure(await repository.apply("auto_commit", { commitTimeoutMs: 1_000 }));
      assert.match(failed.reason, reason);
      assert.deepEqual(failed.leftOut.map(({ path }) => path), [".env"]);
      assert.equal(await indexOf(repository), before);
      await repository.sh('rm -f .git/HEAD.lock; test ! -e .git/index.lock || test -z "$(cat .git/index.lock)"');
    });
  });
}

Deno.test("commitTree() commits unsigned when signing is on and its key is missing", async () => {
  for (const format of ["ssh", "openpgp"]) {
    await inRepository(async ({ sh, apply }) => {
      await sh(`git config commit.gpgsign true; git config gpg.format ${format}; git config user.signingkey /missing`);
      await sh(": > new");
      committed(await apply("auto_commit"));
      assert.ok(!(await sh("git cat-file commit HEAD")).includes("gpgsig"));
    });
  }
});

Deno.test("commitTree() refuses a file that became a folder, or the other way round, and touches nothing", async () => {
  for (
    const script of [
      "rm file; mkdir file; : > file/in",
      "mkdir d; : > d/a; git add d; git commit -qm d; rm -r d; : > d",
    ]
  ) {
    await inRepository(async (repository) => {
      await repository.sh(script);
      const before = await indexOf(repository);
      assert.match(failure(await repository.apply("auto_commit")).reason, /'(file|d)' was a file and is a folder/);
      assert.equal(await indexOf(repository), before);
    });
  }
});

Deno.test("commitTree() commits what lies outside of a sparse checkout", async () => {
  await inRepository(async ({ sh, apply, check }) => {
    await sh(
      "mkdir a b; : > a/f; : > b/f; git add .; git commit -qm ab; git sparse-checkout set a; mkdir -p b; echo own > b/x",
    );
    committed(await apply("auto_commit"));
    assert.equal(await sh("git show HEAD:b/x"), "own\n");
    assert.equal(await sh("git ls-tree -r --name-only HEAD | wc -l"), "5\n", "nothing else is gone");
    assert.equal((await check()).kind, "clean");
  });
});

Deno.test("commitTree() commits beside a repository that has no commit yet", async () => {
  await inRepository(async ({ sh, apply }) => {
    await sh("git init -q in; : > in/x; : > new");
    const outcome = committed(await apply("auto_commit"));
    assert.equal(await sh("git show --format= --name-only HEAD"), "new\n");
    assert.deepEqual(outcome.leftOut, [{ path: "in/", why: "it is a repository of its own" }]);
  });
});

Deno.test("commitTree() commits in repositories of every kind: split index, SHA-256, line ends", async () => {
  const kinds = [
    "git update-index --split-index",
    "rm -rf .git; git init -q --object-format=sha256; git add .; git commit -qm again",
    "git config core.autocrlf true; printf 'a\\r\\nb\\n' > mixed",
    "git config core.fsmonitor true; git config core.untrackedCache true; git update-index --index-version 4",
  ];
  for (const script of kinds) {
    await inRepository(async ({ sh, apply, check }) => {
      await sh(`${script}; echo c > file; : > new`);
      const outcome = committed(await apply("auto_commit"));
      assert.equal((await sh("git rev-parse HEAD")).trim(), outcome.ref, script);
      assert.equal((await check()).kind, "clean", script);
    });
  }
});
