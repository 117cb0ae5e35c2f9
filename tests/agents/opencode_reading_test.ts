// Proves that opencode's stream is read whole, whatever its fields hold.
import assert from "node:assert/strict";
import opencode from "../../src/agents/opencode.ts";
import {
  answer,
  exit0,
  exit1,
  failed,
  finish,
  reader,
  record,
  refused,
  start,
  tool,
  wall,
} from "./opencode_records.ts";
import { replaced } from "./record_lines.ts";

Deno.test("observe() sums the steps and names what the stream tells", () => {
  const calls = [
    tool({ status: "completed", input: { filePath: "a.txt" } }, "read"),
    tool({
      status: "error",
      input: { command: "ls" },
      error: "The user rejected permission to use this specific tool call.",
    }),
  ];
  const made = reader([start, ...calls, finish("tool-calls"), start, answer, finish("stop", { cost: 0.5 })]);
  const { usage, toolCalls, denials, turns, sessionId, model, cliVersion } = made.observe();
  assert.deepEqual(usage, {
    model: "acme/m1",
    inputTokens: 20,
    outputTokens: 8,
    reasoningTokens: 6,
    cachedTokens: 22,
    cacheCreationTokens: 10,
    costUsd: 0.75,
    durationMs: 0,
    toolCallCount: 2,
    modelsBreakdown: null,
    isCumulative: false,
  });
  assert.deepEqual(toolCalls.map(({ name, target }) => [name, target]), [["read", "a.txt"], ["bash", "ls"]]);
  assert.deepEqual(denials, ["bash"]);
  assert.deepEqual([turns, sessionId, model, cliVersion], [2, "ses_1", "acme/m1", null]);
  assert.equal(reader([start, finish("stop", { cost: undefined })]).observe().usage?.costUsd, null);
  assert.equal(reader([start]).observe().usage, null);
  assert.equal(
    reader([start, answer], ["opencode", "run", "--format=json", "--model=x/y", "--", "-m", "z"]).observe().model,
    "x/y",
  );
});

Deno.test("judge() hears opencode's own words on stderr through their colours", () => {
  const said = (line: string) => reader([`\x1b[91m\x1b[1mError: \x1b[0m${line}`]);
  assert.equal(said("Session not found").judge(exit1).kind, "config");
  assert.equal(said("You must provide a message or a command").judge(exit1).kind, "config");
  assert.equal(said("Incorrect API key provided: sk-x.").judge(exit1).kind, "auth");
  assert.equal(said("Something else").judge(exit1).kind, "error");
  assert.equal(said("Session not found").judge(wall).kind, "hung");
  assert.equal(reader(["opencode run [message..]", "", "Options:"]).judge(exit1).kind, "config");
  assert.equal(reader(["I said: Error: Session not found"]).judge(exit1).kind, "error");
  const asked = reader([
    "\x1b[93m\x1b[1m!\x1b[0m permission requested: external_directory (/x/*); auto-rejecting",
    start,
  ]);
  assert.deepEqual(asked.observe().denials, ["external_directory"]);
});

Deno.test("judge() trusts the exit status only where no records are asked for", () => {
  const argv = ["opencode", "run", "Do it."];
  assert.equal(reader(["All done."], argv).judge(exit0).kind, "ok");
  assert.equal(reader(["All done."], argv).judge(exit1).kind, "error");
  assert.equal(reader(["All done."]).judge(exit0).kind, "no_result");
});

Deno.test("judge() reads the record by which newer builds tell that they are idle", () => {
  const done = record("done", { reason: "idle", rejected: ["bash", "bash", 3] });
  assert.equal(reader([start, answer, finish("stop"), done]).judge(exit0).kind, "ok");
  assert.equal(reader([refused(401), done]).judge(exit1).kind, "auth");
  const stuck = reader([start, answer, finish("tool-calls"), done]);
  assert.equal(stuck.judge(exit0).kind, "no_result");
  assert.deepEqual(stuck.observe().denials, ["bash"]);
  assert.equal(reader([start, answer, finish("stop"), record("done", { reason: 1 })]).judge(exit0).kind, "ok");
});

