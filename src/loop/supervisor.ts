// Makes this process the one supervisor of a log folder: lock, records, and what an earlier life left behind.
import { openGit } from "../vcs/git.ts";
import { openOrphanLedger } from "../vcs/orphan.ts";
import { mendOrphans } from "../vcs/orphan_mend.ts";
import type { Config } from "../config/schema.ts";
import type { Agent } from "../core/agent.ts";
import { exitCode, messageOf, OperatorError } from "../core/errors.ts";
import { joinPath } from "../core/path.ts";
import { isRoundNumber } from "../core/round.ts";
import type { ServiceIdentity } from "../core/service.ts";
import type { Tell } from "../core/telling.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { Host } from "../ports/host.ts";
import type { HeldLock, Lock } from "../ports/lock.ts";
import type { Processes } from "../ports/processes.ts";
import { openEventSink } from "../store/event_sink.ts";
import { activeHooks } from "../config/active_hooks.ts";
import { openEventSource } from "../store/event_source.ts";
import { StatusFile } from "../store/status.ts";
import type { Status, StatusReading } from "../store/status.ts";
import type { BoundPorts } from "../round/bounds.ts";
import { highestNumberIn, RoundBook } from "../round/book.ts";
import { rebuildStatus } from "../round/rebuild.ts";
import type { RoundMeans } from "../round/round.ts";
import { tidySalvages } from "../round/salvage_left.ts";
import { resumeRound } from "../round/resume.ts";
import type { Resumed } from "../round/resume.ts";
import { ScopeDesk } from "../round/scope_desk.ts";
import type { RoundTools } from "../round/tools.ts";
import { clearHolder, describeHolder, writeHolder } from "./holder_note.ts";
import { tellNewerState } from "./newer_state.ts";
import type { RoundTelemetry } from "../telemetry/round_telemetry.ts";
import { endStrays } from "./strays.ts";
import { clearTemporaries } from "./housekeeping.ts";

export interface SupervisorPorts extends BoundPorts {
  readonly clock: Clock;
  readonly files: Files;
  readonly host: Host;
  readonly lock: Lock;
  readonly processes: Processes;
}

export interface SupervisorInputs {
  readonly config: Config;
  readonly version: string;
  readonly agent: Agent;
  readonly tell: Tell;
  /** Who keeps this supervisor running, where that is known. */
  readonly service?: ServiceIdentity | null;
  /** Null or absent: nobody asked for any. */
  readonly telemetry?: RoundTelemetry | null;
}

const recordedBytes = 1024 * 1024;

/** Holds the lock until `close`. */
export class Supervisor {
  readonly tools: RoundTools;
  readonly #held: HeldLock;
  readonly #logDir: string;

  private constructor(tools: RoundTools, held: HeldLock) {
    this.tools = tools;
    this.#held = held;
    this.#logDir = tools.config.runtime.logDir;
  }

  /** Throws `OperatorError`: exit 75 when another supervisor holds the lock, 78 when the folder cannot be used. */
  static async open(inputs: SupervisorInputs, ports: SupervisorPorts): Promise<Supervisor> {
    const { config } = inputs;
    const { logDir } = config.runtime;
    const held = await takeLock(logDir, ports);
    try {
      writeHolder(inputs, ports);
      const sink = openEventSink({
        files: ports.files,
        clock: ports.clock,
        logDir,
        onFault: faultTeller(inputs.tell),
      });
      tellNewerState(logDir, { files: ports.files, sink, tell: inputs.tell });
      const statusFile = new StatusFile(logDir, ports.files);
      const reading = readStatus(statusFile);
      if (reading.recovered !== null) {
        statusFile.setAside();
        sink.emit("status_recovered", { reason: reading.recovered });
        inputs.tell({ kind: "status_recovered", text: reading.recovered, tone: "warn" });
      }
      clearTemporaries(logDir, ports.files);
      const book = new RoundBook(statusFile, {
        status: withRunning(reading, inputs.config, ports),
        highest: highestKnown(logDir, reading, ports.files),
        onFault: faultTeller(inputs.tell),
      });
      const git = openGit({
        processes: ports.processes,
        workDir: config.runtime.workDir,
      });
      const scopes = new ScopeDesk(config.runtime, ports, (round, reason) => {
        sink.emit("containment_degraded", { round_num: round, part: "scope", reason });
        inputs.tell({ kind: "containment_weak", text: reason, tone: "warn" });
      });
      const hooks = activeHooks(config).length === 0
        ? null
        : (await import("../hooks/host.ts")).HookHost.open(config, ports);
      const { agent, tell, telemetry = null } = inputs;
      const tools: RoundTools = { config, ...ports, scopes, sink, git, agent, book, hooks, telemetry, tell };
      return new Supervisor(tools, held);
    } catch (thrown) {
      held.release();
      throw thrown instanceof FileFault ? unusable(logDir, thrown) : thrown;
    }
  }

