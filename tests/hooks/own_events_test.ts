// Guards the events that hooks write themselves: under their own name, masked and bounded.
import assert from "node:assert/strict";
import { redact } from "../../src/core/redact.ts";
import { ownEvents } from "../../src/hooks/own_events.ts";

const facts = { hook: "chat-bridge", round: 7, redact };

function take(kind: string, payload: Readonly<Record<string, unknown>> = {}) {
  return ownEvents([{ kind, payload }], facts);
}

Deno.test("ownEvents() takes kinds that begin with the hook's name, and says whose and of which round they are", () => {
  const taken = take("chat_bridge_posted", { channel: "night", ts: "forged", event: "x", round_num: 1, hook: "other" });
  assert.deepEqual(taken, {
    kind: "ok",
    events: [{ kind: "chat_bridge_posted", payload: { round_num: 7, hook: "chat-bridge", channel: "night" } }],
  });
});

Deno.test("ownEvents() refuses a kind of somebody else, naming the field", () => {
  for (const kind of ["round_end", "posted", "chat_bridge_", "chat_bridgeposted", "chat"]) {
    const taken = take(kind);
    assert.equal(taken.kind, "bad", kind);
    assert.match(taken.kind === "bad" ? taken.message : "", /'events\.0\.kind' has to begin with 'chat_bridge_'/);
  }
  const taken = ownEvents([{ kind: "round_end", payload: {} }], { ...facts, hook: "round" });
  assert.match(taken.kind === "bad" ? taken.message : "", /kind of the program's own/);
});

Deno.test("ownEvents() masks texts, and fields that are secrets by their names", () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const taken = take("chat_bridge_posted", {
    text: `sent with ${token}`,
    list: [token, 3, null, true],
    inner: { password: "correct horse", count: 3, note: "harmless" },
  });
  assert.deepEqual(taken.kind === "ok" && taken.events[0]?.payload, {
    round_num: 7,
    hook: "chat-bridge",
    text: "sent with <redacted>",
    list: ["<redacted>", 3, null, true],
    inner: { password: "<redacted>", count: 3, note: "harmless" },
  });
});

Deno.test("ownEvents() refuses a payload that is too long", () => {
  assert.equal(take("chat_bridge_a", { text: "x ".repeat(8000) }).kind, "ok");
  const taken = take("chat_bridge_a", { text: "x ".repeat(9000) });
  assert.match(taken.kind === "bad" ? taken.message : "", /'events\.0\.payload'/);
});
