// Proves that every recorded run of a real agent CLI gets a verdict it may have, and that its facts are read right.
import assert from "node:assert/strict";
import { agents } from "../../src/agents/registry.ts";
import type { Agent, AgentReader } from "../../src/core/agent.ts";
import { allGoldens, type Golden, logOf } from "./golden.ts";

const loaded = new Map<string, Agent>();
for (const entry of agents) loaded.set(entry.name, await entry.load());

function readerFor({ reader, expected }: Golden): AgentReader {
  const agent = loaded.get(reader);
  assert.ok(agent, `there is no reader for ${reader}`);
  return agent.createReader({
    command: expected.command,
    now: () => expected.writtenAt * 1000,
    timeZone: "UTC",
  });
}

for (const golden of allGoldens().filter(({ reader }) => loaded.has(reader))) {
  const { cli, name, expected } = golden;
  Deno.test(`the recording ${cli}/${name} is judged ${expected.verdicts.join(" or ")}`, () => {
    const reader = readerFor(golden);
    reader.push(logOf(golden));
    const verdict = reader.judge(expected.ending);
    const observed = reader.observe();
    assert.ok(expected.verdicts.includes(verdict.kind), `${verdict.kind}: ${verdict.summary}`);
    assert.equal(verdict.waitClass !== null, verdict.kind === "transient" || verdict.kind === "limit");
    const facts: Readonly<Record<string, unknown>> = {
      sessionId: observed.sessionId,
      model: observed.model,
      cliVersion: observed.cliVersion,
      turns: observed.turns,
      toolCalls: observed.toolCalls.length,
      hasTerminalRecord: observed.hasTerminalRecord,
      resetsAt: verdict.resetsAt,
      retryAfterSeconds: verdict.retryAfterSeconds,
      early: observed.early?.kind ?? null,
    };
    for (const [field, value] of Object.entries(facts)) {
      const wanted = Reflect.get(expected, field);
      if (wanted !== undefined) assert.equal(value, wanted, field);
    }
    if (expected.usage === undefined) return;
    assert.equal(observed.usage === null, expected.usage === null, "usage");
    for (const [field, value] of Object.entries(expected.usage ?? {})) {
      assert.equal(Reflect.get(observed.usage!, field), value, field);
    }
  });
}

for (const agent of loaded.values()) {
  const recorded = allGoldens().filter(({ reader }) => reader === agent.name);
  const { capabilities, resuming } = agent;
  if (agent.name === "plain") continue;

  Deno.test(`the capabilities of ${agent.name} are what its recordings show`, () => {
    if (capabilities.basis === "documented") return assert.deepEqual(recorded, []);
    const ok = recorded.filter(({ expected }) => expected.verdicts.includes("ok"));
    const usages = ok.map((golden) => {
      const reader = readerFor(golden);
      reader.push(logOf(golden));
      return reader.observe().usage;
    }).filter((usage) => usage !== null);
    assert.equal(usages.length > 0, capabilities.tokens !== "none", "tokens");
    assert.equal(usages.some((usage) => usage.isCumulative), capabilities.tokens === "conversation", "conversation");
    const isReported = usages.some((usage) => usage.costUsd !== null && usage.costUsd > 0);
    assert.equal(isReported, capabilities.cost === "reported", "cost");
    assert.equal(capabilities.cost === "none", capabilities.tokens === "none", "an estimate needs tokens");
    const isTimed = recorded.some(({ expected }) =>
      typeof expected.resetsAt === "number" || typeof expected.retryAfterSeconds === "number"
    );
    assert.equal(isTimed, capabilities.limits !== "none", "limits");
    if (resuming !== null) {
      const command = resuming.resumed(ok[0]!.expected.command, "an-id");
      assert.ok(command.some((word) => word.includes("an-id")), "resuming");
    }
  });
}
