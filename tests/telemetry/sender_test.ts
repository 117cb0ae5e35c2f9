// Holds the sender to its promise: what a collector does or does not do is no concern of the loop's.
import assert from "node:assert/strict";
import type { RunOutcome, RunSpec } from "../../src/ports/processes.ts";
import { Sender } from "../../src/telemetry/sender.ts";
import type { Destination } from "../../src/telemetry/settings.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";

const to: Destination = { url: "http://h:1/v1/traces", headers: [], timeoutMs: 1_000, certificate: null };
const rounds = { name: "rounds", kind: "counter", unit: "{round}", description: "" } as const;
const times = { name: "times", kind: "histogram", unit: "s", description: "", bounds: [1, 5] } as const;

class Stage {
  readonly clock = new FakeClock();
  readonly processes = new FakeProcesses(this.clock);
  readonly told: string[] = [];
  /** What curl does; status, or null: it cannot connect. */
  status: number | null = 200;
  readonly bodies: string[] = [];
  readonly sender: Sender;

  constructor(kinds: { readonly traces?: Destination | null; readonly metrics?: Destination | null } = {}) {
    const settings = { traces: to, metrics: null, ...kinds };
    this.processes.answer = (spec) => this.#answer(spec);
    this.sender = new Sender(settings, { resource: {}, version: "1" }, {
      clock: this.clock,
      processes: this.processes,
      onState: (kind, reason) => this.told.push(`${kind}: ${reason}`),
    });
  }

  span(name: string): void {
    const span = this.sender.begin({ name, startedAt: 1, ids: ids(name), parent: null });
    span.end({ endedAt: 2, attributes: { name }, error: null });
  }

  /** Names of the spans in each request. */
  get sent(): readonly (readonly string[])[] {
    return this.bodies.filter((body) => body.includes("resourceSpans")).map((body) =>
      JSON.parse(body).resourceSpans[0].scopeSpans[0].spans.map(({ name }: { readonly name: string }) => name)
    );
  }

