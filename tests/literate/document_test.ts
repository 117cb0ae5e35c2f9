// Guards the reader of documents: a block that is overlooked would be a command nobody tests.
import assert from "node:assert/strict";
import { missingLine, readBlocks } from "./document.ts";

const fence = "```";

Deno.test("readBlocks() finds bash blocks with their line and their directions", () => {
  const text = `# Title

${fence}bash
one
two
${fence}

${fence}text
output
${fence}

Words.

<!-- test: shows "it's done", exits 78 -->

${fence}bash
three
${fence}

<!-- test: skip -->

${fence}bash
four
${fence}
`;
  assert.deepEqual(readBlocks(text), [
    { line: 4, commands: "one\ntwo\n", wanted: [], exitCode: 0, shown: "output\n" },
    { line: 17, commands: "three\n", wanted: ["it's done"], exitCode: 78, shown: null },
  ]);
});

Deno.test("readBlocks() refuses a direction it does not know", () => {
  assert.throws(() => readBlocks(`<!-- test: skipp -->\n\n${fence}bash\nx\n${fence}\n`), /reads like 'skipp'/);
});

Deno.test("missingLine() finds claimed lines in their order, whatever their numbers are", () => {
  const output = "14:03:12  round 3 ended: ok\n  HEAD is 0447a0e79a9e now\nthe end of 'x' (y)\n";
  assert.equal(missingLine("09:00:00  round 12 ended: ok\n...\nthe ... 'x' (y)", output), null);
  assert.equal(missingLine("HEAD is 7e0d41c now\nthe end ...", output), null);
  assert.equal(missingLine("the end ...\nHEAD is 7e0d41c now", output), "HEAD is 7e0d41c now");
  assert.equal(missingLine("09:00:00  round 12 ended: error", output), "09:00:00  round 12 ended: error");
  assert.equal(missingLine("09:00:00  round 12 ended", output), "09:00:00  round 12 ended");
  assert.equal(missingLine("HEAD is somewhere now", output), "HEAD is somewhere now");
});
