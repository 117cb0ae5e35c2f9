// Holds docs/notify.md against the program: its configurations load, and its topics are those that there are.
import assert from "node:assert/strict";
import { readText } from "../../scripts/tree.ts";
import { noticeTopics, sinkKinds } from "../../src/core/notice.ts";
import { configOf, smallest, warningsOf } from "../config/sample.ts";

const page = readText("docs/notify.md") ?? "";
const blocks = [...page.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, text]) => text!);

Deno.test("the configurations of docs/notify.md load, and show every kind of sink", () => {
  const kinds = blocks.flatMap((block) => {
    assert.deepEqual(warningsOf(smallest + block), []);
    return Object.values(configOf(smallest + block).notify).map(({ kind }) => kind as string);
  });
  assert.deepEqual(kinds.sort(), [...sinkKinds].sort());
});

Deno.test("docs/notify.md tells of every topic", () => {
  const told = [...page.matchAll(/^\| `([a-z]+)` +\|/gm)].map(([, topic]) => topic!);
  assert.deepEqual(told.sort(), [...noticeTopics].sort());
});
