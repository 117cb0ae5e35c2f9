// Guards the words of a release: the order of versions, and sums that only count when every line is one.
import assert from "node:assert/strict";
import { binaryName, compareVersions, isVersion, parseSums } from "../../src/core/release.ts";

Deno.test("compareVersions() puts versions in their order", () => {
  const ordered = [
    "0.0.9",
    "0.1.0-alpha",
    "0.1.0-alpha.1",
    "0.1.0-alpha.2",
    "0.1.0-alpha.10",
    "0.1.0-alpha.beta",
    "0.1.0-rc.1",
    "0.1.0",
    "0.2.0",
    "0.10.0",
    "1.0.0",
  ];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) {
      assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
    }
  }
  assert.throws(() => compareVersions("1.0", "1.0.0"), RangeError);
});

Deno.test("isVersion() takes three numbers and nothing else", () => {
  for (const good of ["0.1.0", "10.20.30", "1.2.3-rc.1"]) assert.ok(isVersion(good), good);
  for (
    const bad of ["", "1", "1.2", "v1.2.3", "1.2.3 ", "1.2.3\n", "1.2.x", "../1.2.3", "1.2.3-", "1.2.3-a/b", "-1.2.3"]
  ) {
    assert.ok(!isVersion(bad), bad);
  }
});

Deno.test("parseSums() reads the lines of sha256sum, and refuses a list with anything else in it", () => {
  const sum = "ab".repeat(32);
  const name = binaryName("linux-x86_64");
  assert.deepEqual([...parseSums(`${sum}  ${name}\n${sum} *VERSION\n`)!], [[name, sum], ["VERSION", sum]]);
  assert.equal(parseSums("")!.size, 0);
  for (
    const bad of [
      `${sum} VERSION`,
      `${sum.toUpperCase()}  VERSION`,
      `${sum.slice(1)}  VERSION`,
      `${sum}  ../VERSION`,
      `${sum}  a/b`,
      `${sum}  .hidden`,
      `${sum}  VERSION\n${sum}  VERSION`,
      `${sum}  VERSION\r`,
      "not a sum",
      "\u0000",
    ]
  ) assert.equal(parseSums(`${bad}\n`), null, bad);
});
