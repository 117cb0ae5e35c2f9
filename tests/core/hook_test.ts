// Guards the words for hooks that other floors rely on.
import assert from "node:assert/strict";
import { hookEventKinds } from "../../src/core/event_hooks.ts";
import { hookKinds, hookPoints, ownEventPrefix } from "../../src/core/hook.ts";

Deno.test("ownEventPrefix() is the hook's name as an event kind can carry it", () => {
  assert.equal(ownEventPrefix("chat-bridge_2"), "chat_bridge_2_");
});

Deno.test("hookKinds has a word of its own for every point", () => {
  assert.equal(new Set(hookPoints.map((point) => hookKinds[point])).size, hookPoints.length);
});

Deno.test("hookEventKinds are rows of the table of events", () => {
  for (const [kind, row] of Object.entries(hookEventKinds)) {
    assert.match(kind, /^[a-z_]+$/);
    for (const code of Object.values(row.fields)) {
      assert.match(code, /^(?:int|number|string|bool|strings|objects|object)(?:\|null)?\??$/);
    }
  }
});
