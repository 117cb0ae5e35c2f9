// Guards bringing salvages back, on real git: all of it or nothing, and never over what is there.
import assert from "node:assert/strict";
import { listSalvages } from "../../src/vcs/salvage_refs.ts";
import type { Salvage } from "../../src/vcs/salvage_refs.ts";
import { restoreSalvage } from "../../src/vcs/salvage_restore.ts";
import type { RestoreOutcome } from "../../src/vcs/salvage_restore.ts";
import type { Git } from "../../src/vcs/git.ts";
import { clock, files, save } from "./salvage_stage.ts";
import { inRepository } from "./temp_repository.ts";
import type { TempRepository } from "./temp_repository.ts";

/** Saves what a script does to the tree, then puts the tree back. */
async function salvageOf(repository: TempRepository, script: string, git = repository.git): Promise<Salvage> {
  await repository.sh(script);
  await save(repository, { git });
  await repository.sh("git reset -q --hard; git clean -qfdx");
  const all = await listSalvages(repository.git.call);
  assert.ok(Array.isArray(all) && all.length > 0, JSON.stringify(all));
  return all.at(-1)!;
}

function restore(
  repository: TempRepository,
  salvage: Salvage,
  { paths = null, git = repository.git }: { readonly paths?: readonly string[] | null; readonly git?: Git } = {},
): Promise<RestoreOutcome> {
  const scratchFolder = `${repository.root}/../logs`;
  return restoreSalvage({ git, files, clock, salvage, paths, scratchFolder, pid: 7 });
}

function restored(outcome: RestoreOutcome) {
  assert.equal(outcome.kind, "restored", JSON.stringify(outcome));
  return outcome as RestoreOutcome & { kind: "restored" };
}

function blocked(outcome: RestoreOutcome): Record<string, string> {
  assert.equal(outcome.kind, "blocked", JSON.stringify(outcome));
  return Object.fromEntries(
    (outcome as RestoreOutcome & { kind: "blocked" }).blocked.map((row) => [row.path, row.why]),
  );
}

const everything =
  "rm other; echo changed > file; chmod +x file; mkdir d; printf z > d/z; ln -s d link; printf n > 'new\nline';" +
  "printf b > \"$(printf 'bad\\377')\"; printf g > 'g*'; printf c > :c; printf d > -d; git add -N d/z";

Deno.test("restoreSalvage() brings every kind of change back, and again changes nothing", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh("echo r > \"$(printf 'raw\\376')\"; git add .; git commit -qm raw");
    const salvage = await salvageOf(repository, `${everything}; rm raw*`);
    const index = await sh("git ls-files --stage; git stash list");
    const outcome = restored(await restore(repository, salvage));
    assert.deepEqual([outcome.removed.length, outcome.written.length, outcome.unchanged], [2, 8, []]);
    assert.equal(
      await sh("cat file; cat d/z 'new\nline' bad* 'g*' :c ./-d; readlink link; test -x file && echo x; ls"),
      "changed\nznbgcdd\nx\n-d\n:c\nbad\xff\nd\nfile\ng*\nlink\nnew\nline\n".replace("\xff", "\ufffd"),
    );
    assert.equal(await sh("git ls-files --stage; git stash list"), index, "the user's index is as it was");
    const again = restored(await restore(repository, salvage));
    assert.deepEqual([again.written, again.removed, again.unchanged.length], [[], [], 10]);
  });
});

Deno.test("restoreSalvage() refuses all of it, naming the paths, where one would be overwritten", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    const salvage = await salvageOf(repository, "rm other; echo changed > file; echo a > fresh; echo b > fine");
    await sh("echo mine > file; echo mine > fresh; echo mine > other");
    assert.deepEqual(blocked(await restore(repository, salvage)), {
      file: "it has changed since the salvage was made",
      fresh: "another file of this name is there",
      other: "it has changed since the salvage was made",
    });
    assert.equal(await sh("cat file fresh other; ls"), "mine\nmine\nmine\nfile\nfresh\nother\n");
    assert.deepEqual(restored(await restore(repository, salvage, { paths: ["fine"] })).written, ["fine"]);
    await sh("git checkout -q .; echo newer > file; git commit -qam newer; rm fresh fine");
    assert.deepEqual(
      Object.keys(blocked(await restore(repository, salvage))),
      ["file"],
      "a later commit is not undone",
    );
  });
});

Deno.test("restoreSalvage() puts back what is missing, and leaves missing what it deletes", async () => {
  await inRepository(async (repository) => {
    const salvage = await salvageOf(repository, "rm other; echo changed > file");
    await repository.sh("rm file other");
    assert.deepEqual(restored(await restore(repository, salvage)).written, ["file"]);
    assert.equal(await repository.sh("cat file; ls"), "changed\nfile\n");
  });
});

