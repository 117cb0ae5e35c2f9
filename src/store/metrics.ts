// Samples of the machine at the start, in the course and at the end of rounds: one line each, in a file per month.
import { messageOf } from "../core/errors.ts";
import { spacedJson } from "../core/spaced_json.ts";
import { isoTime } from "../core/text.ts";
import type { Files } from "../ports/files.ts";
import type { DiskSample, HostSample } from "../ports/host.ts";
import { appendLine } from "./append_line.ts";
import { isObject } from "./json_file.ts";
import { blocksBackward } from "./line_blocks.ts";
import { monthFiles, monthPath } from "./month_files.ts";

const bytesPerGb = 1024 ** 3;
const reachBytes = 1024 * 1024;

/** One sample, before it is a line. */
export interface MetricsSample {
  readonly moment: "round_start" | "round_end" | "periodic";
  readonly host: HostSample;
  readonly disk: DiskSample | null;
  /** CPU in use, percent of the whole machine; null when it was not measured. */
  readonly cpuPercent: number | null;
  readonly agentProcessCount: number;
  readonly roundNumber?: number;
  readonly phase?: string | null;
}

/**
 * Adds one line to `metrics-YYYY-MM.jsonl`. @param options `at`: epoch milliseconds.
 * @returns why it could not be written, or null. Never throws: a sample is no reason to lose a round.
 */
export function appendMetrics(
  files: Files,
  options: { readonly logDir: string; readonly at: number; readonly sample: MetricsSample },
): string | null {
  const path = monthPath(options.logDir, { kind: "metrics", at: options.at });
  try {
    appendLine(files, { path, line: spacedJson(recordOf(isoTime(options.at), options.sample)) });
    return null;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

function recordOf(ts: string, sample: MetricsSample): Record<string, unknown> {
  const { host, disk } = sample;
  const used = host.memoryTotalMb - host.memoryAvailableMb;
  return {
    ts,
    event: sample.moment,
    mem_total_mb: host.memoryTotalMb,
    mem_available_mb: host.memoryAvailableMb,
    mem_used_pct: host.memoryTotalMb > 0 ? rounded(100 * used / host.memoryTotalMb, 1) : 0,
    disk_total_gb: disk ? rounded(disk.totalBytes / bytesPerGb, 1) : null,
    disk_free_gb: disk ? rounded(disk.freeBytes / bytesPerGb, 1) : null,
    disk_used_pct: disk ? rounded(disk.usedPercent, 1) : null,
    ...(host.load
      ? {
        load_1m: rounded(host.load[0], 2),
        load_5m: rounded(host.load[1], 2),
        load_15m: rounded(host.load[2], 2),
      }
      : {}),
    cpu_pct: sample.cpuPercent === null ? null : rounded(sample.cpuPercent, 1),
    agent_process_count: sample.agentProcessCount,
    ...(sample.roundNumber === undefined ? {} : { round_num: sample.roundNumber }),
    ...(sample.phase ? { phase: sample.phase } : {}),
  };
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** The newest sample as it stands in the file; null when there is none within the last MiB of a month. Throws `FileFault`. */
export function lastMetrics(files: Files, logDir: string): Readonly<Record<string, unknown>> | null {
  for (const month of monthFiles(files, { logDir, kind: "metrics" }).reverse()) {
    const reader = files.openReader(month.path);
    if (reader === null) continue;
    try {
      const to = reader.size();
      for (const block of blocksBackward(reader, { floor: Math.max(0, to - reachBytes), to })) {
        const found = lastObject(block.text.split("\n"));
        if (found !== null) return found;
      }
    } finally {
      reader.close();
    }
  }
  return null;
}

function lastObject(lines: readonly string[]): Readonly<Record<string, unknown>> | null {
  for (let i = lines.length - 1; i >= 0; i--) {
    if (!lines[i]!.startsWith("{")) continue;
    try {
      const value: unknown = JSON.parse(lines[i]!);
      if (isObject(value)) return value;
    } catch {
      // Torn or foreign: the line before it will do.
    }
  }
  return null;
}
