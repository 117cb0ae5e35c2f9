// Guards the page's lines on progress, whatever status.json holds.
import assert from "node:assert/strict";
import { progressFacts } from "../../src/cli/progress_facts.ts";
import { changeFields } from "../../src/core/change.ts";
import { noChange, someChange } from "../fakes/round_change.ts";

Deno.test("progressFacts() tells what the last round changed, and how long nothing did", () => {
  const change = { round_num: 4, ...changeFields(someChange), unchanged_rounds: 0 };
  assert.deepEqual(progressFacts({ last_change: change }), [["changed", "1 commit, 1 file (+2 -0) in round 4"]]);
  const none = { round_num: 5, ...changeFields(noChange), unchanged_rounds: 3 };
  const expected = [["changed", "nothing in round 5; nothing in 3 ok rounds in a row"]];
  assert.deepEqual(progressFacts({ last_change: none }), expected);
});

Deno.test("progressFacts() tells of a done that was not believed, without control characters", () => {
  const refused = {
    round_num: 5,
    at: "2026-11-21T10:00:00.000Z",
    command: ["make", "te\u001bst"],
    outcome: "exit_code",
    exit_code: 2,
    reason: "it ended with exit code 2",
    output: "",
    output_file: null,
    said: "",
    file: null,
  };
  const [fact, ...rest] = progressFacts({ done_refused: refused });
  assert.deepEqual(rest, []);
  assert.deepEqual(fact, [
    "not done",
    "the agent said so in round 5, but 'make te\\u001bst' did not agree: it ended with exit code 2",
  ]);
});

Deno.test("progressFacts() tells nothing of what is not whole", () => {
  for (const odd of [{}, { last_change: null, done_refused: 3 }, { last_change: { round_num: 1 } }]) {
    assert.deepEqual(progressFacts(odd), []);
  }
});
