// Guards the choice of the agent's session and the truth the agent is told about it.
import assert from "node:assert/strict";
import { chooseSession, commandFor, sessionContext } from "../../src/round/session.ts";
import type { Agent } from "../../src/core/agent.ts";
import { configOf, smallest, withLines } from "../config/sample.ts";
import { fakeAgent } from "../fakes/fake_reader.ts";
import type { Status } from "../../src/store/status.ts";

const newId = "00000000-0000-4000-8000-000000000009";
const now = Date.parse("2026-11-21T10:00:00Z");
const status: Status = {
  round_num: 4,
  running: false,
  schema: 2,
  agent: "fake",
  session_id: "s-4",
  last_verdict: "limit",
  last_completed_at: "2026-11-21T08:30:00Z",
};
const resuming: Agent = {
  ...fakeAgent(),
  resuming: { resumed: (command, id) => [...command, "--resume", id] },
};
const pinning: Agent = {
  ...resuming,
  resuming: { ...resuming.resuming!, pinned: (command, id) => [...command, "--session-id", id] },
};

function settingsOf(...lines: readonly string[]) {
  return configOf(withLines({ agent: ['session = "resume"', ...lines].join("\n") })).agent;
}

function choose(changes: Partial<Parameters<typeof chooseSession>[0]> = {}) {
  const facts = { agent: resuming, settings: settingsOf(), status, wantsFresh: false, newId, now, ...changes };
  const choice = chooseSession(facts);
  return { choice, command: commandFor(choice, facts).slice(1) };
}

Deno.test("chooseSession() makes a new session for each round unless it is told to resume", () => {
  assert.deepEqual(choose({ settings: configOf(smallest).agent, agent: pinning }), {
    choice: { kind: "fresh" },
    command: [],
  });
});

Deno.test("chooseSession() goes on with the last session, and says why and how long ago", () => {
  const { choice, command } = choose();
  assert.deepEqual(choice, {
    kind: "resumed",
    sessionId: "s-4",
    why: "the last round was cut by the provider, which works again now",
    agoSeconds: 5400,
  });
  assert.deepEqual(command, ["--resume", "s-4"]);
  const told = sessionContext(choice)!;
  assert.equal(told.last_round_ended_s_ago, 5400);
  assert.match(String(told.note), /1h 30m ago/);
  assert.equal(sessionContext({ kind: "fresh" }), null);
});

Deno.test("chooseSession() words the command as the configuration wants it", () => {
  const settings = settingsOf('resume_arg_template = ["--thread={session_id}", "--go-on"]');
  assert.deepEqual(choose({ settings }).command, ["--thread=s-4", "--go-on"]);
  assert.deepEqual(choose({ settings, agent: fakeAgent() }).command, ["--thread=s-4", "--go-on"]);
});

Deno.test("chooseSession() starts anew without a session, after a full context, for another agent, or when asked to", () => {
  const { session_id: _, ...without } = status;
  assert.equal(choose({ status: null }).choice.kind, "fresh");
  assert.equal(choose({ status: without }).choice.kind, "fresh");
  assert.equal(choose({ status: { ...status, last_verdict: "context" } }).choice.kind, "fresh");
  assert.equal(choose({ status: { ...status, agent: "codex" } }).choice.kind, "fresh");
  assert.equal(choose({ wantsFresh: true }).choice.kind, "fresh");
  assert.equal(choose({ agent: fakeAgent() }).choice.kind, "fresh", "it cannot resume");
});

Deno.test("chooseSession() chooses the id of a new session where the agent takes one", () => {
  assert.deepEqual(choose({ agent: pinning, status: null }), {
    choice: { kind: "pinned", sessionId: newId },
    command: ["--session-id", newId],
  });
});

Deno.test("chooseSession() leaves a command alone that chooses its session itself", () => {
  for (const word of ["--resume", "--continue", "-c", "--session-id=abc", "resume"]) {
    const settings = { ...settingsOf(), command: ["agent", word, "x"] };
    assert.equal(choose({ settings, agent: pinning }).choice.kind, "fresh", word);
  }
});

Deno.test("chooseSession() bears a last round whose end was not recorded", () => {
  const { last_completed_at: _, ...without } = status;
  const { choice } = choose({ status: without });
  assert.equal(choice.kind === "resumed" && choice.agoSeconds, null);
  assert.match(String(sessionContext(choice)!.note), /an unknown time ago/);
});

Deno.test("chooseSession() goes back to an agent's own session after another one stood in, and says how old it is", () => {
  const last = { session_id: "s-1", last_verdict: "limit", last_completed_at: "2026-11-21T05:00:00Z" };
  const { choice } = choose({ status: { ...status, agent: "codex", other_sessions: { fake: last } } });
  assert.deepEqual(choice, {
    kind: "resumed",
    sessionId: "s-1",
    why: "the last round was cut by the provider, which works again now",
    agoSeconds: 18_000,
  });
  const full = { ...last, last_verdict: "context" };
  assert.equal(choose({ status: { ...status, agent: "codex", other_sessions: { fake: full } } }).choice.kind, "fresh");
});

Deno.test("chooseSession() puts no word on the command line that is no id", () => {
  for (const id of ["--dangerously-skip-permissions", "-x", "", "a b", "a\nb", "x".repeat(201), "\u0000"]) {
    assert.equal(choose({ status: { ...status, session_id: id } }).choice.kind, "fresh", JSON.stringify(id));
  }
  for (const id of ["019d-ab_c", "ses_3f", "T-5:1", "/home/me/.pi/s.jsonl"]) {
    assert.equal(choose({ status: { ...status, session_id: id } }).choice.kind, "resumed", id);
  }
});

Deno.test("chooseSession() does not take a setting of Codex for a choice of session", () => {
  const settings = { ...settingsOf(), command: ["codex", "exec", "-c", "model_reasoning_effort=high"] };
  const codex = { ...resuming, name: "codex" };
  assert.equal(choose({ settings, agent: codex, status: { ...status, agent: "codex" } }).choice.kind, "resumed");
});
