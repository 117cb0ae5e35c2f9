// Guards the soak's own eyes: each thing that can go wrong outside of a loop is seen, and what is right is not blamed.
import assert from "node:assert/strict";
import { checkOutside } from "./outside_checks.ts";
import type { OutsideEvidence } from "./outside_checks.ts";

const good: OutsideEvidence = {
  alerts: 2,
  notices: ["x number 1. y", "number 0."],
  readers: [{ alerts: new Map([[0, 1], [1, 1]]), faults: [] }],
  rounds: [1, 2, 3],
  spans: [1, 2, 3],
  dropped: 0,
  verdicts: ["ok", "ok", "ok"],
  codes: [0, 0],
  gapsMs: [2000, 2100],
  gapsAloneMs: [2000, 2050],
};

const blamed = (change: Partial<OutsideEvidence>) =>
  checkOutside({ ...good, ...change }).filter(({ fault }) => fault !== null).map(({ what }) => what);

Deno.test("checkOutside() finds nothing where all is right", () => {
  assert.deepEqual(blamed({}), []);
});

Deno.test("checkOutside() finds what is lost, doubled, strange, out of order, dropped or late", () => {
  assert.deepEqual(blamed({ notices: ["number 0."] }), ["outside: notices"]);
  assert.deepEqual(blamed({ notices: ["number 0.", "number 1.", "number 1."] }), ["outside: notices"]);
  assert.deepEqual(blamed({ notices: ["number 0.", "number 1.", "hello"] }), ["outside: notices"]);
  assert.deepEqual(blamed({ alerts: 0, notices: [], readers: [] }), ["outside: notices"]);
  assert.deepEqual(blamed({ dropped: 1 }), ["outside: notices dropped"]);
  assert.deepEqual(blamed({ spans: [1, 3] }), ["outside: spans"]);
  assert.deepEqual(blamed({ spans: [1, 2, 2, 3] }), ["outside: spans"]);
  assert.deepEqual(blamed({ readers: [{ alerts: new Map([[0, 1], [1, 2]]), faults: [] }] }), ["outside: reader 0"]);
  assert.deepEqual(blamed({ readers: [{ alerts: new Map([[0, 1], [1, 1]]), faults: ["7 after 5"] }] }), [
    "outside: order of reader 0",
  ]);
  assert.deepEqual(blamed({ verdicts: ["ok", "hung"] }), ["outside: verdicts"]);
  assert.deepEqual(blamed({ codes: [0, 1] }), ["outside: exit codes"]);
  assert.deepEqual(blamed({ gapsMs: [3000, 3000] }), ["outside: half of the pauses"]);
  assert.deepEqual(blamed({ gapsMs: [2000, 2000, 9000, 9000], gapsAloneMs: [2000, 2000, 2000, 2000] }), [
    "outside: nearly all pauses",
  ]);
  assert.deepEqual(blamed({ gapsMs: [] }), ["outside: half of the pauses", "outside: nearly all pauses"]);
});
