// Guards when another machine is asked for the details of its project, and what is shown while it says nothing.
import assert from "node:assert/strict";
import { noDetails, spellChange, spellGreeting } from "../../src/monitor/details_frame.ts";
import { DetailsThere } from "../../src/monitor/details_there.ts";
import type { Details } from "../../src/view/details.ts";
import type { FakeChannel } from "../fakes/fake_channels.ts";
import { FakeChannels } from "../fakes/fake_channels.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

class Scene {
  readonly clock = new FakeClock();
  readonly channels = new FakeChannels();
  readonly there = new DetailsThere({ host: "box", configPath: "~/shop" }, this);
  changes = 0;

  constructor() {
    this.there.listen(() => this.changes++);
  }

  get channel(): FakeChannel {
    return this.channels.opened.at(-1)!;
  }

  async heard(text: string): Promise<Details | string> {
    this.channel.say(text);
    await this.clock.advance(0);
    return this.there.read();
  }

  async missing(): Promise<string> {
    await this.clock.advance(0);
    const found = this.there.read();
    assert.equal(typeof found, "string", JSON.stringify(found));
    return found as string;
  }
}

async function onScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = new Scene();
  try {
    await use(scene);
  } finally {
    await scene.there.close();
    assert.equal(scene.clock.sleepers, 0, "nobody may sleep on");
    assert.ok(scene.channels.opened.every(({ isClosed }) => isClosed));
  }
}

function logOf(found: Details | string): string {
  return typeof found === "string" ? found : found.log;
}

const first = [...spellChange(noDetails, { ...noDetails, log: "one" })].join("");

Deno.test("nothing is asked before somebody looks, and over one connection after that", () =>
  onScene(async (scene) => {
    await scene.clock.advance(100_000);
    assert.equal(scene.channels.opened.length, 0);
    assert.match(await scene.missing(), /^'box' is being asked\.$/);
    scene.there.read();
    assert.equal(scene.channels.opened.length, 1);
    assert.match(scene.channel.argv.at(-1)!, /_details --protocol 1/);
    assert.equal(logOf(await scene.heard(`Welcome!\n${spellGreeting()}${first}`)), "one");
    assert.equal(scene.changes, 1);
    assert.equal(logOf(await scene.heard('{"details":"whole"}\n')), "one");
    assert.equal(scene.changes, 1, "a beat is no change");
    assert.equal(scene.channels.opened.length, 1);
  }));

Deno.test("what is not whole yet is not shown", () =>
  onScene(async (scene) => {
    scene.there.read();
    const half = first.slice(0, first.indexOf("\n") + 1);
    assert.match(logOf(await scene.heard(spellGreeting() + half)), /is being asked/);
    assert.equal(logOf(await scene.heard(first.slice(half.length))), "one");
  }));

Deno.test("the connection ends a minute after the last look, and the next look makes a new one", () =>
  onScene(async (scene) => {
    scene.there.read();
    await scene.heard(spellGreeting() + first);
    for (let i = 0; i < 20; i++) {
      await scene.clock.advance(5000);
      await scene.heard('{"details":"whole"}\n');
    }
    assert.ok(!scene.channel.isClosed, "somebody looked all the time");
    for (let i = 0; i < 13; i++) {
      scene.channel.say('{"details":"whole"}\n');
      await scene.clock.advance(5000);
    }
    assert.ok(scene.channel.isClosed);
    assert.match(await scene.missing(), /is being asked/);
    assert.equal(scene.channels.opened.length, 2);
  }));

Deno.test("a connection that fails is told, tried again after a while, and leaves nothing old on the page", () =>
  onScene(async (scene) => {
    scene.there.read();
    await scene.heard(spellGreeting() + first);
    scene.channel.end(255, "client_loop: send disconnect: Broken pipe\n");
    assert.match(await scene.missing(), /Broken pipe/);
    await scene.clock.advance(14_000);
    assert.match(await scene.missing(), /Broken pipe.*asked again/);
    assert.equal(scene.channels.opened.length, 1);
    await scene.clock.advance(2000);
    scene.there.read();
    assert.equal(scene.channels.opened.length, 2);
    assert.equal(logOf(await scene.heard(spellGreeting() + first)), "one");
  }));

Deno.test("a silence ends the connection", () =>
  onScene(async (scene) => {
    scene.there.read();
    await scene.heard(spellGreeting() + first);
    await scene.clock.advance(16_000);
    assert.match(await scene.missing(), /'box' is silent/);
  }));

Deno.test("an agent-runner that does not know how is told of, and asked seldom", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.end(2, "agent-runner: There is no verb '_details'\n");
    scene.there.read();
    assert.match(await scene.missing(), /another version.*peek --round latest --log/);
    await scene.clock.advance(200_000);
    await scene.missing();
    assert.equal(scene.channels.opened.length, 1);
    await scene.clock.advance(101_000);
    scene.channels.onOpen = (channel) => channel.say('{"details":"hello","protocol":2}\n');
    scene.there.read();
    assert.match(await scene.missing(), /another version/);
    assert.equal(scene.channels.opened.length, 2);
  }));

Deno.test("what no agent-runner says ends the connection, and cannot be obeyed by a terminal", () =>
  onScene(async (scene) => {
    scene.there.read();
    await scene.heard(spellGreeting() + first + '{"details":"\u001b[31mevil"}\n');
    const missing = await scene.missing();
    assert.match(missing, /says what no agent-runner says/);
    assert.ok(!missing.includes("\u001b"));
    assert.ok(scene.channel.isClosed);
  }));

Deno.test("without ssh the page says so", () =>
  onScene(async (scene) => {
    scene.channels.fault = "not found";
    scene.there.read();
    assert.match(await scene.missing(), /no ssh on PATH/);
  }));
