// Files that cannot be read or parsed: each gives one problem that says why and where.
import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { READER_NAMES } from "../../src/config/schema.ts";
import type { FileFaultKind } from "../../src/ports/files.ts";
import { type MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";
import { configOf, problemOf, sampleFile, smallest, withLines } from "./sample.ts";

function loadFrom(files: MemoryFiles) {
  return loadConfig(sampleFile, {
    files,
    homeDir: "/home/me",
    currentDir: "/",
    knownReaders: READER_NAMES,
  });
}

function loadBytes(bytes: readonly number[]) {
  const files = memoryFiles();
  files.writeAtomic(sampleFile, Uint8Array.from(bytes));
  const loaded = loadFrom(files);
  assert.equal(loaded.kind, "broken");
  return (loaded as typeof loaded & { kind: "broken" }).problems;
}

Deno.test("loadConfig() names `init` when there is no file", () => {
  const loaded = loadFrom(memoryFiles());
  assert.equal(loaded.kind, "broken");
  const [problem] = loaded.kind === "broken" ? loaded.problems : [];
  assert.equal(problem?.line, null);
  assert.match(problem?.fix ?? "", /agent-runner init/);
});

Deno.test("loadConfig() refuses when the path is a folder, or a file too large to be meant", () => {
  const inFolder = loadFrom(memoryFiles({ [`${sampleFile}/x`]: "" }));
  assert.match(JSON.stringify(inFolder), /a folder/);
  const large = loadFrom(memoryFiles({ [sampleFile]: `${smallest}# ${"x".repeat(1024 * 1024)}` }));
  assert.match(JSON.stringify(large), /at most 1\.0 MB/);
});

for (const kind of ["denied", "other"] as FileFaultKind[]) {
  Deno.test(`loadConfig() says why when reading fails with ${kind}`, () => {
    const files = memoryFiles({ [sampleFile]: smallest });
    files.failWith(sampleFile, kind);
    const loaded = loadFrom(files);
    assert.match(JSON.stringify(loaded), kind === "denied" ? /Permission denied/ : /Input\/output error/);
    assert.equal(loaded.kind, "broken");
  });
}

Deno.test("loadConfig() does not swallow a bug when a port throws something else", () => {
  const files = memoryFiles({ [sampleFile]: smallest });
  files.stat = () => {
    throw new TypeError("bug");
  };
  assert.throws(() => loadFrom(files), TypeError);
});

Deno.test("loadConfig() tells the line when the bytes are not UTF-8", () => {
  const [problem] = loadBytes([...new TextEncoder().encode("a = 1\nb = 'x"), 0xff, 0xfe, 0x27]);
  assert.equal(problem?.line, 2);
  assert.match(problem?.found ?? "", /not UTF-8/);
  assert.match(loadBytes([0xff, 0xfe, 0x61, 0x00])[0]?.found ?? "", /UTF-16/);
  assert.equal(loadBytes([0x00, 0x01, 0x02]).length, 1);
});

Deno.test("loadConfig() reads on when the file begins with a byte order mark or ends lines with CRLF", () => {
  assert.equal(configOf(`\ufeff${smallest}`).project, "shop");
  assert.equal(configOf(smallest.replaceAll("\n", "\r\n")).project, "shop");
  const problem = problemOf(withLines({ runtime: "\r\nmax_rounds = 'x'" }).replaceAll(/\r?\n/g, "\r\n"));
  assert.equal(problem.key, "runtime.max_rounds");
  assert.equal(problem.line, 8);
});

const syntaxErrors: readonly (readonly [string, RegExp, RegExp])[] = [
  ["[agent]\ncommand = [", /./, /./],
  ["[agent\nx = 1", /illegal character/, /./],
  ["a = 1\na = 2", /already defined/, /once/],
  ["a = yes", /invalid value/, /quotes/],
  ['a = "C:\\Users"', /escape/, /single quotes/],
  ['a = "open', /./, /./],
  ["__proto__ = 1", /unsafe/, /Rename/],
  ["[agent.constructor]", /unsafe/, /Rename/],
  ["= 1", /./, /./],
  [`a = ${"[".repeat(5000)}`, /./, /./],
];

for (const [text, found, fix] of syntaxErrors) {
  Deno.test(`loadConfig() tells line, column and cure when the TOML is ${JSON.stringify(text.slice(0, 30))}`, () => {
    const problem = problemOf(text);
    assert.equal(problem.key, "");
    assert.ok(problem.line !== null && problem.line >= 1);
    assert.match(problem.found, found);
    assert.match(problem.found, /at column \d+$/);
    assert.match(problem.fix, fix);
    assert.ok(!problem.found.includes("\n"));
  });
}
