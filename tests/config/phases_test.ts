// Phases: their tables in the file, and whose turn it is in which round.
import assert from "node:assert/strict";
import fc from "fast-check";
import { allPhases, phaseFor } from "../../src/config/phases.ts";
import { OperatorError } from "../../src/core/errors.ts";
import { configOf, problemOf, problemsOf, smallest } from "./sample.ts";

const three = `${smallest}
[phases]
list = ["plan", "build", "review"]
[phases.build]
round_timeout_s = 3600
[phases.review]
disable_pre_round_hooks = true
prompt.files = ["review.md", "~/rules.md"]
`;

Deno.test("phaseFor() gives no phase when there is no list, or an empty one", () => {
  for (const text of [smallest, `${smallest}[phases]\nlist = []\n`]) {
    const settings = phaseFor(configOf(text), { number: 7 });
    assert.equal(settings.name, null);
    assert.equal(settings.index, null);
    assert.equal(settings.walls.hardSeconds, 1800);
  }
});

Deno.test("phaseFor() turns with the number of the round", () => {
  const config = configOf(three);
  const names = [1, 2, 3, 4, 5, 1_000_000].map((number) => phaseFor(config, { number }).name);
  assert.deepEqual(names, ["plan", "build", "review", "plan", "build", "plan"]);
  assert.deepEqual([1, 2, 3].map((number) => phaseFor(config, { number }).index), [0, 1, 2]);
});

Deno.test("phaseFor() applies what a phase changes and keeps the rest", () => {
  const config = configOf(three);
  const [plan, build, review] = [1, 2, 3].map((number) => phaseFor(config, { number }));
  assert.equal(plan?.walls.hardSeconds, 1800);
  assert.equal(build?.walls.hardSeconds, 3600);
  assert.equal(build?.walls.stopGraceSeconds, 5);
  assert.deepEqual(build?.promptFiles, ["/home/me/shop/main.md"]);
  assert.equal(build?.disablePreRoundHooks, false);
  assert.equal(review?.disablePreRoundHooks, true);
  assert.deepEqual(review?.promptFiles, ["/home/me/shop/review.md", "/home/me/rules.md"]);
});

Deno.test("phaseFor() takes the phase that was asked for, whatever the round", () => {
  const config = configOf(three);
  assert.deepEqual([1, 2, 3].map((number) => phaseFor(config, { number, phase: "review" }).index), [2, 2, 2]);
  assert.equal(phaseFor(config, { number: 2, phase: null }).name, "build");
});

Deno.test("phaseFor() lists the phases when it does not know the one asked for", () => {
  const expectError = (text: string, phase: string, fix: RegExp) =>
    assert.throws(
      () => phaseFor(configOf(text), { number: 1, phase }),
      (thrown) => thrown instanceof OperatorError && thrown.exitCode === 2 && fix.test(thrown.fix),
    );
  expectError(three, "biuld", /Did you mean "build"\?.*"plan", "build", "review"/);
  expectError(three, "deploy", /"plan", "build", "review"/);
  expectError(three, "toString", /"plan"/);
  expectError(smallest, "plan", /\[phases\]/);
});

Deno.test("phaseFor() always finds a phase of the list, whatever the number", () => {
  const config = configOf(three);
  fc.assert(
    fc.property(fc.integer(), (number) => config.phases.list.includes(phaseFor(config, { number }).name ?? "")),
  );
});

Deno.test("allPhases() gives each phase once, or one nameless entry", () => {
  assert.deepEqual(allPhases(configOf(three)).map((phase) => phase.name), ["plan", "build", "review"]);
  assert.deepEqual(allPhases(configOf(smallest)).map((phase) => phase.name), [null]);
});

Deno.test("loadConfig() keeps null for what a phase does not change", () => {
  const { overrides } = configOf(three).phases;
  assert.deepEqual(Object.keys(overrides), ["build", "review"]);
  assert.deepEqual({ ...overrides["build"] }, {
    roundTimeoutSeconds: 3600,
    disablePreRoundHooks: null,
    promptFiles: null,
  });
});

Deno.test("loadConfig() takes names that are no bare keys", () => {
  const text = `${smallest}[phases]\nlist = ["Überprüfung 2", "a.b"]\n[phases."a.b"]\nround_timeout_s = 9\n`;
  assert.equal(phaseFor(configOf(text), { number: 2 }).walls.hardSeconds, 9);
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['list = "ab"', "phases.list", /^Write list = \["ab"\]/],
  ['list = ["a", "a"]', "phases.list", /once/],
  ['list = ["a", ""]', "phases.list", /./],
  ['list = ["a\\nb"]', "phases.list", /letters/],
  ["[phases.a]\nround_timeout_s = 1", "phases.a", /Add "a" to phases\.list/],
  ['list = ["build"]\n[phases.biuld]', "phases.biuld", /Did you mean "build"/],
  ['list = ["a"]\nb = 3', "phases.b", /./],
  ['lst = ["a"]', "phases.lst", /Did you mean "list"/],
  ['list = ["a"]\n[phases.a]\nround_timeout_s = 0', "phases.a.round_timeout_s", /./],
  ['list = ["a"]\n[phases.a]\ntimeout = 3', "phases.a.timeout", /./],
  ['list = ["a"]\n[phases.a]\nprompt = "x"', "phases.a.prompt", /./],
  ['list = ["a"]\n[phases.a]\nprompt = {}', "phases.a.prompt", /prompt\.files/],
  ['list = ["a"]\n[phases.a]\nprompt.files = []', "phases.a.prompt.files", /./],
  ['list = ["a"]\n[phases.a]\nprompt.file = "x"', "phases.a.prompt.file", /Did you mean "files"/],
];

for (const [lines, key, fix] of wrong) {
  Deno.test(`loadConfig() names ${key} when [phases] says ${JSON.stringify(lines)}`, () => {
    const problem = problemOf(`${smallest}[phases]\n${lines}\n`);
    assert.equal(problem.key, key);
    assert.match(problem.fix, fix);
    assert.notEqual(problem.line, null);
  });
}

Deno.test("loadConfig() does not guess about names when the list itself is wrong", () => {
  const keys = problemsOf(`${smallest}[phases]\nlist = 3\n[phases.a]\nround_timeout_s = 1\n`).map(({ key }) => key);
  assert.deepEqual(keys, ["phases.list"]);
});
