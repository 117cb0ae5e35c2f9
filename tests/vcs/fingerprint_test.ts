// Guards the substrate hash: its form, its bounds, and that no pattern or file can break it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Clock } from "../../src/ports/clock.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import type { Files } from "../../src/ports/files.ts";
import { pathsHash } from "../../src/vcs/fingerprint.ts";
import type { FingerprintLimits } from "../../src/vcs/fingerprint.ts";

const files = denoFiles();

function clockAt(step: number): Clock {
  let time = 0;
  return { now: () => 0, monotonic: () => time += step, sleep: () => Promise.resolve("elapsed") };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function inFolder(content: Record<string, string>, body: (dir: string) => Promise<void>): Promise<void> {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "agent-runner-print-" }));
  const dir = `${base}/work`;
  try {
    for (const [path, text] of Object.entries({ ".keep": "", ...content })) {
      Deno.mkdirSync(`${dir}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${dir}/${path}`, text);
    }
    await body(dir);
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}

function hashOf(
  workDir: string,
  patterns: readonly string[],
  options: { limits?: Partial<FingerprintLimits>; excludedFolders?: readonly string[]; clock?: Clock; files?: Files } =
    {},
) {
  return pathsHash({ files, clock: clockAt(0), workDir, patterns, ...options });
}

Deno.test("pathsHash() has the documented form when files match", async () => {
  await inFolder({ "b.md": "two", "a/x.md": "one", "c.txt": "no" }, async (dir) => {
    const print = await hashOf(dir, ["**/*.md", "b.md"]);
    assert.equal(print.hash, sha256(`a/x.md\n${sha256("one")}\nb.md\n${sha256("two")}\n`));
    assert.equal(print.fileCount, 2);
    assert.equal(print.cutBy, null);
  });
});

Deno.test("pathsHash() changes when a file's content, name or number changes", async () => {
  await inFolder({ "a": "1", "b": "1" }, async (dir) => {
    const seen = new Set<string | null>();
    const look = async () => seen.add((await hashOf(dir, ["*"])).hash);
    await look();
    await look();
    assert.equal(seen.size, 1);
    Deno.writeTextFileSync(`${dir}/a`, "2");
    await look();
    Deno.renameSync(`${dir}/a`, `${dir}/c`);
    await look();
    Deno.removeSync(`${dir}/c`);
    await look();
    assert.equal(seen.size, 4);
  });
});

Deno.test("pathsHash() is null when nothing matches or nothing is asked", async () => {
  await inFolder({ "a": "1" }, async (dir) => {
    for (const patterns of [[], ["nothing"], ["a/b"], ["*/"]]) assert.equal((await hashOf(dir, patterns)).hash, null);
    assert.equal((await hashOf(`${dir}/gone`, ["**"])).hash, null);
  });
});

Deno.test("pathsHash() reports patterns when they cannot be used and goes on with the rest", async () => {
  await inFolder({ "a": "1" }, async (dir) => {
    const print = await hashOf(dir, ["", "/etc/hostname", "../*", "a"]);
    assert.deepEqual(print.ignoredPatterns.map((ignored) => ignored.pattern), ["", "/etc/hostname", "../*"]);
    assert.equal(print.hash, sha256(`a\n${sha256("1")}\n`));
  });
});

Deno.test("pathsHash() leaves out .git, excluded folders and all that is no regular file", async () => {
  await inFolder({ "a": "1", ".git/config": "x", "sub/.git/x": "y", "logs/e": "z" }, async (dir) => {
    await new Deno.Command("mkfifo", { args: [`${dir}/pipe`] }).output();
    Deno.symlinkSync("/dev/zero", `${dir}/zero`);
    Deno.symlinkSync(".", `${dir}/loop`);
    Deno.symlinkSync("nowhere", `${dir}/dangling`);
    Deno.symlinkSync("a", `${dir}/again`);
    const print = await hashOf(dir, ["**", ".git/config", "*/.git/*"], { excludedFolders: [`${dir}/logs`] });
    assert.equal(print.hash, sha256(`.keep\n${sha256("")}\na\n${sha256("1")}\n`));
  });
});

Deno.test("pathsHash() sees a change through a symlink when a pattern names it", async () => {
  await inFolder({ "a": "1" }, async (dir) => {
    Deno.mkdirSync(`${dir}/../shared`);
    Deno.writeTextFileSync(`${dir}/../shared/p.md`, "one");
    Deno.symlinkSync("../shared", `${dir}/prompts`);
    assert.equal((await hashOf(dir, ["prompts/*.md"])).hash, sha256(`prompts/p.md\n${sha256("one")}\n`));
  });
});

Deno.test("pathsHash() counts large files by size and time when limits are reached", async () => {
  await inFolder({ "a": "12345", "b": "12345" }, async (dir) => {
    const small = await hashOf(dir, ["[ab]", "a", "b"]);
    const perFile = await hashOf(dir, ["a", "b"], { limits: { maxFileBytes: 4 } });
    const inTotal = await hashOf(dir, ["a", "b"], { limits: { maxTotalBytes: 7 } });
    assert.equal(new Set([small.hash, perFile.hash, inTotal.hash]).size, 3);
    Deno.utimeSync(`${dir}/b`, 1, 1);
    assert.notEqual((await hashOf(dir, ["a", "b"], { limits: { maxTotalBytes: 7 } })).hash, inTotal.hash);
    assert.equal((await hashOf(dir, ["a", "b"])).hash, small.hash);
  });
});

Deno.test("pathsHash() says what cut it when there is too much", async () => {
  await inFolder(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`d${i}/f`, "x"])), async (dir) => {
    const some = await hashOf(dir, ["**/f"], { limits: { maxFiles: 10 } });
    assert.deepEqual([some.fileCount, some.cutBy], [10, "files"]);
    assert.equal((await hashOf(dir, ["**/f"], { limits: { maxVisited: 12 } })).cutBy, "visited");
    const late = await hashOf(dir, ["**/f"], { limits: { budgetMs: 20 }, clock: clockAt(1) });
    assert.deepEqual([late.hash, late.cutBy], [null, "time"]);
  });
});

Deno.test("pathsHash() skips a file when it cannot be read", async () => {
  await inFolder({ "a": "1", "b": "2" }, async (dir) => {
    const broken: Files = {
      ...files,
      readBytes: (path, range) => {
        if (path.endsWith("/b")) throw new Error("no");
        return files.readBytes(path, range);
      },
    };
    assert.equal((await hashOf(dir, ["a", "b"], { files: broken })).hash, sha256(`a\n${sha256("1")}\n`));
  });
});
