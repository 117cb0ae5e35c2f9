// Guards what a page is told of a project on another machine: only what is new, and nothing that comes is trusted.
import assert from "node:assert/strict";
import {
  detailsProtocol,
  noDetails,
  parseGreeting,
  safeDetails,
  spellChange,
  spellGreeting,
  withLine,
} from "../../src/monitor/details_frame.ts";
import { visible } from "../../src/core/text.ts";
import type { Told } from "../../src/monitor/details_frame.ts";
import type { Details } from "../../src/view/details.ts";

const nothing: Told = { details: noDetails, isWhole: false };
const sha = "a".repeat(40);

const full: Details = {
  log: "one\n\u001b[32mtwo\u001b[0m\n",
  narrative: "Was ist getan? Ä€😀",
  salvages: [{
    sha,
    ref: "refs/agent-runner/salvage/1",
    round: 3,
    phase: null,
    at: "2026-11-21T10:00:00.000Z",
    files: ["a.txt"],
    count: 7,
    why: "dirty",
    state: "saved",
    offeredIn: null,
  }],
  windows: [{ name: "five_hour", utilization: 0.5, resetsAt: 1_800_000_000 }],
  defenses: [{ name: "hung", protectsFrom: "Rounds that hang", state: "off", reason: "it is not wanted" }],
};

function lines(known: Details, now: Details): string[] {
  return [...spellChange(known, now)];
}

function heard(told: Told, said: readonly string[]): Told {
  return said.reduce<Told>((before, line) => {
    const next = withLine(before, line.trimEnd());
    assert.ok(next, line);
    return next;
  }, told);
}

Deno.test("what was told is what is known, and is whole with its last line only", () => {
  const said = lines(noDetails, full);
  assert.deepEqual(heard(nothing, said), { details: full, isWhole: true });
  assert.equal(heard(nothing, said.slice(0, -1)).isWhole, false);
  const kinds = said.map((line) => (JSON.parse(line) as { details: string }).details);
  assert.deepEqual(kinds, ["log", "narrative", "salvages", "windows", "defenses", "whole"]);
});

Deno.test("what did not change is not told again", () => {
  assert.deepEqual(lines(full, full), ['{"details":"whole"}\n']);
  const before = heard(nothing, lines(noDetails, full));
  assert.equal(heard(before, lines(full, full)).details, before.details);
});

Deno.test("of a text that grows only the new end is told, also when its beginning went away", () => {
  const known = Array.from({ length: 50 }, (_, i) => `line ${i} of the log`).join("\n");
  const now = [...known.split("\n").slice(3), "new 1", "new 2", "new 3"].join("\n");
  const [line] = lines({ ...full, log: known }, { ...full, log: now });
  assert.deepEqual((JSON.parse(line!) as { add: string }).add, "\nnew 1\nnew 2\nnew 3");
});

Deno.test("whatever a text turns into, both sides have the same", () => {
  const texts = [
    "",
    "a",
    "a\n",
    "a\nb",
    "b",
    "b\nb",
    "b\nb\nb",
    "b\nb\nc",
    "\n",
    "\n\n",
    "c\n\nd",
    "é\n😀",
    "😀\n😀😀",
    "x",
  ];
  let told = nothing;
  let known = noDetails;
  for (const log of [...texts, ...texts.toReversed(), ...texts.flatMap((text) => [text, "b\nb"])]) {
    const now = { ...known, log };
    told = heard(told, lines(known, now));
    known = now;
    assert.equal(told.details.log, log);
  }
});

Deno.test("a greeting is found behind what a prompt prints before it", () => {
  assert.equal(parseGreeting(spellGreeting()), detailsProtocol);
  assert.equal(parseGreeting(`\u001b[0m$ ${spellGreeting()}`), detailsProtocol);
  for (const line of ["", "hello", '{"details":"hello"}', '{"details":"hello","protocol":"1"}', '{"details":"log"}']) {
    assert.equal(parseGreeting(line), null, line);
  }
});

Deno.test("what cannot be such a line is none", () => {
  const hostile = [
    "",
    "[]",
    "{}",
    '{"details":"else"}',
    '{"details":"log"}',
    '{"details":"log","keep":1,"add":"x"}',
    '{"details":"log","keep":-1,"add":"x"}',
    '{"details":"log","keep":null,"add":"x"}',
    '{"details":"log","keep":0,"add":7}',
    '{"details":"__proto__","keep":0,"add":"x"}',
    '{"details":"salvages","rows":{}}',
    '{"details":"windows"}',
    '{"details":"defenses","rows":"many"}',
    `{"details":"log","keep":0,"add":"${"x".repeat(200_000)}"}`,
  ];
  for (const line of hostile) assert.equal(withLine(nothing, line), null, line.slice(0, 80));
});

Deno.test("rows that say nothing are left out, and the others are bounded and harmless", () => {
  const row = { sha, ref: "r", round: 1, state: "saved", why: "\u001b]0;x\u0007", files: Array(90).fill("f\u0000") };
  const said = [
    JSON.stringify({ details: "salvages", rows: [null, {}, { ...row, sha: "../x" }, ...Array(500).fill(row)] }),
    JSON.stringify({
      details: "windows",
      rows: [{ name: "a" }, { name: "b", utilization: -1, resets_at: 1 }, {
        name: "c",
        utilization: 1e9,
        resets_at: 1e9,
      }],
    }),
    JSON.stringify({
      details: "defenses",
      rows: [
        { name: 1 },
        { name: "a", protects: "b", state: "maybe" },
        ...Array(900).fill(0).map((_, i) => ({
          name: `d${i}\u202e`,
          protects: "x".repeat(5000),
          state: "off",
          reason: 7,
        })),
      ],
    }),
  ];
  const { details } = heard(nothing, said);
  assert.equal(details.salvages.length, 20);
  assert.equal(details.salvages[0]!.files.length, 5);
  const { why, files } = details.salvages[0]!;
  assert.ok([why, ...files].every((text) => visible(text) === text), "nothing a terminal obeys");
  assert.deepEqual(details.windows.map(({ name }) => name), ["c"]);
  assert.ok(details.defenses.length > 0 && details.defenses.length <= 200);
  assert.ok(details.defenses.every(({ protectsFrom, reason }) => protectsFrom.length <= 300 && reason === null));
});

Deno.test("a secret that the other side let through is masked here, also when it came in two pieces", () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const said = [
    JSON.stringify({ details: "log", keep: 0, add: `the token is ${secret.slice(0, 20)}` }),
    JSON.stringify({ details: "log", keep: 33, add: `${secret.slice(20)} there` }),
    JSON.stringify({
      details: "salvages",
      rows: [{ sha, ref: "r", round: 1, state: "saved", files: [`x/${secret}`] }],
    }),
  ];
  const { details } = heard(nothing, said);
  assert.doesNotMatch(JSON.stringify(safeDetails(details)), new RegExp(secret));
  assert.match(safeDetails(details).log, /^the token is .* there$/);
});
