// Guards the reader of documents: a block that is overlooked would be a command nobody tests.
import assert from "node:assert/strict";
import { readBlocks } from "./document.ts";

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
    { line: 4, commands: "one\ntwo\n", wanted: [], exitCode: 0 },
    { line: 15, commands: "three\n", wanted: ["it's done"], exitCode: 78 },
  ]);
});

Deno.test("readBlocks() refuses a direction it does not know", () => {
  assert.throws(() => readBlocks(`<!-- test: skipp -->\n\n${fence}bash\nx\n${fence}\n`), /reads like 'skipp'/);
});
