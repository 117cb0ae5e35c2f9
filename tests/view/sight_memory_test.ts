// Guards that the picture of a project stays small, in a process of its own, where the heap can be told to be swept.
import assert from "node:assert/strict";
import { roundsKept } from "../../src/view/sight_rounds.ts";

Deno.test("Sight stays small over a million events of a million kinds, and texts of a megabyte each", async () => {
  const path = new URL("sight_memory.ts", import.meta.url).pathname;
  const args = ["run", "--no-check", "--v8-flags=--expose-gc", path];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const told = JSON.parse(new TextDecoder().decode(stdout));
  assert.equal(told.rounds, roundsKept);
  assert.ok(told.grownMb < 30, JSON.stringify(told));
  // Of each round at most its tail, and a few sentences.
  assert.ok(told.characters < roundsKept * 20_000, JSON.stringify(told));
  // Some ten times what it takes, for machines that are busy or slow.
  assert.ok(told.seconds < 30, JSON.stringify(told));
});
