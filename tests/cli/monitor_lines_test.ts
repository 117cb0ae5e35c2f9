// Guards that the monitor's modes of events say so when the log of events may not be read.
import assert from "node:assert/strict";
import { runApp } from "../../src/cli/app.ts";
import { isoTime } from "../../src/core/text.ts";
import { withLines } from "../config/sample.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

for (const words of [["events"], ["narrate"], ["events", "--since", "1h"], ["narrate", "--since", "1h"]]) {
  Deno.test(`monitor --mode ${words.join(" ")} ends in two lines when the log may not be read`, async () => {
    const world = new FakeWorld();
    world.files.writeAtomic("/home/me/shop/agent-runner.toml", withLines({}));
    const now = isoTime(world.clock.now());
    const file = `/home/me/shop/logs/events-${now.slice(0, 7)}.jsonl`;
    world.files.append(file, new TextEncoder().encode(`{"ts":"${now}","event":"round_end","round_num":1}\n`));
    world.files.failWith(file, "denied");
    assert.equal(await runApp(["monitor", "--mode", ...words], world, () => {}), 1);
    assert.equal(world.stdout.text, "");
    assert.match(world.stderr.text, /^agent-runner: Cannot read '[^']+events-[^']+'[^\n]*\n {2}fix: [^\n]+\n$/);
  });
}
