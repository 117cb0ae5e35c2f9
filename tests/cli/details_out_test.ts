// Guards the far end of a page that shows another machine: what it prints, when, and that it leaves.
import assert from "node:assert/strict";
import { runApp } from "../../src/cli/app.ts";
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

type Frame = Readonly<Record<string, unknown>>;

/** The program with these words; whoever reads goes away after `reads` lines. */
async function details(words: readonly string[], options: {
  readonly reads?: number;
  readonly onLine?: (world: FakeWorld, count: number) => void;
} = {}) {
  const clock = new FakeClock();
  const world = new FakeWorld(clock);
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", config);
  world.files.writeAtomic("/log/round-current.log", "it works\n");
  world.files.writeAtomic("/log/narrative.md", "# So far\n");
  let count = 0;
  const times: number[] = [];
  world.stdout.write = (text) => {
    world.stdout.text += text;
    times.push(clock.monotonic());
    count++;
    options.onLine?.(world, count);
    return count < (options.reads ?? 4);
  };
  let needs: readonly string[] = [];
  let isOver = false;
  const run = runApp(["_details", ...words], world, (kept) => needs = kept).finally(() => isOver = true);
  while (!isOver) {
    // Loading its parts takes time that no fake clock knows.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await clock.advance(100);
  }
  const code = await run;
  const frames = code === 0 ? world.stdout.lines.map((line) => JSON.parse(line) as Frame) : [];
  return { code, needs, frames, times, world };
}

Deno.test("_details tells what stands beside the events, and leaves when nobody reads", async () => {
  const { code, needs, frames } = await details([], { reads: 5 });
  assert.equal(code, 0);
  assert.deepEqual(needs, ["read", "env", "sys"]);
  assert.deepEqual(frames.map((frame) => frame.details), ["hello", "log", "narrative", "defenses", "whole"]);
  assert.deepEqual([frames[1]!.add, frames[2]!.add], ["it works", "# So far"]);
  assert.ok((frames[3]!.rows as unknown[]).length > 20);
});

Deno.test("_details tells what the agent says half a second later, all else with the next beat", async () => {
  const { frames, times } = await details([], {
    reads: 9,
    onLine(world, count) {
      if (count !== 5) return;
      world.files.append("/log/round-current.log", new TextEncoder().encode("and more\n"));
      world.files.append("/log/narrative.md", new TextEncoder().encode("It goes on\n"));
    },
  });
  assert.deepEqual(frames.slice(5).map((frame) => frame.details), ["log", "whole", "narrative", "whole"]);
  assert.equal(frames[5]!.add, "\nand more");
  assert.ok(times[5]! - times[4]! <= 600, `${times}`);
  assert.ok(times[7]! - times[4]! <= 5100, `${times}`);
});

Deno.test("_details masks what the agent says", async () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const { frames } = await details([], {
    reads: 6,
    onLine(world, count) {
      if (count === 1) world.files.writeAtomic("/log/round-current.log", `my \u001b[1mtoken\u001b[0m ${secret}\n`);
    },
  });
  const log = frames.find((frame) => frame.details === "log")!;
  assert.match(String(log.add), /^my token /);
  assert.doesNotMatch(JSON.stringify(frames), /a1B2a1B2/);
});

Deno.test("_details refuses what it does not understand with the code that means so", async () => {
  for (const words of [["--protocol", "2"], ["--beat", "5"], ["x"]]) {
    const { code, world } = await details(words);
    assert.equal(code, 2, words.join(" "));
    assert.match(world.stderr.text, /^agent-runner: '_details .*\n {2}fix: .*\n$/);
  }
});
