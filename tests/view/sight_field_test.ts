// Guards that what a picture keeps of records of unknown origin is of the right type, within its bounds, and short.
import assert from "node:assert/strict";
import {
  countField,
  endOfText,
  epochField,
  longestSentence,
  momentOf,
  roundField,
  shortField,
  shortText,
} from "../../src/view/sight_field.ts";

const notNumbers = ["3", null, undefined, true, [3], { valueOf: () => 3 }, 3n, NaN, Infinity, -Infinity];

Deno.test("countField() takes whole numbers from 0 on, and nothing else", () => {
  const taken = (value: unknown) => countField({ value }, "value");
  assert.deepEqual([0, 1, Number.MAX_SAFE_INTEGER].map(taken), [0, 1, Number.MAX_SAFE_INTEGER]);
  for (const value of [...notNumbers, -1, 0.5, Number.MAX_SAFE_INTEGER + 1]) assert.equal(taken(value), null);
  assert.equal(countField({}, "value"), null);
});

Deno.test("epochField() takes seconds that can be a date, and nothing else", () => {
  const taken = (value: unknown) => epochField({ value }, "value");
  assert.deepEqual([0.001, 1.8e9, 4e10 - 1].map(taken), [0.001, 1.8e9, 4e10 - 1]);
  for (const value of [...notNumbers, 0, -1, 4e10]) assert.equal(taken(value), null);
});

Deno.test("roundField() takes the number of a round, and nothing else", () => {
  assert.equal(roundField({ round_num: 7 }), 7);
  for (const value of [...notNumbers, -1, 1.5, 1e300]) assert.equal(roundField({ round_num: value }), null);
});

Deno.test("momentOf() takes an ISO time of up to 40 characters, and nothing else", () => {
  const time = "2026-11-21T10:00:00.000Z";
  assert.equal(momentOf(time), Date.parse(time));
  const long = `2026-11-21T10:00:00.${"0".repeat(19)}Z`;
  assert.equal(long.length, 40);
  assert.equal(momentOf(long), Date.parse(time));
  assert.equal(momentOf(`2026-11-21T10:00:00.${"0".repeat(20)}Z`), null);
  for (const value of ["soon", "", 1.8e9, null, {}]) assert.equal(momentOf(value), null);
});

Deno.test("shortField() and shortText() keep at most so many characters", () => {
  assert.equal(shortField({ name: "abc" }, "name", 3), "abc");
  assert.equal(shortField({ name: "abcd" }, "name", 3)?.length, 3);
  assert.equal(shortField({ name: 5 }, "name"), null);
  assert.equal(shortText("x".repeat(longestSentence)), "x".repeat(longestSentence));
  assert.equal(shortText("x".repeat(longestSentence + 1)).length, longestSentence);
});

Deno.test("endOfText() keeps the end", () => {
  assert.deepEqual([endOfText("abcd", 4), endOfText("abcde", 4)], ["abcd", "bcde"]);
});
