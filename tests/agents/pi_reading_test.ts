// Proves that pi's stream is read whole, whatever its fields hold.
import assert from "node:assert/strict";
import pi from "../../src/agents/pi.ts";
import {
  agentEnd,
  exit0,
  failedTurn,
  type Fields,
  message,
  reader,
  retry,
  session,
  settled,
  toolCall,
  turn,
  wall,
} from "./pi_records.ts";
import { replaced } from "./record_lines.ts";

Deno.test("observe() sums the messages, counts each once and names what the stream tells", () => {
  const calls = [toolCall("read", { path: "a.txt" }), toolCall("bash", { command: "ls" })];
  const made = reader([session, ...turn({ stopReason: "toolUse" }), ...calls, ...turn({ model: "m2" }), settled]);
  const { usage, toolCalls, turns, sessionId, model, cliVersion } = made.observe();
  assert.deepEqual(usage, {
    model: "m2",
    inputTokens: 20,
    outputTokens: 8,
    reasoningTokens: 6,
    cachedTokens: 22,
    cacheCreationTokens: 10,
    costUsd: 0.5,
    durationMs: 0,
    toolCallCount: 2,
    modelsBreakdown: null,
    isCumulative: false,
  });
  assert.deepEqual(toolCalls.map(({ name, target }) => [name, target]), [["read", "a.txt"], ["bash", "ls"]]);
  assert.deepEqual([turns, sessionId, model, cliVersion], [2, "s1", "m2", null]);
});

Deno.test("observe() counts a message that only one of its records tells of", () => {
  const inputOf = (records: readonly Fields[]) => reader([session, ...records]).observe().usage?.inputTokens;
  assert.equal(inputOf([{ type: "turn_end", message: message() }, { type: "turn_end", message: message() }]), 20);
  assert.equal(inputOf([{ type: "message_end", message: message() }, { type: "message_end", message: message() }]), 20);
  assert.equal(inputOf([{ type: "message_start", message: message({ stopReason: "pending" }) }]), 10);
  assert.equal(
    inputOf([{ type: "message_start", message: message({ stopReason: "pending" }) }, ...turn().slice(2)]),
    10,
  );
  assert.equal(inputOf([...turn(), { type: "message_start", message: message({ stopReason: "pending" }) }]), 20);
  assert.equal(inputOf(turn({ usage: undefined })), undefined);
  assert.equal(inputOf(turn({ role: "user" })), undefined);
  assert.equal(reader(turn({ usage: { input: 1 } })).observe().usage?.costUsd, null);
  assert.equal(reader([session, ...failedTurn("terminated")]).observe().turns, null);
});

Deno.test("judge() hears pi's own words on stderr when it leaves without records", () => {
  const said = (line: string) => reader([line]).judge({ kind: "exited", code: 1 }).kind;
  assert.equal(said("Error: Unknown option: --x"), "config");
  assert.equal(said("No session found matching '0'"), "config");
  assert.equal(said("Error: No API key found for acme."), "auth");
  assert.equal(said("429 slow down"), "transient");
  assert.equal(said("They said: 429 slow down"), "error");
  assert.equal(reader(["No session found matching '0'"]).judge(wall).kind, "hung");
  assert.equal(reader([]).judge({ kind: "exited", code: 143 }).kind, "interrupted");
});

Deno.test("judge() trusts the exit status only where no records are asked for", () => {
  assert.equal(reader(["All done."], ["pi", "-p", "x"]).judge(exit0).kind, "ok");
  assert.equal(reader(["All done."]).judge(exit0).kind, "no_result");
  assert.equal(reader(["All done."], ["pi", "-p", "--mode=json"]).judge(exit0).kind, "no_result");
});

Deno.test("push() counts records it does not know, and lines that cannot be read", () => {
  const made = reader([session, { type: "brand_new" }, "{broken", { type: "message_update" }, ...turn(), settled]);
  assert.equal(made.judge(exit0).kind, "ok");
  assert.deepEqual([made.observe().unknownRecords, made.observe().badLines], [1, 1]);
  assert.equal(made.lastLines(), "");
  assert.equal(reader([...failedTurn("401 no"), settled]).lastLines(), "401 no");
});

Deno.test("push() bears any type in any field and any order of keys", () => {
  const odd = [null, true, -1, 1e999, "", "x", [], [null, {}], {}, { type: 7 }];
  const paths = [
    "type",
    "id",
    "message",
    "willRetry",
    "toolName",
    "args",
    "delayMs",
    "errorMessage",
    "success",
    "finalError",
  ]
    .map((name) => [name]);
  for (const name of ["role", "content", "model", "usage", "stopReason", "errorMessage", "timestamp"]) {
    paths.push(["message", name]);
  }
  for (const name of ["input", "output", "reasoning", "cacheRead", "cost"]) paths.push(["message", "usage", name]);
  paths.push(["message", "usage", "cost", "total"]);
  const whole = [
    session,
    ...turn(),
    ...failedTurn("500 no"),
    retry("401 no"),
    toolCall("bash", {}),
    agentEnd(true),
    settled,
  ];
  for (const original of [...whole, { type: "auto_retry_end", success: false }]) {
    for (const path of paths) {
      for (const value of odd) {
        const made = reader([session, replaced(original, path, value), settled]);
        assert.notEqual(made.judge(exit0).kind, undefined);
        const { usage, badLines } = made.observe();
        assert.equal(badLines, 0, path.join("."));
        assert.ok(usage === null || Number.isSafeInteger(usage.inputTokens) && usage.outputTokens >= 0, path.join("."));
      }
    }
    const turned = Object.fromEntries(Object.entries(original).toReversed());
    assert.deepEqual(reader([session, turned]).judge(exit0), reader([session, original]).judge(exit0));
  }
});

Deno.test("resumed() adds the session to the command line", () => {
  assert.deepEqual(pi.resuming.resumed(["pi", "-p"], "s1"), ["pi", "-p", "--session", "s1"]);
});

Deno.test("judge() keeps what a message said of its end when the turn's end does not repeat it", () => {
  const stopped = turn().map((record) =>
    record.type === "turn_end" ? { ...record, message: { role: "assistant" } } : record
  );
  assert.equal(reader([session, ...stopped, settled]).judge(exit0).kind, "ok");
  const refused = turn({ stopReason: "error", content: [], errorMessage: "401 no" }).map((record) =>
    record.type === "turn_end" ? { ...record, message: { role: "assistant", stopReason: "error" } } : record
  );
  assert.equal(reader([session, ...refused, settled]).judge(exit0).kind, "auth");
});

Deno.test("judge() takes what pi tried again for trouble that passes, whatever it was", () => {
  const errorMessage = "request ended without sending any chunks";
  const broken = turn({ stopReason: "error", content: [], errorMessage });
  const again = { type: "auto_retry_start", attempt: 1, maxAttempts: 3, delayMs: 2000, errorMessage };
  const over = { type: "auto_retry_end", success: false, attempt: 3, finalError: errorMessage };
  assert.equal(reader([session, ...broken, agentEnd(true), again]).judge(wall).kind, "transient");
  const whole = [session, ...broken, agentEnd(true), again, ...broken, agentEnd(false), over, settled];
  assert.equal(reader(whole).judge(exit0).kind, "transient");
  assert.equal(reader([session, ...broken, agentEnd(false), settled]).judge(exit0).kind, "error");
});
