// Proves that rounds arrive at a collector of OpenTelemetry, and that a collector in trouble costs them nothing.
import assert from "node:assert/strict";
import { Collector } from "../fakes/telemetry_collector.ts";
import { testAbreast } from "./crash_abreast.ts";
import { abandoned } from "./crash_abandoned.ts";
import { Project } from "./project.ts";

const isBinary = Deno.env.has("AGENT_RUNNER_BIN");
/** Slack of a busy machine for what is to take no time. */
const slackMs = 3_000;

testAbreast("serve sends a span and the sums of each round", async () => {
  await using collector = Collector.start();
  await using project = await Project.make({ plan: ["clean", "exit1", "env"] });
  project.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
  project.env.OTEL_EXPORTER_OTLP_HEADERS = "x-api-key=k%20ey";
  const { code, stderr } = await project.run(["serve", "--max-rounds", "3"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const { spans, points, requests } = collector;
  assert.deepEqual(
    spans.map(({ name, attributes }) => [name, attributes["agent_runner.round.verdict"]]),
    [["invoke_agent claude", "ok"], ["invoke_agent claude", "error"], ["invoke_agent claude", "ok"]],
  );
  const [first, second, third] = spans;
  const [start] = project.ofKind("round_start");
  assert.equal(first?.traceId, String(start?.round_id).replaceAll("-", ""));
  assert.equal(first?.resource["service.name"], "agent-runner");
  assert.deepEqual([first?.status.code, second?.status.code, second?.status.message], [0, 2, "error"]);
  assert.equal(first?.attributes["gen_ai.usage.input_tokens"], 11 + 33 + 44);
  assert.equal(first?.attributes["agent_runner.round.cost_usd"], 0.25);
  const [exit] = project.ofKind("agent_exit");
  assert.ok(first!.endMs - first!.startMs >= Number(exit?.duration_s) * 1000 - 50);
  const given = Deno.readTextFileSync(`${project.out}/env`);
  assert.match(given, new RegExp(`^TRACEPARENT=00-${third?.traceId}-${third?.spanId}-01$`, "m"));
  const last = (metric: string) => points.filter((point) => point.metric === metric);
  assert.equal(last("gen_ai.client.operation.duration").at(-1)?.unit, "s");
  const oks = last("agent_runner.rounds").filter(({ attributes }) => attributes["agent_runner.round.verdict"] === "ok");
  assert.equal(oks.at(-1)?.value, 2);
  const cost = last("agent_runner.cost").at(-1);
  assert.deepEqual([cost?.value, cost?.unit, cost?.attributes["agent_runner.cost.kind"]], [0.25, "USD", "reported"]);
  assert.ok(requests.every(({ headers }) => headers.get("x-api-key") === "k ey"));
  const all = requests.map(({ body }) => body).join("\n");
  assert.doesNotMatch(all, /You are the agent|cannot do it/, "nothing that was said is sent");
});

testAbreast("serve goes on in the trace of a round that an earlier life began", async () => {
  await using collector = Collector.start();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  await using project = await abandoned({
    mode: "late",
    agentEnv: { FAKE_END: "result", FAKE_SLEEP: 0.1, FAKE_GATE: 1 },
    env,
  });
  const serve = project.start("serve", "--once");
  await project.untilKind("round_adopted");
  Deno.writeTextFileSync(`${project.out}/go`, "");
  assert.equal((await serve.ended()).code, 0);
  assert.equal(collector.spans.length, 1);
  const [span] = collector.spans;
  const [start] = project.ofKind("round_start");
  assert.equal(span?.traceId, String(start?.round_id).replaceAll("-", ""));
  assert.equal(span?.attributes["agent_runner.round.adopted"], true);
  assert.ok(Math.abs(span!.startMs - Date.parse(String(start?.ts))) < slackMs);
});

for (const mood of ["hang", "refuse", "unavailable", "away"] as const) {
  testAbreast(`serve is not held up by a collector in trouble (${mood})`, async () => {
    await using collector = Collector.start();
    if (mood === "away") await collector.close();
    else collector.mood = mood;
    await using project = await Project.make({ mode: "clean" });
    project.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
    project.env.OTEL_EXPORTER_OTLP_TIMEOUT = "1000";
    const serve = project.start("serve", "--max-rounds", "3");
    await project.untilKind("serve_stopped");
    const stoppedAt = Date.now();
    const { code, stdout, stderr } = await serve.ended();
    // What is left to be sent gets two seconds, after the last event.
    assert.ok(Date.now() - stoppedAt < 2_000 + slackMs);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(stdout.split("\n").filter((line) => line.includes("telemetry: traces are not sent")).length, 1);
    const ends = project.ofKind("round_end").map(({ ts }) => Date.parse(String(ts)));
    const starts = project.ofKind("round_start").map(({ ts }) => Date.parse(String(ts)));
    assert.equal(ends.length, 3);
    const gaps = starts.slice(1).map((at, i) => at - ends[i]!);
    assert.ok(gaps.every((gap) => gap < 1_000 + slackMs), `${gaps} ms between rounds`);
  });
}

testAbreast("serve says when it leaves before anything was sent", async () => {
  await using collector = Collector.start();
  await using project = await Project.make();
  project.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
  for (const prepare of [() => void (collector.mood = "hang"), () => collector.close()]) {
    await prepare();
    const { code, stdout, stderr } = await project.run(["serve", "--once"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(
      stdout.split("\n").filter((line) => line.includes("telemetry: traces are not sent")).length,
      1,
      stdout,
    );
  }
});

testAbreast("serve sends a collector that returns what it missed, each round once", async () => {
  await using collector = Collector.start();
  await collector.close();
  await using project = await Project.make({ plan: ["clean", "clean", "slow"] });
  project.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
  Deno.writeTextFileSync(`${project.out}/hold`, "");
  const serve = project.start("serve", "--max-rounds", "3");
  await project.untilKind("agent_spawn", 3);
  collector.open();
  await project.until("what was missed", () => collector.spans.length >= 2);
  Deno.removeSync(`${project.out}/hold`);
  const { code, stderr } = await serve.ended();
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(collector.spans.map(({ attributes }) => attributes["agent_runner.round.number"]), [1, 2, 3]);
});

testAbreast("serve says in one line why OTLP over gRPC is not sent, and works", async () => {
  await using project = await Project.make();
  project.env.OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:1";
  project.env.OTEL_EXPORTER_OTLP_PROTOCOL = "grpc";
  const { code, stdout, stderr } = await project.run(["serve", "--once"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(stdout.split("\n").filter((line) => line.includes("gRPC")).length, 1);
});

testAbreast("serve without the variables sends nothing and hands on what it got", async () => {
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  await using project = await Project.make({ mode: "env", env: { TRACEPARENT: traceparent } });
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  assert.match(Deno.readTextFileSync(`${project.out}/env`), new RegExp(`^TRACEPARENT=${traceparent}$`, "m"));
});

testAbreast("serve with OTEL_DENO sends through the runtime where that can, and itself where it cannot", async () => {
  await using collector = Collector.start();
  await using project = await Project.make({ mode: "env" });
  Object.assign(project.env, {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  });
  const { code, stderr } = await project.run(["serve", "--once"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const spans = collector.spans.filter(({ name }) => name === "invoke_agent claude");
  assert.equal(spans.length, 1);
  const [span] = spans;
  const isRuntime = span?.resource["telemetry.sdk.name"] === "deno-opentelemetry";
  assert.equal(isRuntime, !isBinary);
  const [start] = project.ofKind("round_start");
  assert.equal(span?.traceId, String(start?.round_id).replaceAll("-", ""));
  assert.equal(span?.attributes["agent_runner.round.verdict"], "ok");
  const given = Deno.readTextFileSync(`${project.out}/env`);
  assert.match(given, new RegExp(`^TRACEPARENT=00-${span?.traceId}-${span?.spanId}-01$`, "m"));
  const rounds = collector.points.filter(({ metric }) => metric === "agent_runner.rounds");
  assert.equal(rounds.at(-1)?.value, 1);
});
