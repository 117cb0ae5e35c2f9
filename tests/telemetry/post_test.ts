// Sends over a real curl to a real server: what is sent arrives as it was, whatever is in it.
import assert from "node:assert/strict";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { postJson } from "../../src/telemetry/post.ts";
import { Collector } from "../fakes/telemetry_collector.ts";

const processes = denoProcesses();

Deno.test("postJson() sends any JSON and any header as they are", async () => {
  await using collector = Collector.start();
  collector.mood = "unavailable";
  const body = JSON.stringify({ text: 'back\\slash "quote" \n\r\t\b\u0001\u2028é😀 @file -d $(id)', lone: "\ud800" });
  const headers = [["x-key", 'a "b" \\c'] as const];
  const outcome = await postJson(body, { ...collector.destination(), headers }, { processes });
  assert.equal(outcome.kind, "unreachable");
  const [request] = collector.requests;
  assert.equal(request?.body, body);
  assert.equal(request?.headers.get("x-key"), 'a "b" \\c');
  assert.equal(request?.headers.get("content-type"), "application/json");
  assert.equal(request?.path, "/v1/traces");
});

Deno.test("postJson() sends the largest text that is ever made", async () => {
  await using collector = Collector.start();
  collector.mood = "refuse";
  const body = JSON.stringify({ text: "x".repeat(90_000) });
  const outcome = await postJson(body, collector.destination(), { processes });
  assert.deepEqual(outcome, { kind: "refused", reason: "the collector answers with status 400" });
  assert.equal(collector.requests[0]?.body.length, body.length);
});

Deno.test("postJson() follows no redirect", async () => {
  await using collector = Collector.start();
  const url = collector.destination("/v1/other").url;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(null, { status: 307, headers: { location: url } }),
  );
  try {
    const to = { ...collector.destination(), url: `http://127.0.0.1:${server.addr.port}/` };
    assert.equal((await postJson("{}", to, { processes })).kind, "refused");
    assert.deepEqual(collector.requests, []);
  } finally {
    await server.shutdown();
  }
});

Deno.test("postJson() gives a collector that hangs no more than its time", async () => {
  await using collector = Collector.start();
  collector.mood = "hang";
  const outcome = await postJson("{}", { ...collector.destination(), timeoutMs: 300 }, { processes });
  assert.deepEqual(outcome, { kind: "unreachable", reason: "the collector does not answer in time" });
});

Deno.test("postJson() says of one that is away only that it is, never its address", async () => {
  const collector = Collector.start();
  const { url } = collector.destination();
  await collector.close();
  const to = { ...collector.destination(), url: url.replace("//", "//user:password@") };
  const outcome = await postJson("{}", to, { processes });
  assert.equal(outcome.kind, "unreachable");
  assert.doesNotMatch(JSON.stringify(outcome), /password|127\.0\.0\.1/);
});

Deno.test("postJson() says so where there is no curl", async () => {
  await using collector = Collector.start();
  const none = { ...processes, run: () => Promise.resolve({ kind: "absent", reason: "none" } as const) };
  const outcome = await postJson("{}", collector.destination(), { processes: none });
  assert.equal(outcome.kind, "unreachable");
  assert.match(JSON.stringify(outcome), /curl/);
});
