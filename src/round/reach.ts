// Looks for and signals every process of a round, whatever session or parent it has by now.
import { baseName } from "../core/path.ts";
import type { SignalName } from "../core/round.ts";
import type { Processes, ProcessInfo } from "../ports/processes.ts";
import { Kin } from "./kin.ts";

/** The processes of one round within reach of signals. */
export class Reach {
  readonly #processes: Processes;
  readonly #marker: string;
  readonly #leaderPid: number | null;
  readonly #kin: Kin;
  readonly #agentName: string;
  #agentProcesses = 0;

  /** @param options `agentName`: basename of the executable that is counted on the whole machine; empty: none */
  constructor(
    options: { readonly roundId: string; readonly leaderPid: number | null; readonly agentName?: string },
    processes: Processes,
  ) {
    this.#agentName = options.agentName ?? "";
    this.#processes = processes;
    this.#marker = `AGENT_RUNNER_ROUND_ID=${options.roundId}`;
    this.#leaderPid = options.leaderPid;
    this.#kin = new Kin(options.leaderPid);
  }

  /** CPU seconds of the round's processes, as far as snapshots saw them. */
  get cpuSeconds(): number {
    return this.#kin.cpuSeconds;
  }

  /** Processes of the agent's name on the whole machine at the last look. The table itself is not kept: it is large. */
  get agentProcesses(): number {
    return this.#agentProcesses;
  }

  /** A fresh snapshot: the round's live processes. Where no table can be had, the group alone is asked. */
  async look(): Promise<readonly ProcessInfo[]> {
    const table = await this.#processes.list(this.#marker);
    if (table === null) return this.#groupAlone();
    this.#agentProcesses = table.filter((row) => nameOf(row) === this.#agentName).length;
    return this.#kin.update(table);
  }

  /** The same with plain command lines: next to an environment they cannot be told from it. */
  async lookAtCommands(): Promise<readonly ProcessInfo[]> {
    const live = await this.look();
    const plain = new Map((await this.#processes.list(null) ?? []).map((row) => [row.pid, row.command]));
    return live.map((row) => ({ ...row, command: plain.get(row.pid) ?? "" }));
  }

  #groupAlone(): readonly ProcessInfo[] {
    if (this.#leaderPid === null || !this.#processes.signalGroup(this.#leaderPid, "SIGCONT")) return [];
    return [{
      pid: this.#leaderPid,
      ppid: 0,
      pgid: this.#leaderPid,
      isZombie: false,
      startedAt: 0,
      cpuSeconds: 0,
      command: "",
      isMarked: false,
    }];
  }

  /** Signals the group at once, then whatever lives outside it. Stopped processes are woken to receive it. */
  async tell(signal: SignalName): Promise<void> {
    if (this.#leaderPid !== null) {
      this.#processes.signalGroup(this.#leaderPid, signal);
      this.#processes.signalGroup(this.#leaderPid, "SIGCONT");
    }
    for (const row of await this.look()) {
      if (row.pgid === this.#leaderPid) continue;
      this.#processes.signal(row.pid, signal);
      this.#processes.signal(row.pid, "SIGCONT");
    }
  }

  /** Kills all that live; the shim is spared so that it can tell how the agent ended. Returns whom it met. */
  async kill(options: { readonly sparesLeader: boolean }): Promise<readonly ProcessInfo[]> {
    const live = await this.look();
    for (const row of live) {
      if (options.sparesLeader && row.pid === this.#leaderPid) continue;
      this.#processes.signal(row.pid, "SIGKILL");
    }
    if (!options.sparesLeader && this.#leaderPid !== null) this.#processes.signalGroup(this.#leaderPid, "SIGKILL");
    return live;
  }
}

function nameOf(row: ProcessInfo): string {
  return baseName(row.command.split(" ", 1)[0] || "?");
}
