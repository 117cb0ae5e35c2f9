// Guards how the command line is sorted into verb, global flags and the verb's own words.
import assert from "node:assert/strict";
import fc from "fast-check";
import { splitCommandLine } from "../../src/cli/arguments.ts";
import type { CommandLine } from "../../src/cli/arguments.ts";
import { OperatorError } from "../../src/core/errors.ts";

const nothing: CommandLine = {
  verb: null,
  words: [],
  configPath: "./agent-runner.toml",
  configPaths: [],
  isJson: false,
  wantsVersion: false,
  wantsHelp: false,
};

const table: readonly [words: readonly string[], wanted: Partial<CommandLine>][] = [
  [[], {}],
  [["serve"], { verb: "serve" }],
  [["--json", "serve"], { verb: "serve", isJson: true }],
  [["serve", "--json"], { verb: "serve", isJson: true }],
  [["--config", "a.toml", "serve"], { verb: "serve", configPath: "a.toml", configPaths: ["a.toml"] }],
  [["serve", "--config", "a.toml", "--once"], {
    verb: "serve",
    configPath: "a.toml",
    configPaths: ["a.toml"],
    words: ["--once"],
  }],
  [["serve", "--config=a=b.toml"], { verb: "serve", configPath: "a=b.toml", configPaths: ["a=b.toml"] }],
  [["--config", "-", "serve"], { verb: "serve", configPath: "-", configPaths: ["-"] }],
  [["--config", "a", "--config", "b", "serve"], { verb: "serve", configPath: "b", configPaths: ["a", "b"] }],
  [["events", "--tail", "--kind", "round_end"], { verb: "events", words: ["--tail", "--kind", "round_end"] }],
  [["--version"], { wantsVersion: true }],
  [["-V"], { wantsVersion: true }],
  [["serve", "--version"], { verb: "serve", words: ["--version"] }],
  [["--help", "serve"], { verb: "serve", wantsHelp: true }],
  [["serve", "-h"], { verb: "serve", wantsHelp: true }],
  [["config", "show", "runtime"], { verb: "config", words: ["show", "runtime"] }],
  [["--unknown", "serve"], { verb: "serve", words: ["--unknown"] }],
  [["peek", "--", "--json", "--config"], { verb: "peek", words: ["--", "--json", "--config"] }],
  [["--", "serve"], { words: ["--", "serve"] }],
  [["", "x"], { verb: "", words: ["x"] }],
];

for (const [words, wanted] of table) {
  Deno.test(`splitCommandLine() sorts ${JSON.stringify(words)}`, () => {
    assert.deepEqual(splitCommandLine(words), { ...nothing, ...wanted });
  });
}

for (
  const words of [["--config"], ["serve", "--config"], ["--config", "--json", "serve"], ["--config="], ["--config", ""]]
) {
  Deno.test(`splitCommandLine() refuses ${JSON.stringify(words)}`, () => {
    assert.throws(() => splitCommandLine(words), { name: "OperatorError", exitCode: 2 });
  });
}

Deno.test("splitCommandLine() loses and invents no word", () => {
  const word = fc.oneof(
    fc.constantFrom("--json", "--config", "--config=x", "--help", "-h", "--version", "--", "serve", "-x", ""),
    fc.string(),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 8 }), (words) => {
    let line: CommandLine;
    try {
      line = splitCommandLine(words);
    } catch (thrown) {
      assert.ok(thrown instanceof OperatorError);
      return;
    }
    for (const kept of line.words) assert.ok(words.includes(kept));
    assert.ok(line.verb === null || words.includes(line.verb));
    assert.ok(line.words.length <= words.length);
  }));
});
