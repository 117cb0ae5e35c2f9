// Guards the status parser: every record kind by hand, and arbitrary bytes by property.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseStatus, pathBytes } from "../../src/vcs/porcelain.ts";

const sha = "a".repeat(40);

function bytes(...records: string[]): Uint8Array {
  return new TextEncoder().encode(records.map((record) => `${record}\0`).join(""));
}

Deno.test("parseStatus() reads every kind of record when git prints them", () => {
  const report = parseStatus(bytes(
    `# branch.oid ${sha}`,
    "# branch.head main",
    "# stash 3",
    `1 .M N... 100644 100644 100644 ${sha} ${sha} a file`,
    `1 .A N... 000000 000000 100644 ${sha} ${sha} later`,
    `1 .M S.MU 160000 160000 160000 ${sha} ${sha} module`,
    `2 R. N... 100644 100644 100644 ${sha} ${sha} R100 new`,
    "old",
    `2 C. N... 100644 100644 100644 ${sha} ${sha} C75 copy`,
    "source",
    `u UU N... 100644 100644 100644 100644 ${sha} ${sha} ${sha} both`,
    "? -dash\nand break",
    "! ignored",
  ));
  assert.equal(report.head, sha);
  assert.equal(report.branch, "main");
  assert.equal(report.badRecords, 0);
  assert.deepEqual(report.files.map((f) => [f.path, f.change, f.letters, f.oldPath]), [
    ["a file", "changed", ".M", null],
    ["later", "changed", ".A", null],
    ["module", "changed", ".M", null],
    ["new", "renamed", "R.", "old"],
    ["copy", "copied", "C.", "source"],
    ["both", "unmerged", "UU", null],
    ["-dash\nand break", "untracked", "??", null],
  ]);
  assert.deepEqual(report.files.filter((f) => f.isIntentToAdd).map((f) => f.path), ["later"]);
  assert.equal(report.files[2]!.submodule, "S.MU");
});

Deno.test("parseStatus() has no head when the branch is unborn or detached names are shown", () => {
  const report = parseStatus(bytes("# branch.oid (initial)", "# branch.head (detached)"));
  assert.equal(report.head, null);
  assert.equal(report.branch, null);
});

Deno.test("parseStatus() keeps the raw bytes when a name is not UTF-8", () => {
  const record = new Uint8Array([...new TextEncoder().encode("? sub/a"), 0xff, 0xfe, 0]);
  const file = parseStatus(record, "sub/").files[0]!;
  assert.equal(file.path, "a\ufffd\ufffd");
  assert.deepEqual(pathBytes(file), new Uint8Array([0x61, 0xff, 0xfe]));
});

Deno.test("parseStatus() keeps a byte order mark when a name begins with one", () => {
  assert.equal(parseStatus(bytes("? \ufeffname")).files[0]!.path, "\ufeffname");
});

Deno.test("parseStatus() shows the way up and counts when a path lies outside the prefix", () => {
  const report = parseStatus(bytes("? other/x", "? a/b/y"), "a/b/");
  assert.deepEqual(report.files.map((f) => f.path), ["../../other/x", "y"]);
  assert.equal(report.outsideCount, 1);
});

Deno.test("parseStatus() counts a torn record when output was cut", () => {
  const whole = bytes("? one", "? two");
  const report = parseStatus(whole.subarray(0, whole.length - 2));
  assert.deepEqual(report.files.map((f) => f.path), ["one"]);
  assert.equal(report.badRecords, 1);
});

Deno.test("parseStatus() never throws when given arbitrary bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
    const report = parseStatus(noise);
    assert.ok(report.badRecords >= 0);
  }));
});

Deno.test("parseStatus() never throws when real records are damaged", () => {
  const good = bytes(
    `1 .M N... 100644 100644 100644 ${sha} ${sha} a`,
    `2 R. N... 100644 100644 100644 ${sha} ${sha} R100 b`,
    "c",
    "? d",
  );
  fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, cut) => {
    const damaged = good.slice();
    damaged[at] = byte;
    const report = parseStatus(damaged.subarray(0, cut), "x/");
    for (const file of report.files) assert.ok(file.path.length > 0);
  }));
});

Deno.test("parseStatus() gives back exact bytes when names are arbitrary", () => {
  const name = fc.uint8Array({ minLength: 1, maxLength: 40 }).filter((b) => !b.includes(0));
  fc.assert(fc.property(fc.array(name, { maxLength: 8 }), (names) => {
    const input = new Uint8Array(names.flatMap((n) => [0x3f, 0x20, ...n, 0]));
    assert.deepEqual(parseStatus(input).files.map((f) => [...pathBytes(f)]), names.map((n) => [...n]));
  }));
});
