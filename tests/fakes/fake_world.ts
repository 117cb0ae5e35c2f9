// A whole world for tests: time that jumps, scripted agents under a shim, files in memory, streams that remember.
import type { Stream, World } from "../../src/cli/world.ts";
import type { SignalName } from "../../src/core/round.ts";
import type { Host } from "../../src/ports/host.ts";
import type { HeldLock, Lock } from "../../src/ports/lock.ts";
import type { RunOutcome, RunSpec, SpawnSpec } from "../../src/ports/processes.ts";
import type { Signals } from "../../src/ports/signals.ts";
import { FakeHoles, FakeScopes } from "./fake_bounds.ts";
import { FakeChannels } from "./fake_channels.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeHttp } from "./fake_http.ts";
import { FakeProcesses } from "./fake_processes.ts";
import type { ProcessScript } from "./fake_processes.ts";
import { sourceMeans } from "./fake_upgrade.ts";
import { memoryFiles } from "./memory_files.ts";
import type { MemoryFiles } from "./memory_files.ts";

/** What the scripted agent does in one round. */
export interface AgentScript {
  /** Seconds until it ends by itself; Infinity: never. Default 10. */
  readonly seconds?: number;
  readonly code?: number;
  /** Said when it starts. */
  readonly says?: string;
  /** Said just before it ends. */
  readonly concludes?: string;
  /** How it takes signals. */
  readonly process?: ProcessScript;
  /** Processes it leaves behind, in sessions of their own. */
  readonly leaves?: readonly ProcessScript[];
  /** Called when it starts. */
  readonly onStart?: () => void;
}

/** Holds locks by path; `holdElsewhere` stands for another process. */
export class FakeLock implements Lock {
  readonly #held = new Set<string>();

  holdElsewhere(path: string): void {
    this.#held.add(path);
  }

