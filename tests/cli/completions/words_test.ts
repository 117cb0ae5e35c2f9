// Guards what the completion scripts are written from: hidden things stay out, values are known by their flag.
import assert from "node:assert/strict";
import { bashScript } from "../../../src/cli/completions/bash.ts";
import { fishScript } from "../../../src/cli/completions/fish.ts";
import { completionWords } from "../../../src/cli/completions/words.ts";
import { zshScript } from "../../../src/cli/completions/zsh.ts";
import type { Verb } from "../../../src/cli/verb.ts";

const known = { eventKinds: ["round_end"], presets: ["pi"], readers: ["claude"] };

function verb(parts: Partial<Verb>): Verb {
  return { name: "try", summary: "Try", flags: {}, needs: [], run: () => Promise.resolve(0), ...parts };
}

Deno.test("completionWords() leaves hidden verbs and flags out", () => {
  const flags = {
    seen: { kind: "boolean", brief: "Seen" },
    unseen: { kind: "boolean", brief: "Unseen", hidden: true },
  } as const;
  const words = completionWords([verb({ flags }), verb({ name: "_inner" })], known);
  assert.deepEqual(words.map(({ name }) => name), ["try"]);
  assert.deepEqual(words[0]!.flags.map(({ name }) => name), ["seen"]);
});

Deno.test("completionWords() knows what each kind of flag takes", () => {
  const flags = {
    plain: { kind: "string", brief: "", placeholder: "TEXT" },
    file: { kind: "string", brief: "", placeholder: "FILE", suggests: "paths", isRepeatable: true },
    kind: { kind: "string", brief: "", placeholder: "KIND", suggests: "event kinds" },
    preset: { kind: "string", brief: "", suggests: "presets" },
    agent: { kind: "string", brief: "", suggests: "readers" },
    mode: { kind: "choice", brief: "", values: ["a", "b"] },
    count: { kind: "integer", brief: "" },
    on: { kind: "boolean", brief: "" },
  } as const;
  const [words] = completionWords([
    verb({ flags, positional: { placeholder: "a|b", brief: "", max: 1, values: ["a"] } }),
  ], known);
  assert.deepEqual(words!.firstWords, ["a"]);
  assert.deepEqual(words!.flags.map(({ value }) => value), [
    { kind: "free", placeholder: "TEXT" },
    { kind: "paths", placeholder: "FILE" },
    { kind: "words", placeholder: "KIND", words: ["round_end"], isList: true },
    { kind: "words", placeholder: "TEXT", words: ["pi"], isList: false },
    { kind: "words", placeholder: "TEXT", words: ["claude"], isList: false },
    { kind: "words", placeholder: "VALUE", words: ["a", "b"], isList: false },
    { kind: "free", placeholder: "N" },
    { kind: "none" },
  ]);
  assert.deepEqual(words!.flags.filter(({ isRepeatable }) => isRepeatable).map(({ name }) => name), ["file"]);
});

Deno.test("each script keeps quotes, brackets and colons of a summary to itself", () => {
  const summary = "It's [on]: $(touch x) `y` \\";
  const words = completionWords([verb({ summary, flags: { mode: { kind: "boolean", brief: summary } } })], known);
  assert.match(fishScript(words), /-d 'It\\'s \[on\]: \$\(touch x\) `y` \\\\'/);
  assert.match(zshScript(words), /'--mode\[It'\\''s \\\[on\\\]\\: \$\(touch x\) `y` \\\\\]'/);
  assert.doesNotMatch(bashScript(words), /touch/);
});
