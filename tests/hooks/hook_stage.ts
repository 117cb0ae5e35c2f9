// Hooks on a stage: a configuration, files in memory, and processes that answer as a test says.
import type { Config } from "../../src/config/schema.ts";
import type { RoundResult } from "../../src/core/round.ts";
import type { Host } from "../../src/ports/host.ts";
import type { RunOutcome, RunSpec } from "../../src/ports/processes.ts";
import { HookHost } from "../../src/hooks/host.ts";
import type { HookRound } from "../../src/hooks/request.ts";
import { configOf, withLines } from "../config/sample.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import type { MemoryFiles } from "../fakes/memory_files.ts";
import { noChange } from "../fakes/round_change.ts";

export const round: HookRound = {
  number: 7,
  id: "11111111-2222-4333-8444-555555555555",
  phase: null,
  startedAt: Date.parse("2026-11-21T09:00:00Z"),
  logPath: "/home/me/shop/logs/rounds/R7.log",
  agent: { name: "Night", binary: "agent" },
};

/** What a call of a hook comes to; `stderr` is what the hook itself wrote. */
export interface Says {
  readonly code?: number;
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string;
  readonly isCut?: boolean;
}

/** One call as the hook saw it. */
export interface Seen {
  readonly spec: RunSpec;
  readonly request: Record<string, unknown>;
}

export interface HookStage {
  readonly config: Config;
  readonly clock: FakeClock;
  readonly processes: FakeProcesses;
  readonly files: MemoryFiles;
  readonly host: Host;
  readonly seen: Seen[];
  readonly ports: {
    readonly clock: FakeClock;
    readonly processes: FakeProcesses;
    readonly files: MemoryFiles;
    readonly host: Host;
  };
  open(): HookHost;
}

/** Pid that the shell under a hook tells of. */
export const hookPid = 4321;

/** The bytes of an answer of protocol 1. */
export function answer(fields: Readonly<Record<string, unknown>> = {}): Says {
  return { stdout: JSON.stringify({ protocol: 1, ...fields }) };
}

/** What `Processes.run` gives for it. */
export function exited(says: Says): RunOutcome {
  const encoder = new TextEncoder();
  return {
    kind: "exited",
    code: says.code ?? 0,
    stdout: typeof says.stdout === "string" ? encoder.encode(says.stdout) : says.stdout ?? new Uint8Array(),
    stderr: encoder.encode(`${hookPid}\n${says.stderr ?? ""}`),
    isCut: says.isCut ?? false,
  };
}

/**
 * @param lines what is added to the tables of the configuration, `hooks.x` among them
 * @param play what a hook says, by its name and point
 */
export function hookStage(
  lines: Readonly<Record<string, string>>,
  play: (hook: string, point: string, stage: HookStage) => Says | RunOutcome = () => answer(),
): HookStage {
  const clock = new FakeClock({ isAutomatic: true });
  const processes = new FakeProcesses(clock);
  const config = configOf(withLines(lines));
  const files = memoryFiles({ "/home/me/shop/main.md": "Work." });
  const environment = {
    PATH: "/bin",
    HOME: "/home/me",
    LC_ALL: "C",
    EDITOR: "vi",
    CHAT_TOKEN: "very-secret-value",
  };
  const host = { pid: 77, environment: () => environment } as unknown as Host;
  for (const { command } of Object.values(config.hooks)) processes.programs.set(command[0]!, `/bin/${command[0]}`);
  const seen: Seen[] = [];
  const stage: HookStage = {
    config,
    clock,
    processes,
    files,
    host,
    seen,
    ports: { clock, processes, files, host },
    open: () => HookHost.open(config, { clock, processes, files, host }),
  };
  processes.answer = (spec) => {
    const request = JSON.parse(new TextDecoder().decode(spec.stdin)) as Record<string, unknown>;
    seen.push({ spec, request });
    const says = play(String(request.hook), String(request.point), stage);
    return "kind" in says ? says : exited(says);
  };
  return stage;
}

/** Lines of `[hooks.<name>]`. */
export function hookLines(points: string, more = ""): string {
  const list = points.split(" ").map((point) => `"${point}"`).join(", ");
  return `command = ["hook"]\npoints = [${list}]\n${more}`;
}

/** A round that went well. */
export function resultOf(changes: Partial<RoundResult> = {}): RoundResult {
  return {
    number: round.number,
    phase: null,
    ending: { kind: "exited", code: 0 },
    verdict: plainVerdict("ok"),
    agentName: "claude",
    agentVersion: "2.1.0",
    usage: null,
    estimatedUsd: null,
    windows: [],
    nextAction: null,
    sessionId: null,
    isSessionRefused: false,
    dirtyFiles: [],
    change: noChange,
    unchangedRounds: 0,
    salvagedRef: null,
    startedAt: round.startedAt,
    endedAt: round.startedAt + 60_000,
    durationSeconds: 60,
    leftoversEnded: 0,
    lastLines: "Done.",
    ...changes,
  };
}
