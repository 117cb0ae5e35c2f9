// Holds the life of alerts: what is told when, what is told once, and what survives a monitor that begins again.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Severity } from "../../src/core/alert.ts";
import { liveOn, restoredAlerts, storedAlerts } from "../../src/monitor/alerts.ts";
import type { OpenAlert } from "../../src/monitor/alerts.ts";
import type { Claim } from "../../src/monitor/examine.ts";
import { start } from "./stage.ts";

function claim(detector: string, facts: Partial<Claim["finding"]> & { readonly isHook?: boolean } = {}): Claim {
  const { isHook = false, ...rest } = facts;
  const finding = { identity: "", severity: "warning" as Severity, message: "m", context: {}, fix: null, look: null };
  return { detector, isHook, action: "none", finding: { ...finding, ...rest } };
}

/** A witness that looks once in a while. */
class Life {
  open: readonly OpenAlert[] = [];
  now = start;
  repeatAfterSeconds = 100;

  /** `state detector identity` of all that is told. */
  look(claims: readonly Claim[], options: { readonly after?: number; readonly isBlind?: boolean } = {}): string[] {
    this.now += (options.after ?? 10) * 1000;
    const { repeatAfterSeconds, now } = this;
    const lives = liveOn(claims, this.open, { now, repeatAfterSeconds, isBlind: options.isBlind ?? false });
    this.open = lives.open;
    return lives.alerts.map(({ state, detector, identity }) => `${state} ${detector} ${identity}`.trim());
  }
}

Deno.test("liveOn() tells an alert once, again after a while, and its end", () => {
  const life = new Life();
  assert.deepEqual(life.look([claim("hung")]), ["raised hung"]);
  assert.deepEqual(life.look([claim("hung")], { after: 99 }), []);
  assert.deepEqual(life.look([claim("hung")], { after: 1 }), ["repeated hung"]);
  assert.deepEqual(life.look([claim("hung")], { after: 99 }), []);
  assert.deepEqual(life.look([claim("hung")], { after: 1 }), ["repeated hung"]);
  assert.deepEqual(life.look([]), ["resolved hung"]);
  assert.deepEqual(life.look([]), []);
  assert.deepEqual(life.look([claim("hung")]), ["raised hung"]);
});

Deno.test("liveOn() never repeats when it is not to", () => {
  const life = new Life();
  life.repeatAfterSeconds = 0;
  assert.deepEqual(life.look([claim("hung")]), ["raised hung"]);
  assert.deepEqual(life.look([claim("hung")], { after: 1e6 }), []);
});

Deno.test("liveOn() knows an alert by what is wrong, not by its wording", () => {
  const life = new Life();
  life.look([claim("hung", { message: "for 10s", context: { elapsed_s: 10 } })]);
  assert.deepEqual(life.look([claim("hung", { message: "for 20s", context: { elapsed_s: 20 } })]), []);
  assert.equal(life.open[0]!.finding.message, "for 20s");
  assert.deepEqual(life.look([claim("hung", { identity: "8" })]), ["raised hung 8", "resolved hung"]);
});

Deno.test("liveOn() keeps apart what is wrong at the same time, and a hook from a detector of its name", () => {
  const life = new Life();
  const two = [claim("budget", { identity: "day usd" }), claim("budget", { identity: "week usd" })];
  assert.deepEqual(life.look(two), ["raised budget day usd", "raised budget week usd"]);
  assert.deepEqual(life.look([two[1]!]), ["resolved budget day usd"]);
  assert.deepEqual(life.look([two[1]!, claim("budget", { identity: "week usd", isHook: true })]), [
    "raised budget week usd",
  ]);
  assert.deepEqual(life.look([two[1]!, two[1]!]), ["resolved budget week usd"]);
});

Deno.test("liveOn() raises again what became worse, and not what became better", () => {
  const life = new Life();
  assert.deepEqual(life.look([claim("oauth_fail")]), ["raised oauth_fail"]);
  assert.deepEqual(life.look([claim("oauth_fail", { severity: "critical" })]), ["raised oauth_fail"]);
  assert.equal(life.open[0]!.raisedAt, start + 10_000, "it is wrong since the first time");
  assert.deepEqual(life.look([claim("oauth_fail")]), []);
  assert.deepEqual(life.look([claim("oauth_fail", { severity: "critical" })]), ["raised oauth_fail"]);
});

Deno.test("liveOn() ends nothing while nothing can be seen", () => {
  const life = new Life();
  life.look([claim("hung")]);
  assert.deepEqual(life.look([], { isBlind: true, after: 1000 }), []);
  assert.deepEqual(life.look([claim("monitor_blind")], { isBlind: true }), ["raised monitor_blind"]);
  assert.deepEqual(life.look([claim("hung")]), ["repeated hung", "resolved monitor_blind"]);
});

