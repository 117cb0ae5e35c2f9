// Proves that nothing of what agents and files say reaches a terminal as something it obeys.
import assert from "node:assert/strict";
import { spellError } from "../../src/cli/app.ts";
import { visibleLines } from "../../src/cli/print.ts";
import events from "../../src/cli/verbs/events.ts";
import peek from "../../src/cli/verbs/peek.ts";
import { OperatorError } from "../../src/core/errors.ts";
import { eventLineOf } from "../store/log_folder.ts";
import { eventsText, projectFiles } from "../view/sample_project.ts";
import { callWith, screen } from "./verbs/screen.ts";

const hostile = "a\u001b]0;title\u0007b\u009b31mc\u009d8;;x\u009c\u202ed\u2066\r\u007f";
// deno-lint-ignore no-control-regex -- control characters are what must not come out
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

function stage() {
  return screen(
    projectFiles({
      "events-2026-11.jsonl": eventsText([eventLineOf("round_start", { round_num: 1, phase: hostile })]),
      "rounds/R1-20261121T100000.log": `${hostile}\n`,
    }),
    { isTerminal: true },
  );
}

const peekFlags = { round: undefined, log: false, events: undefined, select: undefined, window: undefined };
const eventFlags = {
  kind: [],
  window: undefined,
  tail: false,
  since: undefined,
  until: undefined,
  round: undefined,
  phase: undefined,
  all: true,
};

for (
  const [flags, isJson] of [
    [{ log: true, events: 5 }, false],
    [{ log: true, events: 5 }, true],
    [{ select: "events.round_start" }, false],
    [{ select: "events.round_start" }, true],
    [{ select: "recent_events", events: 5 }, false],
    [{ select: "recent_events.0.phase", events: 5 }, false],
    [{ select: "recent_events.0.phase", events: 5 }, true],
  ] as const
) {
  Deno.test(`peek ${JSON.stringify(flags)} leaves a terminal nothing to obey${isJson ? " as JSON" : ""}`, async () => {
    const view = stage();
    await peek.run(callWith<Parameters<typeof peek.run>[0]["flags"]>(peekFlags, flags, isJson), view.world);
    assert.match(view.out(), /title/);
    assert.doesNotMatch(view.out(), obeyed);
    if (isJson) assert.ok(JSON.stringify(JSON.parse(view.out())).includes("\u009b31m"));
  });
}

for (const isJson of [false, true]) {
  Deno.test(`events leaves a terminal nothing to obey${isJson ? " as JSON" : ""}`, async () => {
    const view = stage();
    await events.run(callWith<Parameters<typeof events.run>[0]["flags"]>(eventFlags, {}, isJson), view.world);
    assert.match(view.out(), /title/);
    assert.doesNotMatch(view.out(), obeyed);
    if (isJson) assert.equal(JSON.parse(view.out()).phase, hostile);
  });
}

Deno.test("spellError() keeps its lines and leaves a terminal nothing to obey", () => {
  const error = new OperatorError(`"${hostile}" has 2 problems\nfirst`, { fix: hostile });
  for (const isJson of [false, true]) {
    const text = spellError(error, isJson);
    assert.doesNotMatch(text, obeyed);
    assert.equal(text.split("\n").length, isJson ? 2 : 4);
    if (isJson) assert.equal(JSON.parse(text).error.fix, hostile);
  }
});

Deno.test("visibleLines() keeps line breaks only", () => {
  assert.equal(visibleLines("a\nb\u001b[31m\r\n"), "a\nb\\u001b[31m\\u000d\n");
  assert.equal(visibleLines(""), "");
});