Deno.test("restoreSalvage() takes single files and folders, and says which it has nothing of", async () => {
  await inRepository(async (repository) => {
    const salvage = await salvageOf(repository, "mkdir -p d/e; : > d/a; : > d/e/b; : > dd; echo x > file");
    assert.deepEqual(await restore(repository, salvage, { paths: ["d", "other", "d/none"] }), {
      kind: "not_in_it",
      paths: ["other", "d/none"],
    });
    assert.deepEqual(restored(await restore(repository, salvage, { paths: ["d"] })).written, ["d/a", "d/e/b"]);
    assert.deepEqual(restored(await restore(repository, salvage, { paths: ["."] })).written, ["dd", "file"]);
  });
});

Deno.test("restoreSalvage() never writes through a link, nor over a folder", async () => {
  await inRepository(async (repository) => {
    const { root, sh } = repository;
    const salvage = await salvageOf(repository, "mkdir d; echo d > d/a; echo f > f");
    await sh("mkdir ../outside; ln -s ../outside d; mkdir f; : > f/mine");
    assert.deepEqual(blocked(await restore(repository, salvage)), {
      "d/a": "a link or a file is where its folder would be",
      f: "a folder is there",
    });
    assert.deepEqual([...Deno.readDirSync(`${root}/../outside`)], []);
  });
});

Deno.test("restoreSalvage() turns folders into files and back as the salvage did", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh("mkdir -p d/e; echo 1 > d/a; echo 1 > d/e/b; git add .; git commit -qm d");
    const salvage = await salvageOf(repository, "rm -r d file; echo f > d; mkdir file; : > file/in");
    restored(await restore(repository, salvage));
    assert.equal(await sh("cat d; ls file"), "f\nin\n");
    await sh("git reset -q --hard; git clean -qfd; : > d/mine");
    assert.deepEqual(blocked(await restore(repository, salvage)), { d: "a folder is there" });
  });
});

Deno.test("restoreSalvage() works in a folder of a larger repository, on an unborn branch and with filters that fail", async () => {
  await inRepository(async (repository) => {
    const { root, sh, gitAt } = repository;
    await sh("mkdir mine; echo 1 > mine/a; git add .; git commit -qm mine");
    const git = gitAt(`${root}/mine`);
    const salvage = await salvageOf(repository, "echo 2 > mine/b; rm mine/a", git);
    await sh("echo theirs > other");
    const outcome = restored(await restore(repository, salvage, { git }));
    assert.deepEqual([outcome.written, outcome.removed], [["b"], ["a"]]);
    assert.equal(await sh("cat mine/b other; ls mine"), "2\ntheirs\nb\n");
  });
  await inRepository(async (repository) => {
    const { sh } = repository;
    await sh("echo a > a; git add a; echo b > a");
    await save(repository);
    await sh("git rm -q --cached a; rm a");
    const [salvage] = await listSalvages(repository.git.call) as readonly Salvage[];
    assert.deepEqual(restored(await restore(repository, salvage!)).written, ["a"]);
    assert.equal(await sh("cat a"), "b\n");
  }, { isUnborn: true });
  await inRepository(async (repository) => {
    const { sh } = repository;
    const script =
      "for s in clean smudge; do git config filter.lost.$s false; done; git config filter.lost.required true";
    await sh("echo '*.big filter=lost' > .gitattributes; git add .; git commit -qm a");
    const salvage = await salvageOf(repository, `${script}; echo content > a.big; echo x > file`);
    assert.equal(salvage.isUnfiltered, true);
    restored(await restore(repository, salvage));
    assert.equal(await sh("cat a.big file"), "content\nx\n");
  });
});

Deno.test("restoreSalvage() leaves submodules to themselves and says so", async () => {
  await inRepository(async (repository) => {
    const { root, sh } = repository;
    await sh("git init -q ../lib; cd ../lib; echo 1 > l; git add l; git commit -qm l");
    await sh(`git submodule add -q ${root}/../lib lib; git commit -qm sub`);
    const salvage = await salvageOf(repository, "git -C lib commit -q --allow-empty -m moved; echo x > file");
    const outcome = restored(await restore(repository, salvage));
    assert.deepEqual([outcome.written, outcome.pointers], [["file"], ["lib"]]);
  });
});

Deno.test("restoreSalvage() fails with the reason and changes nothing when its objects are lost", async () => {
  await inRepository(async (repository) => {
    const salvage = await salvageOf(repository, "echo changed > file");
    const outcome = await restore(repository, { ...salvage, sha: "0".repeat(39) + "1" });
    assert.equal(outcome.kind, "failed");
    assert.equal(await repository.sh("cat file"), "one\n");
  });
});
