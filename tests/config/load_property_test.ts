// Throws arbitrary files at the loader: it may refuse anything, but it always answers.
import assert from "node:assert/strict";
import fc from "fast-check";
import { loadConfig } from "../../src/config/load.ts";
import { locateKeys } from "../../src/config/locate.ts";
import { spellProblem } from "../../src/config/report.ts";
import { tables } from "../../src/config/schema.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { sampleFile, smallest } from "./sample.ts";

const runs = { numRuns: 400 };

function answer(content: string | Uint8Array): void {
  const files = memoryFiles();
  files.writeAtomic(sampleFile, content);
  const loaded = loadConfig(sampleFile, { files, homeDir: "/home/me", currentDir: "/", knownReaders: ["plain"] });
  if (loaded.kind === "ok") return assert.ok(loaded.config.runtime.workDir.startsWith("/"));
  assert.ok(loaded.problems.length > 0);
  for (const problem of loaded.problems) {
    assert.equal(spellProblem(problem, loaded.file).split("\n").length, 2, JSON.stringify(problem));
    assert.ok(problem.line === null || problem.line >= 1);
  }
}

const words = fc.constantFrom(
  ...Object.keys(tables),
  ...Object.values(tables).flatMap((table) => Object.keys(table)),
  "[",
  "]",
  "[[",
  "]]",
  "{",
  "}",
  "=",
  " = ",
  ".",
  ",",
  "\n",
  "\r\n",
  '"',
  "'",
  '"""',
  "'''",
  "#",
  "\\",
  "1",
  "1.5",
  "nan",
  "true",
  "1979-05-27",
  "[agent]\n",
  "[phases.a]\n",
  'list = ["a"]\n',
  "\u0000",
  "\u202e",
  "é",
  "~",
);

Deno.test("loadConfig() answers when the file is any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), answer), runs);
});

Deno.test("loadConfig() answers when the file is any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), answer), runs);
});

Deno.test("loadConfig() answers when the file is TOML-like words in any order", () => {
  fc.assert(fc.property(fc.array(words, { maxLength: 60 }), (parts) => answer(smallest + parts.join(""))), runs);
});

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('"x"', "''", "0", "-1", "3.5", "inf", "nan", "true", "1979-05-27", "07:32:00", "0xff"),
    fc.array(tie("any"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc.array(tie("any"), { maxLength: 3 }).map((items) =>
      `{ ${items.map((item, i) => `k${i} = ${item}`).join(", ")} }`
    ),
  ),
})).any as fc.Arbitrary<string>;

const keys = Object.entries(tables).flatMap(([table, rows]) => Object.keys(rows).map((key) => [table, key] as const));

Deno.test("loadConfig() answers with a line when any key has any value of TOML", () => {
  fc.assert(
    fc.property(fc.constantFrom(...keys), value, ([table, key], written) => {
      answer(`${table}.${key} = ${written}\n`);
      assert.equal(locateKeys(`\n${table}.${key} = ${written}\n`).lineOf([table, key]), 2);
    }),
    runs,
  );
});

Deno.test("locateKeys() ends for any text", () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 80 }), (parts) => {
      const text = parts.join("");
      const line = locateKeys(text).lineOf(["agent"]);
      assert.ok(line === null || line <= text.split("\n").length);
    }),
    runs,
  );
});
