// Guards that log and disk are bounded together, and that a reader which is behind is not made to wait.
import assert from "node:assert/strict";
import { RoundBounds } from "../../src/round/bounds.ts";
import { configOf, withLines } from "../config/sample.ts";
import { FakeHoles } from "../fakes/fake_bounds.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const megabyte = 1024 * 1024;
const log = "/home/me/shop/logs/rounds/R1-20261121T100000.log";

function scene(lines: string, freeMb = 1000) {
  const clock = new FakeClock();
  const files = memoryFiles({ [log]: "" });
  const config = configOf(withLines({ runtime: lines }));
  const host = {
    disk: () => Promise.resolve({ totalBytes: 1e12, freeBytes: freeMb * megabyte, usedPercent: 1 }),
  };
  const holes = new FakeHoles();
  const bounds = new RoundBounds({ log, onCut: () => {}, onUnable: () => {} }, { clock, files, config, host, holes });
  const tap = {
    size: 0,
    step: 0,
    read() {
      this.size += this.step;
      return this.step > 0;
    },
    skipTo() {},
  };
  return { clock, files, bounds, tap, holes };
}

Deno.test("RoundBounds reads on, and says whether there was anything new", () => {
  const { bounds, tap, clock } = scene("");
  assert.equal(bounds.read(clock.monotonic(), tap), false);
  tap.step = 10;
  assert.equal(bounds.read(clock.monotonic(), tap), true);
  assert.equal(bounds.end, null);
  assert.ok(bounds.nextAt > clock.monotonic());
});

Deno.test("RoundBounds lets a reader that is behind read on at once", () => {
  const { bounds, tap, clock } = scene("");
  tap.step = 16 * megabyte;
  bounds.read(clock.monotonic(), tap);
  assert.equal(bounds.nextAt, -Infinity);
  tap.step = 100;
  bounds.read(clock.monotonic(), tap);
  assert.ok(bounds.nextAt >= clock.monotonic());
});

Deno.test("RoundBounds asks for no turns of its own where nothing is bounded", () => {
  const { bounds, tap, clock } = scene("round_log_max_mb = 0\ndisk_floor_mb = 0");
  bounds.read(clock.monotonic(), tap);
  assert.equal(bounds.nextAt, Infinity);
});

Deno.test("RoundBounds ends a round for its log as the configuration says", () => {
  const { bounds, tap, clock, files } = scene('round_log_max_mb = 1\nround_log_overflow = "kill"');
  files.append(log, new Uint8Array(2 * megabyte));
  bounds.read(clock.monotonic(), tap);
  assert.equal(bounds.end?.sign, "runaway");
});

Deno.test("RoundBounds ends no round for a disk that has room", async () => {
  const { bounds, tap, clock } = scene("disk_floor_mb = 900");
  bounds.read(clock.monotonic() + 2000, tap);
  await new Promise((resolve) => setTimeout(resolve, 0));
  bounds.read(clock.monotonic() + 4000, tap);
  assert.equal(bounds.end, null);
});
