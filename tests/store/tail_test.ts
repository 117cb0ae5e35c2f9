// Guards the reader of one growing file on a real file system.
import assert from "node:assert/strict";
import { longestRead } from "../../src/store/line_blocks.ts";
import { Tail } from "../../src/store/tail.ts";
import { files, inFolder } from "./log_folder.ts";

function append(path: string, text: string): void {
  Deno.writeTextFileSync(path, text, { append: true });
}

function drain(tail: Tail): string[] {
  const lines: string[] = [];
  for (let hasMore = true; hasMore;) {
    const step = tail.next();
    lines.push(...step.lines);
    hasMore = step.hasMore;
  }
  return lines;
}

Deno.test("next() gives each line once, whole, however it is written", async () => {
  await inFolder((folder) => {
    const path = `${folder}/log`;
    const tail = new Tail(files, { path, from: "start" });
    assert.deepEqual(drain(tail), []);
    append(path, "a\nb");
    assert.deepEqual(drain(tail), ["a"]);
    append(path, "c\n\nd\n");
    assert.deepEqual(drain(tail), ["bc", "", "d"]);
    assert.deepEqual(drain(tail), []);
  });
});

Deno.test("next() joins characters whose bytes are split", async () => {
  await inFolder((folder) => {
    const path = `${folder}/log`;
    const bytes = new TextEncoder().encode("日本é\n");
    const tail = new Tail(files, { path, from: "start" });
    const seen: string[] = [];
    for (const byte of bytes) {
      Deno.writeFileSync(path, new Uint8Array([byte]), { append: true });
      seen.push(...drain(tail));
    }
    assert.deepEqual(seen, ["日本é"]);
  });
});

Deno.test("next() starts again when the file was cut to less, or written anew with more", async () => {
  await inFolder((folder) => {
    const path = `${folder}/log`;
    append(path, "first 1\nfirst 2\n");
    const tail = new Tail(files, { path, from: "end" });
    Deno.writeTextFileSync(path, "second\n");
    assert.deepEqual(drain(tail), ["second"]);
    Deno.writeTextFileSync(path, "third and much longer than what was there\nmore\n");
    assert.deepEqual(drain(tail), ["third and much longer than what was there", "more"]);
  });
});

Deno.test("next() starts again when the file was replaced or removed and made again", async () => {
  await inFolder((folder) => {
    const path = `${folder}/log`;
    append(path, "one\ntwo\n");
    const tail = new Tail(files, { path, from: "end" });
    Deno.writeTextFileSync(`${path}.new`, "1st\n2nd\n3rd\n");
    Deno.renameSync(`${path}.new`, path);
    assert.deepEqual(drain(tail), ["1st", "2nd", "3rd"]);
    Deno.removeSync(path);
    assert.deepEqual(drain(tail), []);
    append(path, "one\ntwo\nthree\nfour\n");
    assert.deepEqual(drain(tail), ["one", "two", "three", "four"]);
  });
});

Deno.test("next() skips a line over 4 MiB, also one it began in", async () => {
  await inFolder((folder) => {
    const path = `${folder}/log`;
    append(path, `${"x".repeat(longestRead + 10)}`);
    const late = new Tail(files, { path, from: "end" });
    const early = new Tail(files, { path, from: "start" });
    append(path, "\nshort\n");
    for (const tail of [early, late]) assert.equal(drain(tail).join().slice(0, 20), "short");
  });
});

Deno.test("next() marks lines that are not UTF-8", async () => {
  await inFolder((folder) => {
    const path = `${folder}/log`;
    Deno.writeFileSync(path, new Uint8Array([0xff, 10, 0x61, 10]));
    const [first, second] = drain(new Tail(files, { path, from: "start" }));
    assert.ok(first!.startsWith("\0"));
    assert.equal(second, "a");
  });
});

Deno.test("next() takes a folder or nothing under the path as absent", async () => {
  await inFolder((folder) => {
    assert.deepEqual(drain(new Tail(files, { path: folder, from: "end" })), []);
    assert.deepEqual(drain(new Tail(files, { path: `${folder}/none`, from: "end" })), []);
  });
});
