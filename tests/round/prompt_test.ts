// Guards what the agent is given to read: front matter gone, context fenced, every character kept.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  argumentFault,
  argumentLimits,
  assemblePrompt,
  renderTemplate,
  stripFrontMatter,
} from "../../src/round/prompt.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const stripped: readonly [name: string, text: string, wanted: string][] = [
  ["plain front matter", "---\na: 1\n---\nBody\n", "Body\n"],
  ["CRLF", "---\r\na: 1\r\n---\r\nBody\r\n", "Body\r\n"],
  ["a byte order mark", "\uFEFF---\na: 1\n---\nBody", "Body"],
  ["an empty block", "---\n---\nBody", "Body"],
  ["an empty block with CRLF", "---\r\n---\r\nBody", "Body"],
  ["no newline at the end", "---\na: 1\n---", ""],
  ["blank lines after it", "---\na: 1\n---\n\n  \nBody", "Body"],
  ["spaces after the dashes", "--- \na: 1\n---\t\nBody", "Body"],
  ["dashes inside a value", "---\na: x --- y\nb: '---'\n---\nBody", "Body"],
  ["more dashes inside", "---\na: 1\n----\nb: 2\n---\nBody", "Body"],
  ["a second block, which stays", "---\na: 1\n---\n---\nb: 2\n---\nBody", "---\nb: 2\n---\nBody"],
  ["a ruler further down, which stays", "---\na: 1\n---\nBody\n---\nMore", "Body\n---\nMore"],
];

for (const [name, text, wanted] of stripped) {
  Deno.test(`stripFrontMatter() takes away ${name}`, () => assert.equal(stripFrontMatter(text), wanted));
}

const kept = [
  "Body",
  "",
  "---",
  "--- \n",
  "---\nnever closed\n",
  "--\na\n--\n",
  "----\na\n----\n",
  " ---\na\n---\n",
  "x\n---\na\n---\n",
];

for (const text of kept) {
  Deno.test(`stripFrontMatter() leaves ${JSON.stringify(text)} alone`, () =>
    assert.equal(stripFrontMatter(text), text));
}

Deno.test("stripFrontMatter() is fast on a long text that never closes", () => {
  const text = `---\n${"a: 1\n".repeat(200_000)}`;
  const before = performance.now();
  assert.equal(stripFrontMatter(text), text);
  assert.ok(performance.now() - before < 1000);
});

Deno.test("stripFrontMatter() never throws, and gives the end of what it was given", () => {
  const piece = fc.constantFrom("---", "\n", "\r\n", "\uFEFF", "a: 1", " ", "--", "body", "\u0000", "\ud800");
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    const text = pieces.join("");
    assert.ok(text.endsWith(stripFrontMatter(text)));
  }));
});

function assembled(texts: Readonly<Record<string, string>>, changes: Record<string, unknown> = {}) {
  const options = { files: Object.keys(texts), separator: "\n\n", stripFrontMatter: true, context: null, ...changes };
  return assemblePrompt(options, memoryFiles(texts));
}

Deno.test("assemblePrompt() joins the files, and strips the first one only", () => {
  const texts = { "/p/a.md": "---\nx: 1\n---\nFirst\n", "/p/b.md": "\uFEFF---\ny: 2\n---\nSecond" };
  assert.deepEqual(assembled(texts), { kind: "ok", text: "First\n\n\n---\ny: 2\n---\nSecond" });
});

Deno.test("assemblePrompt() leaves front matter where it is not to be stripped", () => {
  assert.deepEqual(assembled({ "/p/a.md": "\uFEFF---\nx: 1\n---\nA" }, { stripFrontMatter: false }), {
    kind: "ok",
    text: "---\nx: 1\n---\nA",
  });
});

Deno.test("assemblePrompt() puts the context before it, in a fence of its own", () => {
  const outcome = assembled({ "/p/a.md": "Do it" }, { context: { round_num: 3, orphan: { files: ["é.txt"] } } });
  assert.deepEqual(outcome, {
    kind: "ok",
    text:
      '```json round-context\n{\n  "round_num": 3,\n  "orphan": {\n    "files": [\n      "é.txt"\n    ]\n  }\n}\n```\n\nDo it',
  });
});

Deno.test("assemblePrompt() names the file that is missing or cannot be read", () => {
  const files = memoryFiles({ "/p/a.md": "A", "/p/b.md": "B" });
  const options = { files: ["/p/a.md", "/p/c.md"], separator: "", stripFrontMatter: true, context: null };
  assert.deepEqual(assemblePrompt(options, files), { kind: "unreadable", path: "/p/c.md", reason: "no such file" });
  files.failWith("/p/b.md", "denied");
  assert.deepEqual(assemblePrompt({ ...options, files: ["/p/a.md", "/p/b.md"] }, files), {
    kind: "unreadable",
    path: "/p/b.md",
    reason: "Permission denied",
  });
});

Deno.test("assemblePrompt() survives any bytes, and its fence holds the context as valid JSON", () => {
  const context = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), context, (bytes, facts) => {
    const files = memoryFiles();
    files.writeAtomic("/p/a.md", bytes);
    const options = {
      files: ["/p/a.md"],
      separator: "",
      stripFrontMatter: true,
      context: facts as Record<string, unknown>,
    };
    const outcome = assemblePrompt(options, files);
    assert.equal(outcome.kind, "ok");
    const fence = /^```json round-context\n([\s\S]*?)\n```\n\n/.exec((outcome as { text: string }).text);
    assert.deepEqual(JSON.parse(fence![1]!), JSON.parse(JSON.stringify(facts)));
  }));
});

Deno.test("renderTemplate() replaces every {prompt}, and takes nothing in the prompt for a pattern", () => {
  assert.deepEqual(renderTemplate(["-p", "{prompt}", "--x={prompt}{prompt}"], "$& $1 {prompt}"), [
    "-p",
    "$& $1 {prompt}",
    "--x=$& $1 {prompt}$& $1 {prompt}",
  ]);
  assert.deepEqual(renderTemplate(["-p", "{prompt}"], null), ["-p", "{prompt}"]);
});

Deno.test("argumentFault() refuses what a kernel refuses, by bytes and not by characters", () => {
  const limit = argumentLimits.oneArgumentBytes;
  assert.equal(argumentFault(["a", "x".repeat(limit)], {}), null);
  assert.match(argumentFault(["a", "x".repeat(limit + 1)], {})!, /an argument of 131072 bytes/);
  assert.match(argumentFault(["a", "é".repeat(limit / 2 + 1)], {})!, /more than the kernel takes/);
  assert.match(argumentFault(["a", "x\0y"], {})!, /NUL/);
});

Deno.test("argumentFault() counts arguments and environment together", () => {
  const big = Array.from({ length: 6 }, () => "x".repeat(130_000));
  assert.equal(argumentFault(big, {}), null);
  assert.match(argumentFault(big, { A: "y".repeat(140_000) })!, /arguments and environment of \d+ bytes/);
  assert.match(argumentFault(Array.from({ length: 100_000 }, () => "ab"), {})!, /arguments and environment/);
});

Deno.test("argumentFault() lets pass what this kernel takes", async () => {
  const word = "x".repeat(argumentLimits.oneArgumentBytes);
  assert.equal(argumentFault(["/bin/true", word, word], {}), null);
  assert.ok((await new Deno.Command("/bin/true", { args: [word, word] }).output()).success);
});
