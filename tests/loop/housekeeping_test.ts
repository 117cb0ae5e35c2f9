// Guards the bounds of the log folder, and that tidying never stops the loop.
import assert from "node:assert/strict";
import { clearTemporaries, keepWithinBounds } from "../../src/loop/housekeeping.ts";
import { configOf, withLines } from "../config/sample.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const logs = "/home/me/shop/logs";
const config = configOf(
  withLines({ runtime: "round_log_retention = 2\nround_log_max_mb = 1\nevents_retention_months = 2" }),
);
const at = { number: 4, now: Date.parse("2026-11-21T10:00:00Z") };

Deno.test("clearTemporaries() removes what an earlier life was writing, and nothing else", () => {
  const files = memoryFiles({
    [`${logs}/status.json.123-4.tmp`]: "{",
    [`${logs}/status.json`]: "{}",
    [`${logs}/rounds/R1-a.log.0-0.tmp`]: "",
    [`${logs}/rounds/R1-a.exit.tmp`]: "",
    [`${logs}/mine.tmp`]: "",
  });
  clearTemporaries(logs, files);
  assert.deepEqual(files.paths(), [`${logs}/mine.tmp`, `${logs}/rounds/R1-a.exit.tmp`, `${logs}/status.json`]);
});

Deno.test("keepWithinBounds() keeps the newest rounds and months, and cuts a log that grew too large", () => {
  const files = memoryFiles({
    ...Object.fromEntries([1, 2, 3].map((n) => [`${logs}/rounds/R${n}-20261121T10000${n}.log`, "x"])),
    [`${logs}/rounds/R4-20261121T100004.log`]: "y".repeat(3 * 1024 * 1024),
    ...Object.fromEntries(["2026-08", "2026-10", "2026-11"].map((month) => [`${logs}/events-${month}.jsonl`, ""])),
  });
  keepWithinBounds(config, at, files);
  assert.deepEqual(files.paths(), [
    `${logs}/events-2026-10.jsonl`,
    `${logs}/events-2026-11.jsonl`,
    `${logs}/rounds/R3-20261121T100003.log`,
    `${logs}/rounds/R4-20261121T100004.log`,
  ]);
  assert.ok(files.stat(`${logs}/rounds/R4-20261121T100004.log`)!.size < 1.1 * 1024 * 1024);
});

Deno.test("keepWithinBounds() survives a folder it may not touch or that is gone", () => {
  const files = memoryFiles({ [`${logs}/rounds/R1-20261121T100000.log`]: "x" });
  files.failWith(logs, "read_only");
  keepWithinBounds(config, at, files);
  clearTemporaries("/nowhere", memoryFiles());
});

Deno.test("clearTemporaries() survives a folder it may not read", () => {
  const files = memoryFiles({ [`${logs}/a.1-1.tmp`]: "" });
  files.failWith(logs, "denied");
  assert.doesNotThrow(() => clearTemporaries(logs, files));
});
