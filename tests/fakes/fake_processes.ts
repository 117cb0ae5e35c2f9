// A small world of processes that react to signals as a test says, and remember every signal they were sent.
import type { SignalName } from "../../src/core/round.ts";
import { SpawnFault } from "../../src/ports/processes.ts";
import type {
  ExitReport,
  GroupLeader,
  Processes,
  ProcessInfo,
  RunOutcome,
  RunSpec,
  SpawnSpec,
} from "../../src/ports/processes.ts";
import type { FakeClock } from "./fake_clock.ts";

/** How one process is and behaves. */
export interface ProcessScript {
  readonly ppid?: number;
  /** Default: its own pid, as after setsid. */
  readonly pgid?: number;
  readonly command?: string;
  /** `NAME=value` in its environment. */
  readonly marker?: string | null;
  /** Further ones. */
  readonly markers?: readonly string[];
  /** CPU seconds used per second. Default 0. */
  readonly cpuShare?: number;
  /** Milliseconds from TERM, INT or HUP to its end; null: it does not listen. Default 0. */
  readonly obeysAfterMs?: number | null;
  /** Not even KILL ends it. */
  readonly isUnkillable?: boolean;
  /** It received SIGSTOP: nothing but KILL and CONT reaches it. */
  readonly isStopped?: boolean;
  readonly onEnd?: (report: ExitReport) => void;
}

/** A signal as it was sent; `target` is negative for a group. */
export interface SentSignal {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly target: number;
  readonly signal: SignalName;
}

interface Living {
  readonly pid: number;
  ppid: number;
  readonly pgid: number;
  readonly startedMs: number;
  readonly script: ProcessScript;
  isStopped: boolean;
  isZombie: boolean;
  heldSignal: SignalName | null;
}

const codes: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

function carries({ marker, markers = [] }: ProcessScript, wanted: string): boolean {
  return [marker, ...markers].some((own) => wanted.endsWith("=") ? own?.startsWith(wanted) : own === wanted);
}