  /** Lets everything run that can. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  }

  #answer({ stdin }: RunSpec): RunOutcome {
    const config = new TextDecoder().decode(stdin);
    const body = /^data-raw = "(.*)"$/m.exec(config)?.[1] ?? "";
    this.bodies.push(body.replaceAll(/\\(.)/g, "$1"));
    const rest = { stderr: new Uint8Array(), isCut: false };
    return this.status === null
      ? { kind: "exited", code: 7, stdout: new Uint8Array(), ...rest }
      : { kind: "exited", code: 0, stdout: new TextEncoder().encode(`HTTP/1.1 ${this.status} X\r\n\r\n`), ...rest };
  }
}

function ids(name: string) {
  const spanId = name.padEnd(16, "0").slice(0, 16);
  return { traceId: spanId.repeat(2), spanId };
}

Deno.test("flush() sends what has ended, once", async () => {
  const stage = new Stage();
  stage.span("a");
  stage.span("b");
  stage.sender.flush();
  stage.sender.flush();
  await stage.settle();
  stage.sender.flush();
  await stage.settle();
  assert.deepEqual(stage.sent, [["a", "b"]]);
  assert.deepEqual(stage.told, []);
});

Deno.test("flush() tries again, ever more seldom, until a collector that was away is back", async () => {
  const stage = new Stage();
  stage.status = null;
  stage.span("a");
  stage.sender.flush();
  await stage.settle();
  for (const _ of [1, 2, 3]) {
    stage.sender.flush();
    await stage.settle();
  }
  assert.equal(stage.bodies.length, 1, "what waits is not hurried by further rounds");
  await stage.clock.advance(5_000);
  assert.equal(stage.bodies.length, 2);
  await stage.clock.advance(9_000);
  assert.equal(stage.bodies.length, 2);
  stage.status = 200;
  stage.span("b");
  await stage.clock.advance(1_000);
  assert.deepEqual(stage.sent.at(-1), ["a", "b"]);
  assert.equal(stage.told.length, 2);
  assert.match(stage.told[0]!, /^traces: the collector cannot be reached/);
  assert.equal(stage.told[1], "traces: null");
});

Deno.test("flush() waits at most five minutes between two tries", async () => {
  const stage = new Stage();
  stage.status = 503;
  stage.span("a");
  stage.sender.flush();
  await stage.settle();
  for (let hour = 0; hour < 12; hour++) await stage.clock.advance(300_000);
  const before = stage.bodies.length;
  await stage.clock.advance(300_000);
  assert.equal(stage.bodies.length, before + 1);
});

Deno.test("flush() lets go of what a collector refuses for good", async () => {
  const stage = new Stage();
  stage.status = 400;
  stage.span("a");
  stage.sender.flush();
  await stage.settle();
  stage.status = 200;
  stage.span("b");
  stage.sender.flush();
  await stage.settle();
  assert.deepEqual(stage.sent, [["a"], ["b"]]);
  assert.deepEqual(stage.told, ["traces: the collector answers with status 400", "traces: null"]);
});

Deno.test("end() keeps the newest two hundred spans, sent in portions", async () => {
  const stage = new Stage();
  for (let i = 0; i < 230; i++) stage.span(`s${i}`);
  stage.sender.flush();
  await stage.settle();
  await stage.settle();
  const names = stage.sent.flat();
  assert.equal(names.length, 200);
  assert.deepEqual([names[0], names.at(-1)], ["s30", "s229"]);
  assert.ok(stage.sent.every((batch) => batch.length <= 25));
});

Deno.test("end() sends no span of a trace that whoever began it does not keep", async () => {
  const stage = new Stage();
  const parent = { traceId: "a".repeat(32), spanId: "b".repeat(16), isSampled: false };
  const span = stage.sender.begin({ name: "a", startedAt: 1, ids: ids("a"), parent });
  span.end({ endedAt: 2, attributes: {}, error: null });
  stage.sender.flush();
  await stage.settle();
  assert.deepEqual(stage.bodies, []);
  assert.equal(span.context.isSampled, false);
  assert.equal(span.context.traceId, parent.traceId);
});

Deno.test("measure() sends sums since the start, in buckets", async () => {
  const stage = new Stage({ traces: null, metrics: to });
  for (const value of [0.5, 1, 3, 60]) stage.sender.measure(times, value, { a: "x" });
  stage.sender.measure(rounds, 1, { v: "ok" });
  stage.sender.flush();
  await stage.settle();
  stage.sender.measure(rounds, 1, { v: "ok" });
  stage.sender.measure(rounds, 1, { v: "error" });
  stage.sender.flush();
  await stage.settle();
  const [first, second] = stage.bodies.map((body) => JSON.parse(body).resourceMetrics[0].scopeMetrics[0].metrics);
  const [point] = first[0].histogram.dataPoints;
  assert.deepEqual([point.bucketCounts, point.explicitBounds, point.count, point.sum], [
    ["2", "1", "1"],
    [1, 5],
    "4",
    64.5,
  ]);
  const counts = second[1].sum.dataPoints.map((
    { attributes, asDouble }: {
      readonly attributes: readonly { readonly value: unknown }[];
      readonly asDouble: number;
    },
  ) => [attributes[0]?.value, asDouble]);
  assert.deepEqual(counts, [[{ stringValue: "ok" }, 2], [{ stringValue: "error" }, 1]]);
  assert.equal(second[1].sum.aggregationTemporality, 2);
});

Deno.test("measure() keeps a bounded number of series, whatever agents call their models", async () => {
  const stage = new Stage({ traces: null, metrics: to });
  for (let i = 0; i < 500; i++) stage.sender.measure(rounds, 1, { model: `m${i}` });
  stage.sender.flush();
  await stage.settle();
  const [metric] = JSON.parse(stage.bodies[0]!).resourceMetrics[0].scopeMetrics[0].metrics;
  assert.equal(metric.sum.dataPoints.length, 48);
});

Deno.test("flush() goes on with the sums where spans alone are refused", async () => {
  const stage = new Stage({ metrics: { ...to, url: "http://h:1/v1/metrics" } });
  stage.status = 404;
  stage.span("a");
  stage.sender.measure(rounds, 1, {});
  stage.sender.flush();
  await stage.settle();
  assert.equal(stage.bodies.length, 2);
  assert.match(stage.bodies[1]!, /resourceMetrics/);
});

Deno.test("close() tries once more, and does not wait for a collector that hangs", async () => {
  const stage = new Stage();
  stage.status = null;
  stage.span("a");
  stage.sender.flush();
  await stage.settle();
  const { answer } = stage.processes;
  let stop: AbortSignal | undefined;
  stage.processes.answer = (spec) => {
    stop = spec.stop;
    void answer(spec);
    return new Promise(() => {});
  };
  let isClosed = false;
  const closing = stage.sender.close(2_000).then(() => isClosed = true);
  await stage.settle();
  assert.equal(stage.bodies.length, 2);
  assert.equal(isClosed, false);
  await stage.clock.advance(2_000);
  await closing;
  assert.equal(stop?.aborted, true, "the request is ended with it");
});

Deno.test("flush() sends the sums while the collector of spans is away", async () => {
  const stage = new Stage({ metrics: { ...to, url: "http://h:1/v1/metrics" } });
  const { answer } = stage.processes;
  stage.processes.answer = (spec) => {
    stage.status = new TextDecoder().decode(spec.stdin).includes("/v1/traces") ? null : 200;
    return answer(spec);
  };
  stage.span("a");
  stage.sender.measure(rounds, 1, {});
  stage.sender.flush();
  await stage.settle();
  assert.deepEqual(stage.bodies.map((body) => /resource(Spans|Metrics)/.exec(body)?.[1]), ["Spans", "Metrics"]);
});

Deno.test("close() ends at once when there is nothing to send", async () => {
  const stage = new Stage();
  await stage.sender.close(2_000);
  assert.deepEqual(stage.bodies, []);
});