Deno.test("liveOn() has an end carry no action, and all that was known", () => {
  const raised = { ...claim("disk_critical", { fix: "Make room", look: "df" }), action: "stop_service" as const };
  const first = liveOn([raised], [], { now: start, repeatAfterSeconds: 1, isBlind: false });
  assert.equal(first.alerts[0]!.action, "stop_service");
  const { alerts: [end] } = liveOn([], first.open, { now: start + 5000, repeatAfterSeconds: 1, isBlind: false });
  assert.deepEqual(end, {
    identity: "",
    severity: "warning",
    message: "m",
    context: {},
    fix: "Make room",
    look: "df",
    detector: "disk_critical",
    action: "none",
    state: "resolved",
    raisedAt: start,
    at: start + 5000,
  });
});

Deno.test("liveOn() repeats in time though the clock was set back", () => {
  const life = new Life();
  life.look([claim("hung")]);
  assert.deepEqual(life.look([claim("hung")], { after: -1_000_000 }), []);
  assert.deepEqual(life.look([claim("hung")], { after: 99 }), []);
  assert.deepEqual(life.look([claim("hung")], { after: 1 }), ["repeated hung"]);
});

Deno.test("liveOn() remembers a bounded number of alerts, and does not raise those it cannot remember", () => {
  const many = Array.from({ length: 5000 }, (_, i) => claim("x", { identity: String(i) }));
  const life = new Life();
  assert.equal(life.look(many).length, 200);
  assert.deepEqual(life.look(many), []);
});

const anyClaims = fc.array(
  fc.record({ detector: fc.constantFrom("a", "b"), identity: fc.constantFrom("", "1"), isCritical: fc.boolean() }).map(
    ({ detector, identity, isCritical }) =>
      claim(detector, { identity, severity: isCritical ? "critical" : "warning" }),
  ),
  { maxLength: 4 },
);
const anyLooks = fc.array(
  fc.record({ claims: anyClaims, after: fc.integer({ min: 0, max: 300 }), isBlind: fc.boolean() }),
  {
    maxLength: 30,
  },
);

Deno.test("liveOn() tells of each alert in the order raised, repeated, resolved, whatever is claimed", () => {
  fc.assert(fc.property(anyLooks, (looks) => {
    const life = new Life();
    const alive = new Map<string, number>();
    for (const { claims, after, isBlind } of looks) {
      const told = life.look(claims, { after, isBlind });
      assert.equal(new Set(told).size, told.length, "nothing is told twice at one look");
      for (const line of told) {
        const [state, ...rest] = line.split(" ");
        const key = rest.join(" ");
        if (state === "raised") alive.set(key, life.now);
        else assert.ok(alive.has(key), `${line} though it was not raised`);
        if (state === "repeated") {
          assert.ok(life.now - alive.get(key)! >= 100_000, `${line} too early`);
          alive.set(key, life.now);
        }
        if (state === "resolved") alive.delete(key);
      }
      const open = life.open.map(({ detector, finding }) => `${detector} ${finding.identity}`.trim()).sort();
      assert.deepEqual(open, [...alive.keys()].sort(), "what is open is what was told and not ended");
      const claimed = new Set(claims.map(({ detector, finding }) => `${detector} ${finding.identity}`.trim()));
      for (const key of claimed) assert.ok(alive.has(key), "what is claimed is told");
      if (!isBlind) assert.equal(alive.size, claimed.size, "what is not claimed is over");
    }
  }));
});

Deno.test("restoredAlerts() goes on where the monitor before it was, at any moment", () => {
  fc.assert(fc.property(anyLooks, (looks) => {
    const [steady, restarted] = [new Life(), new Life()];
    for (const { claims, after, isBlind } of looks) {
      const expected = steady.look(claims, { after, isBlind });
      restarted.open = restoredAlerts(JSON.parse(JSON.stringify(storedAlerts(restarted.open))));
      assert.deepEqual(restarted.look(claims, { after, isBlind }), expected);
    }
  }));
});

Deno.test("restoredAlerts() leaves out what it cannot use, and never throws", () => {
  const good = storedAlerts([{ ...claim("hung", { identity: "7" }), raisedAt: start, toldAt: start }]);
  const [row] = good["alerts"] as Record<string, unknown>[];
  assert.equal(restoredAlerts(good).length, 1);
  for (const key of Object.keys(row!)) {
    for (const value of [undefined, {}, [], 7.5e308 * 10, "x".repeat(2000), "bad"]) {
      const found = restoredAlerts({ schema: 1, alerts: [{ ...row, [key]: value }] });
      const isTaken = (key === "context" && value?.constructor === Object) ||
        (value === "bad" && ["detector", "identity", "message", "fix", "look"].includes(key));
      assert.equal(found.length, isTaken ? 1 : 0, `${key} = ${JSON.stringify(value)?.slice(0, 40)}`);
    }
  }
  assert.equal(restoredAlerts({ schema: 1, alerts: Array(9).fill(row) }).length, 1, "each once");
  assert.equal(
    restoredAlerts({ schema: 2, alerts: [row] }).length,
    1,
    "of a newer version, as far as it is understood",
  );
  fc.assert(fc.property(fc.anything(), (value) => {
    assert.ok(Array.isArray(restoredAlerts(value)));
    assert.ok(Array.isArray(restoredAlerts({ schema: 1, alerts: [value] })));
  }));
});
