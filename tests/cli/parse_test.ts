// Guards the parsing of a verb's own words: every kind of flag, what it takes and what it refuses.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseWords } from "../../src/cli/parse.ts";
import { defineVerb } from "../../src/cli/verb.ts";
import type { FlagSpecs, Verb } from "../../src/cli/verb.ts";
import { OperatorError } from "../../src/core/errors.ts";

const verb = defineVerb({
  name: "sample",
  summary: "Show every kind of flag",
  flags: {
    "flat": { kind: "boolean", brief: "Is it flat" },
    "name": { kind: "string", brief: "A name", placeholder: "name" },
    "kind": { kind: "string", brief: "Kinds", isRepeatable: true },
    "size": { kind: "choice", brief: "A size", values: ["small", "large"] },
    "count": { kind: "integer", brief: "How many", min: 1, max: 100 },
    "any-count": { kind: "integer", brief: "How many, none is fine" },
    "seconds": { kind: "number", brief: "How long", min: 0.5 },
    "secret": { kind: "boolean", brief: "Not shown", hidden: true },
  },
  positional: { placeholder: "thing", brief: "Things", max: 2 },
  needs: [],
  examples: ["agent-runner sample --flat"],
  run: () => Promise.resolve(0),
}) as unknown as Verb<FlagSpecs>;

const bare = defineVerb({
  name: "bare",
  summary: "Take nothing",
  flags: {},
  needs: [],
  run: () => Promise.resolve(0),
}) as unknown as Verb<FlagSpecs>;

function parse(words: readonly string[], of = verb) {
  return parseWords(of, { words, write: () => assert.fail("nothing is to be written") });
}

async function flagsOf(...words: string[]): Promise<Record<string, unknown>> {
  return { ...(await parse(words))!.flags };
}

Deno.test("parseWords() gives false, nothing and an empty list for flags that are absent", async () => {
  const flags = await flagsOf();
  assert.deepEqual([flags.flat, flags.secret], [false, false]);
  assert.deepEqual(flags.kind, []);
  for (const name of ["name", "size", "count", "any-count", "seconds"]) assert.equal(flags[name], undefined);
});

Deno.test("parseWords() reads every kind of flag", async () => {
  const flags = await flagsOf(
    "--flat",
    "--name",
    "a b",
    "--kind",
    "x",
    "--kind",
    "y",
    "--size",
    "large",
    "--count",
    "7",
    "--any-count",
    "0",
    "--seconds",
    "1.5",
    "--secret",
  );
  assert.deepEqual(flags, {
    "flat": true,
    "name": "a b",
    "kind": ["x", "y"],
    "size": "large",
    "count": 7,
    "any-count": 0,
    "seconds": 1.5,
    "secret": true,
  });
});

Deno.test("parseWords() reads values behind an equals sign", async () => {
  const flags = await flagsOf("--name=a=b", "--count=100");
  assert.deepEqual([flags.name, flags.count], ["a=b", 100]);
});

Deno.test("parseWords() reads further words up to their bound", async () => {
  assert.deepEqual((await parse(["one", "--flat", "two"]))!.positional, ["one", "two"]);
  await assert.rejects(parse(["one", "two", "three"]), { name: "OperatorError", exitCode: 2 });
});

const refused: readonly [words: readonly string[], said: RegExp][] = [
  [["--count", "0"], /count.*whole number of at least 1 and at most 100/],
  [["--count", "101"], /count.*at most 100/],
  [["--count", "1.5"], /whole number/],
  [["--count", "x"], /whole number/],
  [["--count", "0x10"], /whole number/],
  [["--count", "1e1"], /whole number/],
  [["--count", ""], /whole number/],
  [["--any-count", "99999999999999999999"], /whole number of at least 0/],
  [["--seconds", "0.4"], /a number of at least 0\.5/],
  [["--seconds", "NaN"], /a number of at least/],
  [["--seconds", "Infinity"], /a number of at least/],
  [["--seconds", ".5"], /a number of at least/],
  [["--size", "medium"], /medium/],
  [["--size"], /size/],
  [["--name"], /name/],
  [["--unknown"], /unknown/],
  [["-z"], /z/],
  [["--count", "1", "--count", "2"], /count/],
];

for (const [words, said] of refused) {
  Deno.test(`parseWords() refuses ${JSON.stringify(words)} with exit 2, on one line`, async () => {
    await assert.rejects(parse(words), (thrown) => {
      assert.ok(thrown instanceof OperatorError);
      assert.match(thrown.message, said);
      assert.ok(!thrown.message.includes("\n"));
      assert.deepEqual([thrown.exitCode, thrown.fix], [2, "See 'agent-runner sample --help'"]);
      return true;
    });
  });
}

Deno.test("parseWords() refuses words for a verb that takes none", async () => {
  assert.deepEqual((await parse([], bare))!.positional, []);
  await assert.rejects(parse(["x"], bare), { name: "OperatorError", exitCode: 2 });
  await assert.rejects(parse(["--x"], bare), { name: "OperatorError", exitCode: 2 });
});

Deno.test("parseWords() writes help and gives null", async () => {
  let text = "";
  const parsed = await parseWords(verb, { words: ["--help"], write: (part) => text += part });
  assert.equal(parsed, null);
  for (const part of ["agent-runner sample", "Show every kind of flag", "--flat", "--any-count", "thing", "EXAMPLES"]) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  assert.ok(!text.includes("--secret"), "hidden flags stay hidden");
  assert.ok(!text.includes("\u001b"), "no colour in a pipe");
  assert.match(text, /--config PATH/);
});

Deno.test("parseWords() either parses or throws an OperatorError, whatever the words", async () => {
  const word = fc.oneof(
    fc.constantFrom("--flat", "--name", "--count", "5", "--kind", "--size", "small", "--", "-", "--no-flat", "-f"),
    fc.string(),
  );
  const words = fc.array(word, { maxLength: 6 }).filter((list) => !list.some((text) => /^(-h|--help)/.test(text)));
  await fc.assert(fc.asyncProperty(words, async (list) => {
    try {
      await parse(list);
    } catch (thrown) {
      assert.ok(thrown instanceof OperatorError, String(thrown));
      assert.ok(!/\n/.test(thrown.message));
    }
  }));
});

Deno.test("parseWords() names the flag whose value is empty, and what to write instead", async () => {
  const cases = [["--name=", "'--name' lacks its value", "Write '--name name', or leave it out"], [
    "--kind=",
    "'--kind' lacks its value",
    "Write '--kind VALUE', or leave it out",
  ], ["--flat=", "'--flat' lacks its value", "Write '--flat'"]] as const;
  for (const [word, message, fix] of cases) {
    await assert.rejects(parse(["--seconds", "2", word]), (thrown) => {
      assert.ok(thrown instanceof OperatorError);
      assert.deepEqual([thrown.message, thrown.fix, thrown.exitCode], [message, fix, 2]);
      return true;
    });
  }
  assert.equal((await parse(["--", "--name="]))?.positional.at(-1), "--name=", "a word, not a flag");
});
