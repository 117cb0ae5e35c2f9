// Guards the samples: their fields and order, and that the newest is found at the end.
import assert from "node:assert/strict";
import { appendMetrics, lastMetrics } from "../../src/store/metrics.ts";
import type { MetricsSample } from "../../src/store/metrics.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const at = Date.parse("2026-11-21T10:20:30.123Z");
const sample: MetricsSample = {
  moment: "round_start",
  host: { memoryTotalMb: 8000, memoryAvailableMb: 2000, load: [0.126, 1, 2.5] },
  disk: { totalBytes: 100 * 1024 ** 3, freeBytes: 25.26 * 1024 ** 3, usedPercent: 74.74 },
  cpuPercent: 12.34,
  agentProcessCount: 2,
  roundNumber: 7,
  phase: "plan",
};

Deno.test("appendMetrics() writes the fields in the order readers know", () => {
  const memory = memoryFiles();
  assert.equal(appendMetrics(memory, { logDir: "/log", at, sample }), null);
  assert.equal(
    memory.readText("/log/metrics-2026-11.jsonl"),
    '{"ts": "2026-11-21T10:20:30.123Z", "event": "round_start", "mem_total_mb": 8000, "mem_available_mb": 2000, ' +
      '"mem_used_pct": 75, "disk_total_gb": 100, "disk_free_gb": 25.3, "disk_used_pct": 74.7, "load_1m": 0.13, ' +
      '"load_5m": 1, "load_15m": 2.5, "cpu_pct": 12.3, "agent_process_count": 2, "round_num": 7, "phase": "plan"}\n',
  );
});

Deno.test("appendMetrics() leaves out what was not measured", () => {
  const memory = memoryFiles();
  const { roundNumber: _, phase: __, ...rest } = sample;
  const host = { ...sample.host, memoryTotalMb: 0, load: null };
  appendMetrics(memory, { logDir: "/log", at, sample: { ...rest, host, disk: null, cpuPercent: null } });
  const record = JSON.parse(memory.readText("/log/metrics-2026-11.jsonl")!);
  assert.equal(record.cpu_pct, null);
  assert.equal(record.disk_used_pct, null);
  assert.equal(record.mem_used_pct, 0);
  for (const name of ["load_1m", "round_num", "phase"]) assert.equal(name in record, false);
});

Deno.test("appendMetrics() says why it could not write, and does not throw", () => {
  const memory = memoryFiles();
  memory.failWith("/log", "full");
  assert.match(appendMetrics(memory, { logDir: "/log", at, sample }) ?? "", /space/);
});

Deno.test("lastMetrics() gives the newest sample that can be read", () => {
  const memory = memoryFiles({
    "/log/metrics-2026-10.jsonl": '{"mem_total_mb": 1}\n',
    "/log/metrics-2026-11.jsonl": '{"mem_total_mb": 2}\n{"mem_total_mb": 3}\n[4]\nnull\n{"mem_total',
  });
  assert.equal(lastMetrics(memory, "/log")?.mem_total_mb, 3);
  memory.writeAtomic("/log/metrics-2026-11.jsonl", "\0\0\0\n");
  assert.equal(lastMetrics(memory, "/log")?.mem_total_mb, 1);
  assert.equal(lastMetrics(memoryFiles(), "/log"), null);
});
