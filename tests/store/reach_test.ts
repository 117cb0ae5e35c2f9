// Guards where a first look begins: within its bounds, at the start of a line, wherever the bound falls.
import assert from "node:assert/strict";
import fc from "fast-check";
import { monthFiles } from "../../src/store/month_files.ts";
import { reachStarts } from "../../src/store/reach.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const path = "/log/events-2026-11.jsonl";

function starts(text: string, bytes: number) {
  const files = memoryFiles({ [path]: text });
  const months = monthFiles(files, { logDir: "/log", kind: "events" });
  return reachStarts(files, months, { reach: { bytes, since: Date.parse("2026-11-01T00:00:00Z") } })[0]!;
}

Deno.test("reachStarts() begins at the first whole line within the bytes", () => {
  assert.equal(starts("aa\nbb\ncc\n", 100), 0);
  assert.equal(starts("aa\nbb\ncc\n", 6), 3);
  assert.equal(starts("aa\nbb\ncc\n", 5), 6);
  assert.equal(starts("aa\nbb\ncc\n", 0), "end");
  assert.equal(starts("", 10), 0);
});

Deno.test("reachStarts() never cuts a line, and never reads more than asked", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{0,9}$/)), fc.integer({ min: 1, max: 100 }), (lines, bytes) => {
      const text = lines.map((line) => `${line}\n`).join("");
      const start = starts(text, bytes);
      if (typeof start !== "number") return;
      assert.ok(text.length - start <= bytes);
      assert.ok(start === 0 || text[start - 1] === "\n");
      // The line before would have been too much.
      const before = start === 0 ? -1 : text.slice(0, start - 1).lastIndexOf("\n") + 1;
      assert.ok(before < 0 || text.length - before > bytes);
    }),
  );
});

Deno.test("reachStarts() reads nothing again of the months before those an earlier reader came to", () => {
  const names = ["01", "02", "03"].map((month) => `events-2026-${month}.jsonl`);
  const files = memoryFiles(Object.fromEntries(names.map((name) => [`/log/${name}`, "a\nb\n"])));
  const months = monthFiles(files, { logDir: "/log", kind: "events" });
  const reach = { bytes: 100, since: Date.parse("2026-01-29T00:00:00Z") };
  assert.deepEqual(reachStarts(files, months, { reach }), [0, 0, 0]);
  const after = names.slice(1).map((name) => ({ name, offset: 2, inode: files.stat(`/log/${name}`)!.inode }));
  assert.deepEqual(reachStarts(files, months, { reach, after }), ["end", 2, 2]);
});
