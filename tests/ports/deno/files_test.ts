// Guards the file system on the real one: private, in one step, and every fault named in one word.
import assert from "node:assert/strict";
import { FileFault } from "../../../src/ports/files.ts";
import type { FileFaultKind } from "../../../src/ports/files.ts";
import { files, inFolder } from "../../store/log_folder.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const isRoot = Deno.uid() === 0;

function modeOf(path: string): number {
  return Deno.lstatSync(path).mode! & 0o777;
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

function faultOf(operation: () => unknown): FileFaultKind {
  try {
    operation();
  } catch (thrown) {
    assert.ok(thrown instanceof FileFault, String(thrown));
    assert.ok(thrown.message !== "" && thrown.path !== "");
    return thrown.kind;
  }
  throw new Error("nothing was thrown");
}

Deno.test("writeAtomic() makes a private file whole, and replaces it in one step", async () => {
  await inFolder((folder) => {
    const path = `${folder}/a`;
    Deno.writeTextFileSync(path, "old", { mode: 0o644 });
    const before = Deno.statSync(path).ino;
    files.writeAtomic(path, "é new", { isDurable: true });
    assert.equal(Deno.readTextFileSync(path), "é new");
    assert.equal(modeOf(path), 0o600);
    assert.notEqual(Deno.statSync(path).ino, before);
    files.writeAtomic(path, new Uint8Array([0, 255]));
    assert.deepEqual(Deno.readFileSync(path), new Uint8Array([0, 255]));
    files.writeAtomic(path, "");
    assert.equal(Deno.statSync(path).size, 0);
    assert.deepEqual(namesIn(folder), ["a"]);
  });
});

Deno.test("writeAtomic() leaves neither a half nor a temporary file when it fails", async () => {
  await inFolder((folder) => {
    Deno.mkdirSync(`${folder}/taken/full`, { recursive: true });
    assert.equal(faultOf(() => files.writeAtomic(`${folder}/taken`, "x")), "other");
    assert.equal(faultOf(() => files.writeAtomic(`${folder}/no/such/file`, "x")), "missing");
    assert.deepEqual(namesIn(folder), ["taken"]);
  });
});

Deno.test("writeAtomic() replaces a link instead of writing through it", async () => {
  await inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/target`, "precious");
    Deno.symlinkSync("target", `${folder}/link`);
    files.writeAtomic(`${folder}/link`, "x");
    assert.equal(Deno.readTextFileSync(`${folder}/target`), "precious");
    assert.equal(Deno.lstatSync(`${folder}/link`).isSymlink, false);
  });
});

Deno.test("append() makes a private file and adds to its end", async () => {
  await inFolder((folder) => {
    const path = `${folder}/log`;
    assert.equal(files.append(path, bytes("one\n")), 4);
    assert.equal(files.append(path, bytes("two\n")), 4);
    assert.equal(files.append(path, new Uint8Array()), 0);
    assert.equal(Deno.readTextFileSync(path), "one\ntwo\n");
    assert.equal(modeOf(path), 0o600);
    assert.equal(faultOf(() => files.append(folder, bytes("x"))), "other");
    assert.equal(faultOf(() => files.append(`${folder}/no/log`, bytes("x"))), "missing");
  });
});

Deno.test("link() points a name elsewhere in one step, also from one target to the next", async () => {
  await inFolder((folder) => {
    const path = `${folder}/current`;
    files.link(path, "rounds/R1.log");
    files.link(path, "rounds/R2.log");
    assert.equal(files.readLink(path), "rounds/R2.log");
    assert.deepEqual(namesIn(folder), ["current"]);
    Deno.writeTextFileSync(`${folder}/file`, "x");
    files.link(`${folder}/file`, "current");
    assert.equal(files.readLink(`${folder}/file`), "current");
    Deno.mkdirSync(`${folder}/dir/x`, { recursive: true });
    assert.equal(faultOf(() => files.link(`${folder}/dir`, "x")), "other");
    assert.deepEqual(namesIn(folder), ["current", "dir", "file"], "no temporary link is left");
  });
});

Deno.test("makeDir() makes private folders and their parents, and does not mind that they exist", async () => {
  await inFolder((folder) => {
    files.makeDir(`${folder}/a/b`);
    files.makeDir(`${folder}/a/b`);
    assert.deepEqual([modeOf(`${folder}/a`), modeOf(`${folder}/a/b`)], [0o700, 0o700]);
    Deno.writeTextFileSync(`${folder}/file`, "");
    assert.throws(() => files.makeDir(`${folder}/file`), FileFault);
    assert.throws(() => files.makeDir(`${folder}/file/below`), FileFault);
  });
});

Deno.test("reading what is not there gives null, and an empty list", async () => {
  await inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "x");
    for (const path of [`${folder}/absent`, `${folder}/no/such/path`, `${folder}/file/below`]) {
      assert.equal(files.readText(path), null);
      assert.equal(files.readBytes(path, { offset: 0, length: 5 }), null);
      assert.equal(files.openReader(path), null);
      assert.equal(files.stat(path), null);
      assert.equal(files.lstat(path), null);
      assert.equal(files.readLink(path), null);
      assert.equal(files.realPath(path), null);
      assert.equal(files.remove(path), false);
      assert.deepEqual(files.list(path), []);
    }
  });
});

Deno.test("readText() makes U+FFFD of what is no UTF-8", async () => {
  await inFolder((folder) => {
    Deno.writeFileSync(`${folder}/a`, new Uint8Array([0x61, 0xff, 0x62]));
    assert.equal(files.readText(`${folder}/a`), "a\uFFFDb");
    assert.equal(faultOf(() => files.readText(folder)), "other");
  });
});

Deno.test("readBytes() reads a range, and what there is of one", async () => {
  await inFolder((folder) => {
    const path = `${folder}/a`;
    Deno.writeTextFileSync(path, "0123456789");
    const read = (offset: number, length: number) =>
      new TextDecoder().decode(files.readBytes(path, { offset, length })!);
    assert.deepEqual([read(0, 3), read(8, 100), read(10, 1), read(50, 5), read(0, 0)], ["012", "89", "", "", ""]);
    assert.equal(read(0, 1e15), "0123456789", "no buffer of the asked size is made");
  });
});

Deno.test("openReader() reads at any offset and sees the file grow", async () => {
  await inFolder((folder) => {
    const path = `${folder}/a`;
    Deno.writeTextFileSync(path, "abc");
    const reader = files.openReader(path)!;
    const into = new Uint8Array(10);
    assert.equal(reader.readAt(1, into), 2);
    assert.equal(new TextDecoder().decode(into.subarray(0, 2)), "bc");
    assert.equal(reader.readAt(3, into), 0);
    files.append(path, bytes("def"));
    assert.equal(reader.size(), 6);
    assert.equal(reader.readAt(3, into), 3);
    reader.close();
  });
});

Deno.test("stat() follows links, lstat() does not", async () => {
  await inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "abc");
    Deno.symlinkSync("a", `${folder}/l`);
    Deno.symlinkSync("nowhere", `${folder}/dangling`);
    const stat = files.stat(`${folder}/l`)!;
    assert.deepEqual([stat.size, stat.isFile, stat.isSymlink], [3, true, false]);
    assert.ok(Math.abs(stat.modifiedAt - Date.now()) < 60_000);
    assert.equal(stat.inode, files.stat(`${folder}/a`)!.inode);
    assert.equal(files.lstat(`${folder}/l`)!.isSymlink, true);
    assert.equal(files.stat(`${folder}/dangling`), null);
    assert.equal(files.lstat(`${folder}/dangling`)!.isSymlink, true);
    assert.equal(files.realPath(`${folder}/l`), `${Deno.realPathSync(folder)}/a`);
    assert.equal(files.stat(folder)!.isDirectory, true);
  });
});

Deno.test("rename(), remove(), chmod() and list() do what they say", async () => {
  await inFolder((folder) => {
    files.writeAtomic(`${folder}/b`, "");
    files.writeAtomic(`${folder}/a`, "");
    assert.deepEqual(files.list(folder), ["a", "b"]);
    files.rename(`${folder}/a`, `${folder}/c`);
    files.chmod(`${folder}/c`, 0o700);
    assert.equal(modeOf(`${folder}/c`), 0o700);
    assert.equal(files.remove(`${folder}/b`), true);
    assert.equal(files.remove(`${folder}/b`), false);
    assert.equal(faultOf(() => files.rename(`${folder}/x`, `${folder}/y`)), "missing");
    assert.equal(faultOf(() => files.chmod(`${folder}/x`, 0o600)), "missing");
    files.makeDir(`${folder}/d/e`);
    assert.equal(faultOf(() => files.remove(`${folder}/d`)), "other");
    assert.equal(files.remove(`${folder}/d`, { isRecursive: true }), true);
    assert.deepEqual(files.list(folder), ["c"]);
  });
});

Deno.test("every operation closes what it opened", async () => {
  await inFolder((folder) => {
    for (let i = 0; i < 3000; i++) {
      files.append(`${folder}/a`, bytes("x"));
      files.readBytes(`${folder}/a`, { offset: 0, length: 1 });
      files.writeAtomic(`${folder}/b`, "x");
    }
    assert.equal(files.stat(`${folder}/a`)!.size, 3000);
  });
});

Deno.test({
  name: "(needs a user who is not root) a folder without rights gives 'denied'",
  ignore: isRoot && !canRunAsOther(),
  async fn() {
    await inFolder(async (folder) => {
      Deno.mkdirSync(`${folder}/closed`);
      Deno.writeTextFileSync(`${folder}/closed/a`, "x");
      Deno.chmodSync(`${folder}/closed`, 0o000);
      Deno.chmodSync(folder, 0o755);
      const kinds = await kindsAsOther(folder, [
        `files.readText("${folder}/closed/a")`,
        `files.writeAtomic("${folder}/closed/b", "x")`,
        `files.append("${folder}/closed/a", new Uint8Array(1))`,
        `files.list("${folder}/closed")`,
        `files.stat("${folder}/closed/a")`,
        `files.makeDir("${folder}/closed/d")`,
      ]);
      Deno.chmodSync(`${folder}/closed`, 0o700);
      assert.deepEqual(kinds, Array(6).fill("denied"));
    });
  },
});

Deno.test({
  name: "(needs the right to mount) a full disk gives 'full', writes what still fits, and leaves no temporary file",
  ignore: !canMount(),
  async fn() {
    await inFolder((folder) => {
      mount(["-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", folder]);
      try {
        files.writeAtomic(`${folder}/kept`, "old");
        const big = new Uint8Array(100 * 1024);
        const written = files.append(`${folder}/log`, big);
        assert.ok(written > 0 && written < big.length, `${written} bytes`);
        assert.equal(faultOf(() => files.append(`${folder}/log`, big)), "full");
        assert.equal(faultOf(() => files.writeAtomic(`${folder}/kept`, big)), "full");
        assert.equal(Deno.readTextFileSync(`${folder}/kept`), "old");
        assert.deepEqual(namesIn(folder), ["kept", "log"]);
      } finally {
        unmount(folder);
      }
    });
  },
});

Deno.test({
  name: "(needs the right to mount) a file system that is read-only gives 'read_only'",
  ignore: !canMount(),
  async fn() {
    await inFolder((folder) => {
      mount(["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
      try {
        files.writeAtomic(`${folder}/a`, "x");
        mount(["-o", "remount,ro", folder]);
        const operations = [
          () => files.append(`${folder}/a`, bytes("x")),
          () => files.writeAtomic(`${folder}/b`, "x"),
          () => files.makeDir(`${folder}/d`),
          () => files.remove(`${folder}/a`),
          () => files.link(`${folder}/l`, "a"),
          () => files.rename(`${folder}/a`, `${folder}/b`),
        ];
        assert.deepEqual(operations.map(faultOf), Array(operations.length).fill("read_only"));
        assert.equal(files.readText(`${folder}/a`), "x");
      } finally {
        unmount(folder);
      }
    });
  },
});

function mount(args: readonly string[]): void {
  assert.ok(new Deno.Command("mount", { args: [...args] }).outputSync().success);
}

function unmount(folder: string): void {
  assert.ok(new Deno.Command("umount", { args: [folder] }).outputSync().success);
}

/** Only root may mount, and not in every container. */
function canMount(): boolean {
  if (!isRoot || Deno.build.os !== "linux") return false;
  const folder = Deno.makeTempDirSync();
  try {
    if (!new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder] }).outputSync().success) {
      return false;
    }
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    Deno.removeSync(folder);
  }
}

/** Root may read everything: another user has to try. */
function canRunAsOther(): boolean {
  try {
    return new Deno.Command("setpriv", { args: ["--reuid=65534", Deno.execPath(), "--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

/** Runs each expression in a process that is not root; the kinds of the faults. */
async function kindsAsOther(folder: string, expressions: readonly string[]): Promise<string[]> {
  const source = new URL("../../../src/ports/deno/files.ts", import.meta.url);
  const bundle = `${folder}/program.ts`;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  Deno.writeTextFileSync(
    bundle,
    `import { denoFiles } from "${source}";\nconst files = denoFiles();\n` +
      expressions.map((text) => `try { ${text}; console.log("none") } catch (t) { console.log(t.kind) }`).join("\n"),
    { mode: 0o644 },
  );
  const args = ["run", "-A", "--no-check", "--no-lock", "--config", config, bundle];
  const command = isRoot
    ? new Deno.Command("setpriv", {
      args: ["--reuid=65534", "--clear-groups", Deno.execPath(), ...args],
      env: { DENO_DIR: `${folder}/cache`, HOME: "/tmp" },
    })
    : new Deno.Command(Deno.execPath(), { args });
  const { stdout, stderr } = await command.output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assert.equal(lines.length, expressions.length, new TextDecoder().decode(stderr));
  return lines;
}
