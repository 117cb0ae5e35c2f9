// Guards what an alert looks like: the predecessor's line and keys first, and nothing that moves a terminal.
import assert from "node:assert/strict";
import { spellAlert, spellAlertJson } from "../../src/cli/monitor_page.ts";
import { paintFor } from "../../src/cli/print.ts";
import type { Alert } from "../../src/core/alert.ts";

const at = Date.parse("2026-11-21T10:05:00Z");
const alert: Alert = {
  detector: "hung",
  identity: "7",
  severity: "warning",
  message: "Round 7 began 5h ago and is not over",
  context: { round_num: 7 },
  fix: "Restart the supervisor",
  look: "agent-runner peek --round 7 --log",
  action: "none",
  state: "raised",
  raisedAt: at,
  at,
};
const plain = paintFor({ hasColor: false });

function spell(changes: Partial<Alert>, host: string | null = null): string {
  return spellAlert({ ...alert, ...changes }, { host, paint: plain });
}

Deno.test("spellAlert() writes the predecessor's line, then what to do and where to look", () => {
  assert.equal(
    spell({}),
    "[WARN] hung — Round 7 began 5h ago and is not over\n  fix: Restart the supervisor\n" +
      "  look: agent-runner peek --round 7 --log",
  );
  assert.equal(spell({ severity: "critical", fix: null, look: null }).split(" ")[0], "[CRIT]");
  assert.equal(spell({ severity: "info", fix: null, look: null }).split(" ")[0], "[OK]");
  assert.match(spell({}, "pi"), /^\[WARN\] pi: hung — /);
});

Deno.test("spellAlert() tells what lasts and what is over from what is new", () => {
  const later = { raisedAt: at - 300_000 };
  assert.match(
    spell({ ...later, state: "repeated" }),
    /\(still so, told first at 2026-11-21T10:00:00\.000Z\)\n {2}fix: /,
  );
  assert.equal(
    spell({ ...later, state: "resolved" }),
    "[OK] hung — over after 5m 00s: Round 7 began 5h ago and is not over",
  );
  // A clock that was set back makes no negative time.
  assert.match(spell({ raisedAt: at + 60_000, state: "resolved" }), /over after 0/);
});

Deno.test("spellAlert() obeys nothing that is in an alert", () => {
  const evil = "a\u001b[2J\nb\u009b1m";
  const text = spell({ message: evil, fix: evil, look: evil, detector: evil }, evil);
  assert.equal(text.split("\n").length, 3);
  // deno-lint-ignore no-control-regex -- they are what must not be there
  assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text));
});

Deno.test("spellAlert() colours the tag by severity, and what is over green", () => {
  const paint = paintFor({ hasColor: true });
  const tagOf = (changes: Partial<Alert>) => spellAlert({ ...alert, ...changes }, { host: null, paint }).slice(0, 5);
  assert.deepEqual([
    tagOf({}),
    tagOf({ severity: "critical" }),
    tagOf({ severity: "info" }),
    tagOf({ severity: "critical", state: "resolved" }),
  ], ["\u001b[33m", "\u001b[31m", "\u001b[32m", "\u001b[32m"]);
});

Deno.test("spellAlertJson() keeps the predecessor's six keys first, on one line that is safe to print", () => {
  const line = spellAlertJson({ ...alert, message: "a\n\u009b1m" }, "pi");
  assert.equal(line.split("\n").length, 1);
  assert.ok(!line.includes("\u009b"));
  const value = JSON.parse(line);
  assert.deepEqual(Object.keys(value), [
    "severity",
    "detector",
    "message",
    "context",
    "ts",
    "auto_action",
    "state",
    "identity",
    "host",
    "fix",
    "look",
    "raised_ts",
  ]);
  assert.deepEqual([value.ts, value.auto_action, value.host, value.message], [
    "2026-11-21T10:05:00.000Z",
    "none",
    "pi",
    "a\n\u009b1m",
  ]);
});
