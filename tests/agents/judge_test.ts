// Proves the rules that hold for every agent: every ending gets a verdict, and nobody is blamed for a neighbour's deed.
import assert from "node:assert/strict";
import fc from "fast-check";
import { cause, safeText } from "../../src/agents/cause.ts";
import { judgeRound, networkPhrase, type Seen } from "../../src/agents/judge.ts";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";

const nothing: Seen = {
  agent: "The agent",
  own: null,
  degraded: [],
  terminal: null,
  trouble: null,
  spoken: null,
  lines: [],
  hasRecords: true,
  isExitTrusted: false,
};
const trouble = cause("transient", "Overloaded.", { waitClass: "api_transient_5xx" });
const spoken = cause("config", "Bad flag.");

function kindOf(ending: Ending, seen: Partial<Seen> = {}) {
  return judgeRound(ending, { ...nothing, ...seen }).kind;
}

Deno.test("judgeRound() never calls a missing terminal record ok", () => {
  assert.equal(kindOf({ kind: "exited", code: 0 }), "no_result");
  assert.equal(kindOf({ kind: "exited", code: 1 }), "no_result");
  assert.equal(kindOf({ kind: "exited", code: 1 }, { hasRecords: false }), "error");
  assert.equal(kindOf({ kind: "exited", code: 0 }, { isExitTrusted: true }), "ok");
});

Deno.test("judgeRound() prefers records to text and text to the exit status", () => {
  assert.equal(kindOf({ kind: "exited", code: 1 }, { trouble, spoken }), "transient");
  assert.equal(kindOf({ kind: "exited", code: 1 }, { spoken }), "config");
  assert.equal(kindOf({ kind: "exited", code: 143 }, { trouble, spoken }), "interrupted");
});

Deno.test("judgeRound() calls a wall hung only without known trouble", () => {
  for (const wall of ["first_byte", "idle", "hard"] as const) {
    assert.equal(kindOf({ kind: "timed_out", wall, code: 143 }), "hung");
    assert.equal(kindOf({ kind: "timed_out", wall, code: 143 }, { trouble, spoken }), "transient");
  }
});

Deno.test("judgeRound() gives every ending a sentence without secrets or line ends", () => {
  const ending: fc.Arbitrary<Ending> = fc.oneof(
    fc.record({ kind: fc.constant("exited" as const), code: fc.integer({ min: -64, max: 255 }) }),
    fc.record({ kind: fc.constant("signalled" as const), signal: fc.constantFrom("SIGTERM", "SIGSEGV", "SIG99", "") }),
    fc.record({ kind: fc.constantFrom("lost" as const, "not_started" as const), reason: fc.string() }),
    fc.record({ kind: fc.constant("lingered" as const), code: fc.constantFrom(null, 0, 143) }),
  );
  fc.assert(fc.property(ending, fc.boolean(), (ended, isExitTrusted) => {
    const verdict = judgeRound(ended, { ...nothing, isExitTrusted });
    assert.ok(verdictKinds.includes(verdict.kind));
    assert.ok(verdict.summary.length > 0 && verdict.summary.length <= 300 && !/[\n\r]/.test(verdict.summary));
  }));
  const leak = judgeRound({ kind: "not_started", reason: "bad\nTOKEN=abc" }, nothing);
  assert.equal(leak.summary, "The agent could not be started: bad TOKEN=<redacted>");
});

Deno.test("networkPhrase() finds words of the network as whole words", () => {
  for (
    const text of [
      "connect ECONNREFUSED 1",
      "DNS lookup failed",
      "502 Bad Gateway",
      "Connection timed out",
      "connect timed out",
    ]
  ) {
    assert.ok(networkPhrase(text), text);
  }
  for (const text of ["dnsmasq", "5020 bad gateways", "all is well", ""]) assert.equal(networkPhrase(text), null, text);
});

Deno.test("safeText() masks before it clips and does not leave half a secret", () => {
  assert.equal(safeText("TOKEN=abcdefgh", 10), "TOKEN=<red");
  const token = `ghp_${"a1".repeat(20)}`;
  assert.ok(!safeText(`${"x ".repeat(96)}${token}`, 300, 200).includes("ghp_"));
});

Deno.test("judgeRound() lets a provider's words explain a wall, but no complaint about the command line", () => {
  const hardWall: Ending = { kind: "timed_out", wall: "hard", code: 143 };
  assert.equal(kindOf(hardWall, { spoken: trouble }), "transient");
  assert.equal(kindOf(hardWall, { spoken }), "hung");
});

Deno.test("judgeRound() does not take what the supervisor's own signal made a CLI say for its fault", () => {
  const aborted = cause("interrupted", "The run was interrupted.");
  const broken = cause("error", "The run failed.");
  const hardWall: Ending = { kind: "timed_out", wall: "hard", code: 0 };
  assert.equal(kindOf(hardWall, { terminal: aborted }), "hung");
  assert.equal(kindOf(hardWall, { terminal: aborted, trouble }), "transient");
  assert.equal(kindOf(hardWall, { terminal: broken }), "error");
  for (const by of ["operator", "supervisor"] as const) {
    assert.equal(kindOf({ kind: "stopped", by, code: 0 }, { terminal: broken }), "interrupted");
    assert.equal(kindOf({ kind: "stopped", by, code: 0 }, { terminal: aborted }), "interrupted");
  }
  assert.equal(kindOf({ kind: "stopped", by: "supervisor", code: 0 }, { terminal: broken, trouble }), "transient");
  assert.equal(kindOf({ kind: "lingered", code: null }, { terminal: aborted }), "interrupted");
  assert.equal(kindOf({ kind: "exited", code: 0 }, { terminal: aborted }), "interrupted");
});
