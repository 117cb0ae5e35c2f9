// Runs the command that an agent's "done" has to pass: with a deadline, bounded output, and nothing left behind.
import type { Clock } from "../ports/clock.ts";
import type { Processes, RunOutcome } from "../ports/processes.ts";
import { Reach } from "../round/reach.ts";

/** The end of the output that is kept, bytes: what failed stands there. */
const keptBytes = 64 * 1024;
const lookMs = 250;
/** Between looks at the process table, by which descendants are remembered. */
const tableEveryMs = 2_000;
/** What ends with its parent needs a moment to be gone. */
const graceMs = 250;
const killLooks = 20;
const killLookMs = 100;

/** Standard error goes where standard output goes, in the order in which it was written. */
const script = 'exec "$@" 2>&1';

export interface VerifySpec {
  /** Executable and arguments. */
  readonly command: readonly string[];
  /** Path of the executable, as it was found. */
  readonly file: string;
  readonly workDir: string;
  /** Over the inherited environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  readonly timeoutSeconds: number;
  /** Its processes carry it as AGENT_RUNNER_ROUND_ID: the next life finds by it what this one could not end. */
  readonly roundId: string;
  /** Ends the command when it fires. */
  readonly stop: AbortSignal;
  /** Looked at now and then: true ends the command as `stop` does. */
  readonly hasStopFile: () => boolean;
}

/** What came of it. `stopped`: an end was asked for meanwhile, which says nothing about the work. */
export type Verified =
  | { readonly kind: "passed"; readonly seconds: number; readonly leftovers: number }
  | { readonly kind: "stopped" }
  | {
    readonly kind: "failed";
    readonly outcome: "exit_code" | "killed" | "timed_out" | "not_found";
    readonly exitCode: number | null;
    /** One phrase. */
    readonly reason: string;
    /** The end of what it printed, as it was: not redacted. */
    readonly output: string;
    readonly seconds: number;
    readonly leftovers: number;
  };

/** Never rejects for what the command does. */
export async function runVerify(
  spec: VerifySpec,
  ports: { readonly clock: Clock; readonly processes: Processes },
): Promise<Verified> {
  if (spec.stop.aborted) return { kind: "stopped" };
  const { clock, processes } = ports;
  const over = new AbortController();
  const ended = new AbortController();
  const onStop = () => over.abort();
  spec.stop.addEventListener("abort", onStop, { once: true });
  const startedAt = clock.monotonic();
  let reach = new Reach({ roundId: spec.roundId, leaderPid: null }, processes);
  try {
    const run = processes.run({
      argv: ["/bin/sh", "-c", script, "sh", spec.file, ...spec.command.slice(1)],
      workDir: spec.workDir,
      environment: { ...spec.environment, AGENT_RUNNER_ROUND_ID: spec.roundId },
      unset: spec.unset,
      timeoutMs: spec.timeoutSeconds * 1000,
      maxOutputBytes: keptBytes,
      keeps: "end",
      stop: over.signal,
      onStart: (pid) => void (reach = new Reach({ roundId: spec.roundId, leaderPid: pid }, processes)),
    }).finally(() => ended.abort());
    await watch(spec, { reach: () => reach, over, ended: ended.signal, clock });
    const outcome = await run;
    const seconds = (clock.monotonic() - startedAt) / 1000;
    const leftovers = await endLeftovers(reach, clock);
    return over.signal.aborted ? { kind: "stopped" } : judge(outcome, { spec, seconds, leftovers });
  } finally {
    spec.stop.removeEventListener("abort", onStop);
  }
}

async function watch(
  spec: VerifySpec,
  { reach, over, ended, clock }: {
    readonly reach: () => Reach;
    readonly over: AbortController;
    readonly ended: AbortSignal;
    readonly clock: Clock;
  },
): Promise<void> {
  let lookAt = clock.monotonic() + tableEveryMs;
  while (!ended.aborted) {
    await clock.sleep(lookMs, ended);
    if (ended.aborted) return;
    if (spec.hasStopFile()) over.abort();
    if (clock.monotonic() < lookAt) continue;
    await reach().look();
    lookAt = clock.monotonic() + tableEveryMs;
  }
}

/** @returns how many processes had to be ended */
async function endLeftovers(reach: Reach, clock: Clock): Promise<number> {
  if ((await reach.look()).length === 0) return 0;
  await clock.sleep(graceMs);
  const met = new Set<number>();
  // What forks while it is being ended is met at the next look.
  for (let look = 0; look < killLooks; look++) {
    const live = await reach.kill({ sparesLeader: false });
    if (live.length === 0) break;
    for (const { pid } of live) met.add(pid);
    await clock.sleep(killLookMs);
  }
  return met.size;
}

function judge(
  outcome: RunOutcome,
  facts: { readonly spec: VerifySpec; readonly seconds: number; readonly leftovers: number },
): Verified {
  const { spec, ...counted } = facts;
  const failed = { kind: "failed" as const, exitCode: null, ...counted };
  switch (outcome.kind) {
    case "absent":
      return { ...failed, outcome: "not_found", reason: `it could not be started: ${outcome.reason}`, output: "" };
    case "timed_out": {
      const output = textOf(outcome.stdout ?? new Uint8Array(), outcome.isCut ?? false);
      return { ...failed, outcome: "timed_out", reason: `it did not end within ${spec.timeoutSeconds} s`, output };
    }
    case "exited": {
      if (outcome.code === 0) return { kind: "passed", ...counted };
      const output = textOf(outcome.stdout, outcome.isCut);
      if (outcome.code < 0) return { ...failed, outcome: "killed", reason: "it died of a signal", output };
      const { code } = outcome;
      return { ...failed, outcome: "exit_code", exitCode: code, reason: `it ended with exit code ${code}`, output };
    }
    default:
      return outcome satisfies never;
  }
}

/** A line that was cut into is left out: half a secret is not known for one. */
function textOf(bytes: Uint8Array, isCut: boolean): string {
  const text = new TextDecoder().decode(bytes);
  if (!isCut) return text;
  const lineEnd = text.indexOf("\n");
  return lineEnd < 0 ? "" : text.slice(lineEnd + 1);
}
