// A stage on which one round is watched: scripted processes, a log in memory, time that jumps.
import type { Walls } from "../../src/core/round.ts";
import { boundlessRoom } from "../../src/round/act_early.ts";
import { ownLeader } from "../../src/round/leader.ts";
import type { Leader } from "../../src/round/leader.ts";
import { LogTap } from "../../src/round/log_tap.ts";
import { Reach } from "../../src/round/reach.ts";
import { watchRound } from "../../src/round/run.ts";
import type { RunNotices, RunOutcome, RunSpec } from "../../src/round/run_spec.ts";
import type { Workers } from "../../src/round/workers.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import type { ProcessScript } from "../fakes/fake_processes.ts";
import { FakeReader } from "../fakes/fake_reader.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

export const roundId = "00000000-0000-4000-8000-000000000001";
export const marker = `AGENT_RUNNER_ROUND_ID=${roundId}`;
export const paths = { log: "/log/rounds/R1-a.log", exit: "/log/rounds/R1-a.exit" };

const quietWalls: Walls = {
  hardSeconds: 1800,
  firstByteSeconds: 0,
  idleSeconds: 0,
  lingerSeconds: 0,
  stopGraceSeconds: 5,
};

/** Everything one watched round touches. */
export class Stage {
  readonly clock = new FakeClock({ isAutomatic: true });
  readonly processes = new FakeProcesses(this.clock);
  readonly files = new MemoryFiles();
  readonly reader = new FakeReader();
  readonly stop = new AbortController();
  readonly said: string[] = [];
  readonly extended: Workers[] = [];
  readonly progress: Parameters<RunNotices["onProgress"]>[0][] = [];
  readonly origin = this.clock.monotonic();
  /** The shim; it lets every signal but KILL pass to its children. */
  readonly shim: number;
  readonly agent: number;
  readonly #leader: Leader;

  /** @param agent how the agent behaves; its group is the shim's */
  constructor(agent: ProcessScript = {}) {
    const exited = Promise.withResolvers<{ code: number; signal: string | null }>();
    this.shim = this.processes.start({
      command: "/bin/sh -c # agent-runner-shim",
      marker,
      obeysAfterMs: null,
      onEnd: exited.resolve,
    });
    this.agent = this.processes.start({
      command: "/usr/bin/agent --print",
      marker,
      ppid: this.shim,
      pgid: this.shim,
      ...agent,
      onEnd: (report) => {
        agent.onEnd?.(report);
        this.#agentEnded(report.signal === null ? report.code : 128 + this.#number(report.signal), report.signal);
      },
    });
    this.#leader = ownLeader({ pid: this.shim, exited: exited.promise, exitFile: paths.exit }, this.files);
  }

  /** Seconds since the round began. */
  get age(): number {
    return (this.clock.monotonic() - this.origin) / 1000;
  }

  /** The agent says something after so many seconds. */
  says(text: string, atSeconds: number): this {
    this.clock.after(atSeconds * 1000, () => {
      this.files.append(paths.log, new TextEncoder().encode(text));
    });
    return this;
  }

  /** The agent ends by itself. */
  exits(code: number, atSeconds: number): this {
    this.clock.after(atSeconds * 1000, () => this.processes.end(this.agent, { code, signal: null }));
    return this;
  }

  /** Something happens after so many seconds. */
  later(atSeconds: number, action: () => void): this {
    this.clock.after(atSeconds * 1000, action);
    return this;
  }

  /** A process the agent started: marked, in a session of its own unless said otherwise. */
  startChild(script: ProcessScript = {}): number {
    return this.processes.start({ ppid: this.agent, marker, command: "/bin/tool --secret", ...script });
  }

  watch(walls: Partial<Walls> = {}, changes: Partial<RunSpec> = {}): Promise<RunOutcome> {
    const reach = new Reach({ roundId, leaderPid: this.shim }, this.processes);
    return watchRound({
      walls: { ...quietWalls, ...walls },
      leader: this.#leader,
      reach,
      tap: new LogTap({ path: paths.log, files: this.files, reader: this.reader }),
      reader: this.reader,
      origin: this.origin,
      agentFile: "/usr/bin/agent",
      ignorePatterns: [],
      progressSeconds: 0,
      early: { isOn: true, longestWaitSeconds: 300, room: boundlessRoom, costOf: () => null },
      stop: this.stop.signal,
      notices: {
        onProgress: (progress) => this.progress.push(progress),
        onExtended: (workers) => this.extended.push(workers),
        onStopping: (why) => this.said.push(`${this.age.toFixed(1)} ${why}`),
      },
      ...changes,
    }, this.clock);
  }

  #number(signal: string): number {
    return { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }[signal] ?? 0;
  }

  /** As the real shim does it: the status file, then its own end. */
  #agentEnded(code: number, signal: string | null): void {
    if (!this.processes.alive.includes(this.shim)) return;
    const remark = signal === null ? "" : "Terminated\n";
    this.files.writeAtomic(paths.exit, `pid ${this.shim}\n${remark}exit ${code}\n`);
    this.processes.end(this.shim, { code, signal: null });
  }
}
