// Guards that the page beside the loop never touches it: a taken port is recorded once and tried again, a bug is told.
import assert from "node:assert/strict";
import { readServeDoor, servePageBeside } from "../../src/cli/serve_page.ts";
import type { Telling } from "../../src/core/telling.ts";
import { configOf, withLines } from "../config/sample.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { until } from "../fakes/until.ts";

function scene() {
  const world = new FakeWorld();
  const told: Telling[] = [];
  const recorded: unknown[] = [];
  const end = new AbortController();
  const sink = {
    emit: (kind: string, payload: unknown) => void recorded.push([kind, payload]),
    emitOwn() {},
    flush: () => true,
    fault: () => null,
  };
  const page = { port: 8765, tokenFile: undefined };
  const options = {
    config: configOf(withLines({})),
    sink,
    tell: (telling: Telling) => told.push(telling),
    signal: end.signal,
  };
  const run = () => servePageBeside({ ...page, door: readServeDoor(page, world) }, options, world);
  return { world, told, recorded, end, run };
}

Deno.test("servePageBeside() records a taken port once, tries again, and serves when it is free", async () => {
  const { world, told, recorded, end, run } = scene();
  const serve = world.http.serve.bind(world.http);
  let attempts = 0;
  world.http.serve = (place, answer) =>
    ++attempts <= 3 ? { kind: "taken", reason: "a test says so" } : serve(place, answer);
  const running = run();
  await until("the page", () => world.http.servers.size === 2);
  assert.deepEqual(recorded, [["page_failed", { port: 8765, reason: "Port 8765 is taken" }]]);
  assert.deepEqual(told.map(({ kind }) => kind), ["page_failed", "page_served"]);
  assert.match(told.at(-1)!.text, /^the page is at http:\/\/127\.0\.0\.1:8765\//);
  end.abort();
  await running;
  assert.equal(world.http.servers.size, 0);
});

Deno.test("servePageBeside() tells of a bug, and does not reject", async () => {
  const { world, told, run } = scene();
  world.http.serve = () => {
    throw new Error("a bug");
  };
  await run();
  assert.deepEqual(told.map(({ kind, text }) => [kind, text]), [["page_fault", "the page: a bug"]]);
});
