// Holds what detectors count among the newest rounds, and which rounds need their output read because nothing else speaks.
import assert from "node:assert/strict";
import { matchesAny, newestExits, reaches, roundsWithoutWords } from "../../src/monitor/shares.ts";
import { detectors } from "../../src/monitor/registry.ts";
import { configOf, withLines } from "../config/sample.ts";
import { stage } from "./stage.ts";

const config = configOf(withLines({ "monitor.network_fail": "rounds = 2" }));

const options = { window: 10, shortSeconds: 60 };

Deno.test("roundsWithoutWords() names short failures that are settled and have no verdict", () => {
  const made = stage()
    .round({ verdict: null, seconds: 5 })
    .round({ verdict: null, seconds: 60 })
    .round({ verdict: null, seconds: 5, code: 0 })
    .round({ verdict: null, seconds: 5, isTimedOut: true })
    .round({ verdict: "error", seconds: 5 })
    .round({ verdict: null, seconds: 5 });
  const wanted = () => roundsWithoutWords(made.sight.of(made.now).rounds, options);
  assert.deepEqual(wanted(), [1, 6]);
  made.sight.takeTail(1, "read");
  assert.deepEqual(wanted(), [6]);
  made.begin().event("agent_exit", { round_num: 7, exit_code: 1, duration_s: 1, timed_out: false });
  assert.deepEqual(wanted(), [6], "a verdict of the seventh may still come");
  made.event("round_end", { round_num: 7 });
  assert.deepEqual(wanted(), [6, 7]);
  assert.deepEqual(roundsWithoutWords(made.sight.of(made.now).rounds, { ...options, window: 1 }), [7]);
});

Deno.test("newestExits() leaves out rounds that are not over", () => {
  const made = stage().rounds(3).begin();
  assert.deepEqual(newestExits(made.sight.of(made.now).rounds, 2).map(({ number }) => number), [2, 3]);
});

Deno.test("reaches() is exact at the threshold, and never for nothing", () => {
  assert.equal(reaches({ part: 3, of: 10, percent: 30 }), true);
  assert.equal(reaches({ part: 3, of: 10, percent: 30.1 }), false);
  assert.equal(reaches({ part: 0, of: 10, percent: 0 }), false);
  assert.equal(reaches({ part: 1, of: 3, percent: 33.3 }), true);
});

Deno.test("matchesAny() ignores case, and patterns that are none", () => {
  assert.equal(matchesAny("Please LOG IN", ["(", "log in"]), true);
  assert.equal(matchesAny("fine", ["(", "log in"]), false);
});

Deno.test("a look between the end of an agent, its verdict and what it said of the network ends no alert", () => {
  const made = stage().rounds(3, { verdict: "error", seconds: 5, network: "dns" });
  const found = () =>
    ["crash_loop", "network_fail"].filter((name) => {
      const detector = detectors.find((known) => known.name === name)!;
      return detector.detect(made.sight.of(made.now), detector.optionsOf(config)) !== null;
    });
  assert.deepEqual(found(), ["crash_loop", "network_fail"]);
  const round = { round_num: 4 };
  made.begin().event("agent_exit", { ...round, exit_code: 1, duration_s: 5, timed_out: false });
  assert.deepEqual(found(), ["crash_loop", "network_fail"]);
  made.event("round_verdict", { ...round, verdict: "error", summary: "" });
  assert.deepEqual(found(), ["crash_loop", "network_fail"]);
  made.event("round_end", round);
  assert.deepEqual(found(), ["crash_loop"], "it said nothing of the network");
});