  /** Closes the round an earlier life was in; null when it was in none. Never starts an agent. */
  async takeOver(stop: AbortSignal, means: RoundMeans = {}): Promise<Resumed | null> {
    const { book, config, files, git } = this.tools;
    const { logDir } = config.runtime;
    await mendOrphans(git, openOrphanLedger(files, logDir));
    await tidySalvages(this.tools);
    const current = book.status?.current;
    for (const left of await endStrays(current?.id ?? null, this.tools)) {
      this.tools.sink.emit("leftovers_ended", { ...left });
    }
    if (!current) return null;
    const source = openEventSource({ files, logDir });
    const { lines } = source.query({ kinds: null, limit: null, round: current.number, maxBytes: recordedBytes });
    const recorded = new Set(lines.map((line) => line.event.event));
    return await resumeRound({ current, recorded, stop, ...means }, this.tools);
  }

  close(): void {
    const { sink, tell } = this.tools;
    if (!sink.flush()) tell({ kind: "write_failed", text: `the last events are lost: ${sink.fault()}`, tone: "bad" });
    clearHolder(this.#logDir, this.tools.files);
    this.#held.release();
  }
}

async function takeLock(logDir: string, ports: SupervisorPorts): Promise<HeldLock> {
  const path = joinPath(logDir, "agent-runner.lock");
  try {
    ports.files.makeDir(joinPath(logDir, "rounds"));
    ports.files.chmod(joinPath(logDir, "rounds"), 0o700);
    const held = await ports.lock.tryAcquire(path);
    if (held !== null) return held;
  } catch (thrown) {
    throw unusable(logDir, thrown);
  }
  throw new OperatorError(`Another supervisor works on '${logDir}': ${describeHolder(logDir, ports.files)}`, {
    fix: "Stop that one first, or give this project a runtime.log_dir of its own",
    exitCode: exitCode.busy,
  });
}

function unusable(logDir: string, thrown: unknown): OperatorError {
  return new OperatorError(`The log folder '${logDir}' cannot be used: ${messageOf(thrown)}`, {
    fix: "Make it readable and writable for this user, or set runtime.log_dir to a folder that is",
    exitCode: exitCode.config,
  });
}

function readStatus(file: StatusFile): StatusReading {
  try {
    return file.read();
  } catch (thrown) {
    return { status: null, recovered: `status.json cannot be read: ${messageOf(thrown)}` };
  }
}

/** What was read, with the round that ran then: a status.json that was lost must not make it forgotten. */
function withRunning(reading: StatusReading, config: Config, ports: SupervisorPorts): Status | null {
  const { status, recovered } = reading;
  if (status !== null && (recovered === null || status.current)) return status;
  const { logDir } = config.runtime;
  const source = openEventSource({ files: ports.files, logDir });
  const { lines } = source.query({ kinds: null, limit: null, maxBytes: recordedBytes });
  return rebuildStatus(reading, {
    events: lines.map((line) => line.event),
    rounds: ports.files.list(joinPath(logDir, "rounds")),
    logDir,
    now: ports.clock.now(),
    uptimeSeconds: ports.host.uptimeSeconds(),
  });
}

/** From every trace an earlier life left; the events only count when status.json could not be used. */
function highestKnown(logDir: string, reading: StatusReading, files: Files): number {
  const named = highestNumberIn({ rounds: files.list(joinPath(logDir, "rounds")), logDir: files.list(logDir) });
  if (reading.status !== null && reading.recovered === null) return named;
  const source = openEventSource({ files, logDir });
  const { lines } = source.query({ kinds: null, limit: null, maxBytes: recordedBytes });
  const numbers = lines.map((line) => line.event.round_num).filter(isRoundNumber);
  return numbers.reduce((highest, number) => Math.max(highest, number), named);
}

/** Tells a fault once, not at every write. */
function faultTeller(tell: Tell): (reason: string) => void {
  let last = "";
  return (reason) => {
    if (reason === last) return;
    last = reason;
    tell({ kind: "write_failed", text: reason, tone: "warn" });
  };
}
