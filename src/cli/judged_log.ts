// Reads logs that lie somewhere as one round's output, and says all that its reader makes of it.
import type { Agent } from "../core/agent.ts";
import { exitCode, messageOf, OperatorError } from "../core/errors.ts";
import { joinPath } from "../core/path.ts";
import { redact } from "../core/redact.ts";
import { type Ending, exitCauseOf } from "../core/round.ts";
import { type UsageFields, usageFields } from "../core/usage_fields.ts";
import type { FileInfo } from "../ports/files.ts";
import type { World } from "./world.ts";

const bufferBytes = 256 * 1024;

/** What one log comes to; wire names. */
export interface JudgedLog {
  readonly schema_version: "1.0";
  readonly agent: string;
  readonly logs: readonly string[];
  /** As it was given: the exit's cause in the words of `agent_exit`. */
  readonly ending: Ending & { readonly cause: string };
  readonly verdict: string;
  readonly summary: string;
  readonly evidence: readonly { readonly record: string; readonly field: string; readonly value: string }[];
  readonly resets_at: number | null;
  readonly retry_after_s: number | null;
  readonly wait_class: string | null;
  readonly needs_human: boolean;
  readonly degraded: readonly string[];
  /** What would have ended the round before its time, and why. */
  readonly early: { readonly sign: string; readonly why: string; readonly wait_s: number | null } | null;
  readonly session_id: string | null;
  readonly model: string | null;
  readonly cli_version: string | null;
  readonly turns: number | null;
  readonly tool_calls: number;
  readonly denials: readonly string[];
  readonly has_terminal_record: boolean;
  readonly usage: (UsageFields & { readonly is_cumulative: boolean }) | null;
  readonly windows: readonly Readonly<Record<string, unknown>>[];
  readonly bytes: number;
  readonly records_seen: number;
  readonly unknown_records: number;
  readonly bad_lines: number;
}

export interface LogRequest {
  readonly agent: Agent;
  /** As given; relative ones start at the current folder. */
  readonly paths: readonly string[];
  readonly ending: Ending;
  /** The agent's command line; empty when unknown. */
  readonly command: readonly string[];
  /** Epoch milliseconds; null: when the last file was changed. */
  readonly now: number | null;
  readonly timeZone: string | null;
}

/** Throws `OperatorError` (usage) for a log that cannot be read. */
export function judgeLogs(request: LogRequest, world: Pick<World, "files" | "host">): JudgedLog {
  const paths = request.paths.map((path) => joinPath(world.host.workDir(), path));
  const infos = paths.map((path) => infoOf(path, world));
  const writtenAt = request.now ?? Math.max(...infos.map((info) => info.modifiedAt));
  const reader = request.agent.createReader({
    command: request.command,
    now: () => writtenAt,
    ...(request.timeZone === null ? {} : { timeZone: request.timeZone }),
  });
  let bytes = 0;
  for (const [i, path] of paths.entries()) {
    // Two files are two streams: a line cut at the end of one does not go on in the other.
    if (i > 0) reader.push(new Uint8Array([0x0a]));
    bytes += feed(path, reader.push.bind(reader), world);
  }
  const verdict = reader.judge(request.ending);
  const observed = reader.observe();
  const { usage } = observed;
  return {
    schema_version: "1.0",
    agent: reader.name,
    logs: paths,
    ending: { ...request.ending, cause: exitCauseOf(request.ending) },
    verdict: verdict.kind,
    summary: redact(verdict.summary),
    evidence: verdict.evidence.map((item) => ({ ...item, value: redact(item.value) })),
    resets_at: verdict.resetsAt,
    retry_after_s: verdict.retryAfterSeconds,
    wait_class: verdict.waitClass,
    needs_human: verdict.needsHuman,
    degraded: verdict.degraded.map(redact),
    early: observed.early === null
      ? null
      : { sign: observed.early.kind, why: redact(observed.early.why), wait_s: observed.early.waitSeconds },
    session_id: observed.sessionId,
    model: observed.model,
    cli_version: observed.cliVersion,
    turns: observed.turns,
    tool_calls: usage?.toolCallCount ?? observed.toolCalls.length,
    denials: observed.denials,
    has_terminal_record: observed.hasTerminalRecord,
    usage: usage === null ? null : { ...usageFields(usage), is_cumulative: usage.isCumulative },
    windows: observed.windows.map((window) => ({
      name: window.name,
      utilization: window.utilization,
      resets_at: window.resetsAt,
      is_rejected: window.isRejected,
    })),
    bytes,
    records_seen: observed.recordsSeen,
    unknown_records: observed.unknownRecords,
    bad_lines: observed.badLines,
  };
}

function infoOf(path: string, world: Pick<World, "files">): FileInfo {
  const info = reading(path, () => world.files.stat(path));
  if (info === null) throw unreadable(path, "there is no such file");
  if (info.isDirectory) throw unreadable(path, "it is a folder");
  // A pipe or a device may have no end.
  if (!info.isFile) throw unreadable(path, "it is no regular file");
  return info;
}

function feed(path: string, push: (bytes: Uint8Array) => void, world: Pick<World, "files">): number {
  return reading(path, () => {
    const file = world.files.openReader(path);
    if (file === null) throw unreadable(path, "there is no such file");
    const buffer = new Uint8Array(bufferBytes);
    let offset = 0;
    try {
      for (;;) {
        const count = file.readAt(offset, buffer);
        if (count === 0) return offset;
        push(buffer.subarray(0, count));
        offset += count;
      }
    } finally {
      file.close();
    }
  });
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw thrown instanceof OperatorError ? thrown : unreadable(path, messageOf(thrown));
  }
}

function unreadable(path: string, why: string): OperatorError {
  return new OperatorError(`The log '${path}' cannot be read: ${why}`, {
    fix: "Name a file with --log that you may read",
    exitCode: exitCode.usage,
  });
}
