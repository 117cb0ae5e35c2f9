// Guards the mode of the monitor that shows: what it prints, that it ends well, and that it leaves nothing behind.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import type { Grant } from "../../../src/cli/verb.ts";
import { withLines } from "../../config/sample.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { until } from "../../fakes/until.ts";

const toml = "/home/me/shop/agent-runner.toml";

function worldWithProject(): FakeWorld {
  const world = new FakeWorld();
  world.files.writeAtomic(toml, withLines({}));
  world.files.makeDir("/home/me/shop/logs");
  return world;
}

async function serve(world: FakeWorld, words: readonly string[], look: () => Promise<void>): Promise<number> {
  const running = runApp(["monitor", "--mode", "http", ...words], world, () => {});
  await until(`a page\n${world.stderr.text}`, () => world.http.servers.size > 0 && world.stdout.text !== "");
  await look();
  world.signals.send("SIGINT");
  return await running;
}

async function ask(world: FakeWorld, path: string, port = 8765): Promise<Response> {
  const answer = world.http.servers.get(`127.0.0.1:${port}`)!;
  return await answer(new Request(`http://localhost:${port}${path}`, { headers: { host: `localhost:${port}` } }));
}

Deno.test("monitor --mode http says where the page is, serves it, and Ctrl-C is a good end", async () => {
  const world = worldWithProject();
  const before = world.files.paths();
  const code = await serve(world, [], async () => {
    await until("the first look", async () => (await (await ask(world, "/readyz")).json()).reason !== "not seen yet");
    assert.equal((await (await ask(world, "/api/state")).json()).project, "shop");
  });
  assert.equal(code, 0, world.stderr.text);
  assert.equal(world.stdout.text, "The page is at http://127.0.0.1:8765/ and http://[::1]:8765/\n");
  assert.equal(world.http.servers.size, 0, "nothing listens any more");
  assert.deepEqual(world.files.paths(), before, "nothing was written");
});

Deno.test("monitor --mode http --port 0 --json prints the port it got", async () => {
  const world = worldWithProject();
  assert.equal(await serve(world, ["--port", "0", "--json"], () => Promise.resolve()), 0);
  assert.deepEqual(JSON.parse(world.stdout.text), {
    port: 40000,
    urls: ["http://127.0.0.1:40000/", "http://[::1]:40000/"],
  });
});

Deno.test("monitor --mode http says in two lines that the port is taken, and leaves with 1", async () => {
  const world = worldWithProject();
  world.http.faults.set("127.0.0.1:8765", "taken");
  assert.equal(await runApp(["monitor", "--mode", "http"], world, () => {}), 1);
  assert.match(world.stderr.text, /^agent-runner: Port 8765 is taken\n {2}fix: Choose another one[^\n]+\n$/);
});

Deno.test("monitor --mode http shows the projects of several configurations, each once", async () => {
  const world = worldWithProject();
  const other = "/home/me/blog/agent-runner.toml";
  world.files.writeAtomic(other, withLines({}));
  world.files.writeAtomic("/home/me/blog/main.md", "Work on it. ".repeat(50));
  const words = ["--config", toml, "--config", other, "--config", toml];
  await serve(world, words, async () => {
    const projects = await (await ask(world, "/api/projects")).json();
    assert.deepEqual(projects.map(({ key }: Record<string, unknown>) => key), ["shop", "blog"]);
  });
});

Deno.test("monitor can listen only in the mode that shows", async () => {
  const kept: (readonly Grant[])[] = [];
  const world = worldWithProject();
  await runApp(["monitor", "--once"], world, (needs) => kept.push(needs));
  world.http.faults.set("127.0.0.1", "taken");
  await runApp(["monitor", "--mode", "http"], world, (needs) => kept.push(needs));
  assert.deepEqual(kept.map((needs) => needs.includes("net")), [false, true]);
});
