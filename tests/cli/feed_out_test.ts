// Guards the far end of a watch over ssh: what it prints, when, and that it leaves when nobody reads.
import assert from "node:assert/strict";
import { runApp } from "../../src/cli/app.ts";
import { parseFrame } from "../../src/monitor/frame.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const config = `[agent]
command = ["agent"]
prompt_arg_template = []
prompt_delivery = "stdin"
[runtime]
work_dir = "."
log_dir = "/log"
[prompt]
file = "./main.md"
`;
const month = "/log/events-2026-11.jsonl";

function event(round: number): string {
  return `{"ts": "2026-11-21T10:00:00Z", "event": "round_end", "round_num": ${round}}\n`;
}

/** The program with these words; whoever reads goes away after `reads` lines. */
async function feed(words: readonly string[], options: {
  readonly reads?: number;
  readonly prepare?: (world: FakeWorld) => void;
  readonly onLine?: (world: FakeWorld, count: number) => void;
} = {}) {
  const world = new FakeWorld(new FakeClock());
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", config);
  world.files.writeAtomic(month, event(1));
  options.prepare?.(world);
  let count = 0;
  world.stdout.write = (text) => {
    world.stdout.text += text;
    count++;
    options.onLine?.(world, count);
    return count < (options.reads ?? 3);
  };
  let needs: readonly string[] = [];
  const code = await runApp(["_feed", ...words], world, (kept) => needs = kept);
  const frames = world.stdout.lines.map((line) => parseFrame(line));
  return { code, needs, frames, world };
}

Deno.test("_feed greets, tells a look, and leaves when nobody reads", async () => {
  const { code, needs, frames } = await feed([]);
  assert.equal(code, 0);
  assert.deepEqual(needs, ["read", "env", "sys"]);
  assert.deepEqual(frames.map((frame) => frame?.kind), ["hello", "events", "state"]);
});

Deno.test("_feed tells what is written as soon as it is", async () => {
  const { frames } = await feed(["--beat", "3600"], {
    reads: 5,
    onLine(world, count) {
      if (count === 3) world.files.append(month, new TextEncoder().encode(event(2)));
    },
  });
  const rounds = frames.flatMap((frame) => frame?.kind === "events" ? frame.lines : []);
  assert.deepEqual(rounds.map(({ event }) => event.round_num), [1, 2]);
});

Deno.test("_feed tells at once when only the state is another one", async () => {
  const { frames } = await feed(["--beat", "3600"], {
    reads: 4,
    onLine(world, count) {
      if (count === 3) world.files.writeAtomic("/log/status.json", '{"round_num": 5}');
    },
  });
  const last = frames.at(-1);
  assert.ok(last?.kind === "state");
  assert.deepEqual(last.look.status, { round_num: 5 });
});

Deno.test("_feed goes on after what an earlier connection told", async () => {
  const first = await feed([]);
  const state = first.frames.at(-1);
  assert.ok(state?.kind === "state");
  const inode = first.world.files.stat(month)!.inode;
  assert.equal(state.look.after, `events-2026-11.jsonl:${event(1).length}:${inode}`);
  const { frames } = await feed(["--after", state.look.after], {
    prepare: (world) => void world.files.append(month, new TextEncoder().encode(event(2))),
  });
  const rounds = frames.flatMap((frame) => frame?.kind === "events" ? frame.lines : []);
  assert.deepEqual(rounds.map(({ event }) => event.round_num), [2]);
});

Deno.test("_feed sends the last words of rounds that ended without a verdict, and of no others", async () => {
  const rounds = [[1, 1, null], [2, 1, "auth"], [3, 0, null], [4, 1, null]] as const;
  const { frames } = await feed([], {
    prepare(world) {
      for (const [number, exit_code, verdict] of rounds) {
        const events: Record<string, unknown>[] = [{ event: "agent_exit", exit_code }, { event: "round_end" }];
        if (verdict !== null) events.splice(1, 0, { event: "round_verdict", verdict });
        const lines = events.map((fields) =>
          `${JSON.stringify({ ts: "2026-11-21T10:00:00Z", round_num: number, ...fields })}\n`
        );
        world.files.append(month, new TextEncoder().encode(lines.join("")));
        const log = `/log/rounds/R${number}-20261121T100000.log`;
        world.files.writeAtomic(log, `words of ${number}\n401 Unauthorized\nghp_${"a1B2".repeat(9)}\n\n`);
      }
    },
  });
  const state = frames.at(-1);
  assert.ok(state?.kind === "state");
  assert.deepEqual(state.look.tails.map(({ round }) => round), [1, 4]);
  assert.match(state.look.tails[1]!.text, /^words of 4\n401 Unauthorized\n/);
  assert.ok(!state.look.tails[1]!.text.includes("a1B2a1B2"), "secrets stay there");
});

Deno.test("_feed says why it cannot look, and leaves", async () => {
  const { code, frames } = await feed([], { prepare: (world) => world.files.failWith("/log", "denied") });
  assert.equal(code, 1);
  assert.deepEqual(frames.map((frame) => frame?.kind), ["hello", "blind"]);
});

Deno.test("_feed refuses what it does not understand with the code that means so", async () => {
  const bad = [["--beat"], ["--beat", "0"], ["--beat", "x"], ["--beat", "1e9"], ["--after", "../x:1:1"], [
    "--protocol",
    "2",
  ]];
  for (const words of [...bad, ["--else", "1"], ["word"]]) {
    const { code, world } = await feed(words);
    assert.equal(code, 2, words.join(" "));
    assert.equal(world.stdout.text, "");
    assert.match(world.stderr.text, /^agent-runner: '_feed .*\n {2}fix: .*\n$/);
  }
});

Deno.test("_feed is not shown among the verbs", async () => {
  const world = new FakeWorld();
  await runApp(["--help"], world, () => {});
  assert.ok(!world.stdout.text.includes("_feed"));
});