  tryAcquire(path: string): Promise<HeldLock | null> {
    if (this.#held.has(path)) return Promise.resolve(null);
    this.#held.add(path);
    return Promise.resolve({ release: () => void this.#held.delete(path) });
  }

  isHeld(path: string): Promise<boolean> {
    return Promise.resolve(this.#held.has(path));
  }
}

/** Signals to this process, sent by the test. */
export class FakeSignals implements Signals {
  readonly #listeners = new Map<(name: SignalName) => void, readonly SignalName[]>();

  send(name: SignalName): void {
    for (const [listener, names] of [...this.#listeners]) if (names.includes(name)) listener(name);
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  listen(names: readonly SignalName[], listener: (name: SignalName) => void): () => void {
    this.#listeners.set(listener, names);
    return () => void this.#listeners.delete(listener);
  }
}

/** A stream that remembers what was written to it. */
export class FakeStream implements Stream {
  text = "";
  readonly isTerminal: boolean;
  readonly columns = 80;
  readonly hasColor: boolean;

  constructor(options: { readonly hasColor?: boolean } = {}) {
    this.isTerminal = options.hasColor ?? false;
    this.hasColor = this.isTerminal;
  }

  get lines(): string[] {
    return this.text.split("\n").filter((line) => line !== "");
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  post(line: string): void {
    this.text += `${line}\n`;
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }
}

const firstHead = "0123456789abcdef0123456789abcdef01234567";

/** A project in `/home/me/shop` with an agent and a prompt, clean in git. */
export class FakeWorld implements World {
  readonly version = "0.0.0";
  readonly clock: FakeClock;
  readonly processes: FakeProcesses;
  readonly files: MemoryFiles = memoryFiles({
    "/bin/agent": "#!/bin/sh\n",
    "/home/me/shop/main.md": "Work on it. ".repeat(50),
  });
  readonly lock = new FakeLock();
  readonly channels = new FakeChannels();
  readonly http = new FakeHttp();
  readonly holes = new FakeHoles();
  readonly scopes = new FakeScopes();
  readonly signals = new FakeSignals();
  readonly stdout = new FakeStream();
  readonly stderr = new FakeStream();
  readonly host: Host;
  /** What the agent does, round after round; the last one again and again. */
  agents: AgentScript[] = [{}];
  /** Untracked paths that git tells of. */
  dirty: string[] = [];
  /** The commit git tells of; another one is taken for its child, with one file of two new lines. */
  head = firstHead;
  /** What a command that a shell becomes comes to, of those that run to their end. Default: no such program. */
  shell: (spec: RunSpec) => RunOutcome | Promise<RunOutcome> = () => ({ kind: "absent", reason: "no shell here" });
  /** git is not installed. */
  hasNoGit = false;
  /** How often the runtime was asked to give up garbage. */
  collections = 0;

  constructor(clock = new FakeClock({ isAutomatic: true })) {
    this.clock = clock;
    this.processes = new FakeProcesses(clock);
    this.processes.programs.set("agent", "/bin/agent");
    this.processes.answer = (spec) => this.#answer(spec);
    this.processes.onSpawn = (spec, leader) => this.#spawnShim(spec, leader);
    this.host = {
      pid: 77,
      selfCommand: ["/bin/agent-runner"],
      serveCommand: ["/bin/agent-runner"],
      machine: "x86_64",
      hostName: () => "host",
      uptimeSeconds: () => clock.monotonic() / 1000,
      sample: () => ({ memoryTotalMb: 1000, memoryAvailableMb: 500, load: [0, 0, 0] }),
      disk: () => Promise.resolve(null),
      environment: () => ({ PATH: "/bin" }),
      homeDir: () => "/home/me",
      collectGarbage: () => void this.collections++,
      workDir: () => "/home/me/shop",
    };
  }

  /** From its source; a test that upgrades hands in its own. */
  upgradeMeans: World["upgradeMeans"] = sourceMeans;

  asset(_path: string): string | null {
    return null;
  }

  assets(_folder: string): readonly string[] {
    return [];
  }

  /** Events on record, oldest first; lines that cannot be read are left out. */
  get events(): Record<string, unknown>[] {
    const paths = this.files.paths().filter((path) => /\/events-[\d-]+\.jsonl$/.test(path));
    const lines = paths.flatMap((path) => (this.files.readText(path) ?? "").split("\n").filter((line) => line !== ""));
    return lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return [];
      }
    });
  }

  /** Kinds of the events on record, oldest first. */
  get kinds(): string[] {
    return this.events.map((event) => String(event.event));
  }

  /** HEAD moves on. */
  commit(): void {
    this.head = this.head.slice(1) + this.head[0]!;
  }

  #answer(spec: RunSpec): RunOutcome | Promise<RunOutcome> {
    if (spec.argv[0] === "/bin/sh") return this.shell(spec);
    if (spec.argv[0] !== "git" || this.hasNoGit) return { kind: "absent", reason: `no '${spec.argv[0]}' here` };
    const answer = (text: string): RunOutcome => ({
      kind: "exited",
      code: 0,
      stdout: new TextEncoder().encode(text),
      stderr: new Uint8Array(),
      isCut: false,
    });
    if (spec.argv.includes("rev-parse")) {
      const divider = "--agent-runner-divider\n";
      return answer(`true\n/home/me/shop/.git\n${divider}/home/me/shop\n${divider}\n${divider}${this.head}\n`);
    }
    if (spec.argv.includes("rev-list")) return answer("1\n");
    if (spec.argv.includes("--shortstat")) return answer(" 1 file changed, 2 insertions(+)\n");
    if (!spec.argv.includes("status")) return answer("");
    return answer(
      [`# branch.oid ${this.head}`, "# branch.head main", ...this.dirty.map((path) => `? ${path}`), ""].join("\0"),
    );
  }

  /** The shim, and the agent under it; as the real one, it leaves the status file and ends after the agent. */
  #spawnShim(spec: SpawnSpec, leader: { readonly pid: number; end(code: number): void }): ProcessScript {
    const [log, , exit] = spec.argv.slice(4) as [string, string, string];
    const script = (this.agents.length > 1 ? this.agents.shift() : this.agents[0]) ?? {};
    const id = spec.environment.AGENT_RUNNER_ROUND_ID ?? "";
    const marker = `AGENT_RUNNER_ROUND_ID=${id}`;
    const say = (text: string | undefined) => {
      if (text === undefined || log === "/dev/null") return;
      quietly(() => void this.files.append(log, new TextEncoder().encode(`${text}\n`)));
    };
    const agent = this.processes.start({
      ppid: leader.pid,
      pgid: leader.pid,
      marker,
      command: spec.argv.slice(7).join(" "),
      ...script.process,
      onEnd: (report) => {
        if (!this.processes.alive.includes(leader.pid)) return;
        const remark = report.signal === null ? "" : "Terminated\n";
        const text = `pid ${leader.pid}\n${remark}exit ${report.code}\n`;
        if (exit !== "/dev/null") {
          quietly(() => {
            this.files.remove(`${exit}.tmp`);
            this.files.writeAtomic(exit, text);
          });
        }
        leader.end(report.code);
      },
    });
    for (const left of script.leaves ?? []) this.processes.start({ ppid: agent, marker, command: "left", ...left });
    say(script.says);
    script.onStart?.();
    const seconds = script.seconds ?? 10;
    if (Number.isFinite(seconds)) {
      this.clock.after(seconds * 1000, () => {
        if (!this.processes.alive.includes(agent)) return;
        say(script.concludes);
        this.processes.end(agent, { code: script.code ?? 0, signal: null });
      });
    }
    return { obeysAfterMs: null };
  }
}

/** As a shell on a full disk: it goes on. */
function quietly(write: () => void): void {
  try {
    write();
  } catch {
    // The status file stays away, and so does the output.
  }
}