/** `Processes` over scripted processes, on a fake clock. */
export class FakeProcesses implements Processes {
  readonly signals: SentSignal[] = [];
  readonly spawned: SpawnSpec[] = [];
  readonly ran: RunSpec[] = [];
  /** How often the table was asked for. */
  looks = 0;
  /** ps cannot be had. */
  hasNoTable = false;
  /** What `find` knows: command -> path. */
  readonly programs = new Map<string, string>();
  /** Answers `run`; default: nothing is installed. */
  answer: (spec: RunSpec) => RunOutcome | Promise<RunOutcome> = () => ({ kind: "absent", reason: "no such program" });
  /** What a spawned leader does; default: it runs until it is ended. */
  onSpawn: (spec: SpawnSpec, leader: { readonly pid: number; end(code: number): void }) => ProcessScript | void =
    () => {};
  /** Set to make every spawn fail. */
  spawnFault: string | null = null;
  readonly #clock: FakeClock;
  readonly #living = new Map<number, Living>();
  #nextPid = 1000;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Starts a process. @returns its pid */
  start(script: ProcessScript = {}, pid = this.#nextPid++): number {
    this.#living.set(pid, {
      pid,
      ppid: script.ppid ?? 1,
      pgid: script.pgid ?? pid,
      startedMs: this.#clock.monotonic(),
      script,
      isStopped: script.isStopped ?? false,
      isZombie: false,
      heldSignal: null,
    });
    return pid;
  }

  /** Ends a process; its children get init as their parent. */
  end(pid: number, report: ExitReport = { code: 0, signal: null }): void {
    const living = this.#living.get(pid);
    if (!living) return;
    this.#living.delete(pid);
    for (const other of this.#living.values()) if (other.ppid === pid) other.ppid = 1;
    living.script.onEnd?.(report);
  }

  /** Ends a process that nobody waits for. */
  makeZombie(pid: number): void {
    const living = this.#living.get(pid);
    if (living) living.isZombie = true;
  }

  /** Pids that live, sorted. */
  get alive(): number[] {
    return [...this.#living.values()].filter((living) => !living.isZombie).map((living) => living.pid).sort((a, b) =>
      a - b
    );
  }

  /** Names of the signals sent to a pid, or to a group when it is negative. */
  sentTo(target: number): SignalName[] {
    return this.signals.filter((sent) => sent.target === target).map((sent) => sent.signal);
  }

  spawnGroup(spec: SpawnSpec): GroupLeader {
    this.spawned.push(spec);
    if (this.spawnFault !== null) throw new SpawnFault(this.spawnFault);
    const exited = Promise.withResolvers<ExitReport>();
    const pid = this.#nextPid++;
    const script = this.onSpawn(spec, { pid, end: (code) => this.end(pid, { code, signal: null }) }) ?? {};
    const id = spec.environment.AGENT_RUNNER_ROUND_ID;
    this.start({
      command: spec.argv.join(" "),
      marker: id === undefined ? null : `AGENT_RUNNER_ROUND_ID=${id}`,
      ...script,
      onEnd: (report) => {
        script.onEnd?.(report);
        exited.resolve(report);
      },
    }, pid);
    return { pid, exited: exited.promise };
  }

  async run(spec: RunSpec): Promise<RunOutcome> {
    this.ran.push(spec);
    return await this.answer(spec);
  }

  signal(pid: number, signal: SignalName): boolean {
    this.signals.push({ at: this.#clock.monotonic(), target: pid, signal });
    const living = this.#living.get(pid);
    if (living) this.#receive(living, signal);
    return living !== undefined;
  }

  signalGroup(pgid: number, signal: SignalName): boolean {
    this.signals.push({ at: this.#clock.monotonic(), target: -pgid, signal });
    const members = [...this.#living.values()].filter((living) => living.pgid === pgid);
    for (const living of members) this.#receive(living, signal);
    return members.length > 0;
  }

  list(marker: string | null): Promise<readonly ProcessInfo[] | null> {
    this.looks++;
    if (this.hasNoTable) return Promise.resolve(null);
    return Promise.resolve([...this.#living.values()].map((living) => this.#row(living, marker)));
  }

  find(command: string): string | null {
    return this.programs.get(command) ?? null;
  }

  #row(living: Living, marker: string | null): ProcessInfo {
    const ageSeconds = (this.#clock.monotonic() - living.startedMs) / 1000;
    return {
      pid: living.pid,
      ppid: living.ppid,
      pgid: living.pgid,
      isZombie: living.isZombie,
      startedAt: Math.floor((living.startedMs + Date.parse("2026-11-21T10:00:00Z")) / 1000),
      cpuSeconds: ageSeconds * (living.script.cpuShare ?? 0),
      command: living.script.command ?? "worker",
      isMarked: marker !== null && !living.isZombie && carries(living.script, marker),
    };
  }

  #receive(living: Living, signal: SignalName): void {
    switch (signal) {
      case "SIGKILL":
        if (!living.script.isUnkillable) this.end(living.pid, { code: 137, signal: "SIGKILL" });
        return;
      case "SIGSTOP":
        living.isStopped = true;
        return;
      case "SIGCONT": {
        living.isStopped = false;
        const held = living.heldSignal;
        living.heldSignal = null;
        if (held !== null) this.#obey(living, held);
        return;
      }
      default:
        if (living.isStopped) living.heldSignal = signal;
        else this.#obey(living, signal);
    }
  }

  #obey(living: Living, signal: SignalName): void {
    const after = living.script.obeysAfterMs === undefined ? 0 : living.script.obeysAfterMs;
    if (after === null || living.script.isUnkillable) return;
    const end = () => {
      if (this.#living.get(living.pid) === living) this.end(living.pid, { code: codes[signal] ?? 1, signal });
    };
    if (after === 0) end();
    else this.#clock.after(after, end);
  }
}
