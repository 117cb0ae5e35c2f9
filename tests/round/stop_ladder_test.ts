// Walks the whole stop table: every state with every happening.
import assert from "node:assert/strict";
import fc from "fast-check";
import { climb, stopTable } from "../../src/round/stop_ladder.ts";
import type { Happening, LadderAction, LadderState } from "../../src/round/stop_ladder.ts";

const states: readonly LadderState[] = ["running", "result_seen", "int_sent", "term_sent", "kill_sent", "gone"];
const happenings: readonly Happening[] = [
  "exited",
  "cleared",
  "wall",
  "early_sign",
  "result_line",
  "linger_over",
  "linger_busy",
  "cancel_request",
  "stop_request",
  "grace_over",
  "still_alive",
];

/** Written apart from the table under test: `state happening -> next: actions`. */
const wanted: Readonly<Record<string, string>> = {
  "running cleared": "gone:",
  "running exited": "term_sent: note_leftovers term start_grace",
  "running wall": "term_sent: note_wall term start_grace",
  "running stop_request": "term_sent: note_stop term start_grace",
  "running early_sign": "term_sent: note_early term start_grace",
  "running cancel_request": "int_sent: note_cancel interrupt start_grace",
  "running result_line": "result_seen: start_linger",
  "result_seen cleared": "gone:",
  "result_seen exited": "term_sent: note_leftovers term start_grace",
  "result_seen wall": "term_sent: note_wall term start_grace",
  "result_seen early_sign": "term_sent: note_early term start_grace",
  "result_seen stop_request": "term_sent: note_stop term start_grace",
  "result_seen linger_busy": "result_seen: note_extended",
  "result_seen linger_over": "term_sent: note_linger term start_grace",
  "result_seen cancel_request": "int_sent: note_cancel interrupt start_grace",
  "int_sent cleared": "gone:",
  "int_sent exited": "term_sent: note_leftovers term start_grace",
  "int_sent wall": "term_sent: note_wall term start_grace",
  "int_sent early_sign": "term_sent: note_early term start_grace",
  "int_sent stop_request": "term_sent: note_stop term start_grace",
  "int_sent grace_over": "term_sent: term start_grace",
  "term_sent cleared": "gone:",
  "term_sent grace_over": "kill_sent: kill start_grace",
  "kill_sent cleared": "gone:",
  "kill_sent still_alive": "kill_sent: kill start_grace",
};

function spell(next: LadderState, actions: readonly LadderAction[]): string {
  return `${next}: ${actions.join(" ")}`.trimEnd();
}

function isSignalling(actions: readonly LadderAction[]): boolean {
  return actions.some((action) => action === "interrupt" || action === "term" || action === "kill");
}

for (const state of states) {
  for (const happening of happenings) {
    const pair = `${state} ${happening}`;
    Deno.test(`climb() from ${state} on ${happening} ${pair in wanted ? `gives ${wanted[pair]}` : "changes nothing"}`, () => {
      const { next, actions } = climb(state, happening);
      assert.equal(spell(next, actions), wanted[pair] ?? `${state}:`);
    });
  }
}

Deno.test("stopTable lists each pair once and nothing but known words", () => {
  const pairs = stopTable.map((row) => `${row.state} ${row.happening}`);
  assert.equal(new Set(pairs).size, pairs.length);
  assert.deepEqual([...pairs].sort(), Object.keys(wanted).sort());
});

Deno.test("stopTable reaches every state from running, and gone from every state", () => {
  const reached = new Set<LadderState>(["running"]);
  for (let size = 0; size !== reached.size;) {
    size = reached.size;
    for (const row of stopTable) if (reached.has(row.state)) reached.add(row.next);
  }
  assert.deepEqual([...reached].sort(), [...states].sort());
  const leadsToGone = new Set<LadderState>(["gone"]);
  for (let size = 0; size !== leadsToGone.size;) {
    size = leadsToGone.size;
    for (const row of stopTable) if (leadsToGone.has(row.next)) leadsToGone.add(row.state);
  }
  assert.deepEqual([...leadsToGone].sort(), [...states].sort());
});

Deno.test("stopTable never kills before it asked, and starts a grace after every signal", () => {
  for (const row of stopTable) {
    if (row.actions.includes("kill")) assert.ok(row.state === "term_sent" || row.state === "kill_sent");
    if (isSignalling(row.actions)) assert.equal(row.actions.at(-1), "start_grace");
  }
});

Deno.test("climb() keeps its promises whatever happens in whatever order", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...happenings), { maxLength: 40 }), (walk) => {
    let state = "running" as LadderState;
    let terms = 0;
    for (const happening of walk) {
      const { next, actions } = climb(state, happening);
      // Nobody is killed who was not asked before, nobody is asked twice, and no rung is gone down.
      terms += actions.filter((action) => action === "term").length;
      if (actions.includes("kill")) assert.equal(terms, 1);
      assert.ok(terms <= 1);
      assert.ok(states.indexOf(next) >= states.indexOf(state), `${state} ${happening} ${next}`);
      // Every signal has its deadline, and only what is gone is left alone.
      assert.equal(actions.includes("start_grace"), isSignalling(actions));
      assert.equal(next === "gone", state === "gone" || happening === "cleared");
      state = next;
    }
  }));
});