Deno.test("push() leaves out what another session or program printed, and counts the unknown", () => {
  const foreign = { ...refused(401), sessionID: "ses_2" };
  const { sessionID: _, ...unsigned } = refused(401);
  const made = reader([start, answer, foreign, unsigned, record("brand_new"), finish("stop"), "{broken", foreign]);
  assert.equal(made.judge(exit0).kind, "ok");
  assert.equal(made.observe().unknownRecords, 1);
  assert.equal(made.observe().badLines, 1);
});

Deno.test("push() bears any type in any field and any order of keys", () => {
  const odd = [null, true, -1, 1e999, "", "x", [], [null, {}], {}, { message: 7 }];
  const whole = [
    start,
    answer,
    tool({ status: "completed", input: {} }),
    finish("stop"),
    refused(429, { responseHeaders: {} }),
  ];
  for (const original of whole) {
    const paths = [["type"], ["timestamp"], ["sessionID"], ["part"], ["error"], ["part", "state"], ["part", "text"]];
    paths.push(["part", "reason"], ["part", "tokens"], ["part", "tokens", "cache"], ["part", "tokens", "input"]);
    paths.push(["part", "cost"], ["part", "tool"], ["part", "state", "input"], ["part", "state", "error"], [
      "error",
      "name",
    ]);
    paths.push(["error", "data"], ["error", "data", "statusCode"], ["error", "data", "responseHeaders"]);
    paths.push(["error", "data", "message"], ["error", "data", "responseBody"], ["error", "data", "isRetryable"]);
    for (const path of paths) {
      for (const value of odd) {
        const made = reader([replaced(original, path, value)]);
        assert.equal(typeof made.judge(exit1).kind, "string");
        const { usage, badLines } = made.observe();
        assert.equal(badLines, 0, JSON.stringify(path));
        assert.ok(usage === null || Number.isSafeInteger(usage.inputTokens) && (usage.costUsd ?? 0) >= 0);
      }
    }
    const turned = Object.fromEntries(Object.entries(original).toReversed());
    assert.deepEqual(reader([start, turned]).judge(exit1), reader([start, original]).judge(exit1));
  }
});

Deno.test("resumed() adds the session to the command line", () => {
  assert.deepEqual(opencode.resuming.resumed(["opencode", "run"], "ses_1"), ["opencode", "run", "-s", "ses_1"]);
});

Deno.test("a record without its session counts when its part or its date tells that it is one", () => {
  const { sessionID: _, ...end } = finish("stop");
  assert.equal(reader([start, answer, end]).judge(exit0).kind, "ok");
  const { timestamp: _date, ...undated } = end;
  assert.equal(reader([start, answer, undated]).judge(exit0).kind, "no_result");
  const part = { sessionID: "ses_1", reason: "stop" };
  assert.equal(reader([start, answer, { ...undated, part }]).judge(exit0).kind, "ok");
  assert.equal(
    reader([start, answer, { ...end, part: { ...part, sessionID: "ses_2" } }]).judge(exit0).kind,
    "no_result",
  );
});

Deno.test("judge() takes the error after repeated steps for the trouble that made opencode repeat them", () => {
  const odd = failed("UnknownError", { message: "It broke." });
  assert.equal(reader([start, start, start, odd]).judge(exit1).kind, "transient");
  assert.equal(reader([start, odd]).judge(exit1).kind, "error");
  assert.equal(reader([start, start, answer, odd]).judge(exit1).kind, "error");
  assert.equal(reader([start, start, refused(401)]).judge(exit1).kind, "auth");
  assert.equal(
    reader([start, failed("UnknownError", { message: "Provider returned error" })]).judge(exit1).kind,
    "transient",
  );
});
