// Looks for and signals every process of a round, whatever session or parent it has by now.
import { baseName } from "../core/path.ts";
import type { SignalName } from "../core/round.ts";
import type { Clock } from "../ports/clock.ts";
import type { Processes, ProcessInfo } from "../ports/processes.ts";
import { Kin } from "./kin.ts";
import type { RoundScope } from "./round_scope.ts";

/** The processes of one round within reach of signals. */
export class Reach {
  readonly #processes: Processes;
  readonly #marker: string;
  readonly #leaderPid: number | null;
  readonly #kin: Kin;
  readonly #agentName: string;
  readonly #scope: RoundScope | null;
  #agentProcesses = 0;
  #hasTable = false;
  /** The group had members when it was last looked at. */
  #hasGroup: boolean;

  /**
   * @param options `agentName`: basename of the executable that is counted on the whole machine; empty: none;
   * `scope`: the round's own, where it may have one
   */
  constructor(
    options: {
      readonly roundId: string;
      readonly leaderPid: number | null;
      readonly agentName?: string;
      readonly scope?: RoundScope | null;
    },
    processes: Processes,
  ) {
    this.#agentName = options.agentName ?? "";
    this.#scope = options.scope ?? null;
    this.#hasGroup = options.leaderPid !== null;
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
    const live = await this.#snapshot();
    // Only once nothing else is left: what is found then is what got away from every other net.
    return live.length > 0 ? live : await this.#lookInside(live);
  }

  /** The same for one who cannot wait for long; nobody where the table takes longer. */
  async lookWithin(milliseconds: number, clock: Clock): Promise<readonly ProcessInfo[]> {
    const isSeen = new AbortController();
    const late = clock.sleep(milliseconds, isSeen.signal).then(() => []);
    try {
      return await Promise.race([this.look(), late]);
    } finally {
      isSeen.abort();
    }
  }

  /** A snapshot with what only the scope knows. */
  async #lookAtAll(): Promise<readonly ProcessInfo[]> {
    return await this.#lookInside(await this.#snapshot());
  }

  async #snapshot(inside?: ReadonlySet<number>): Promise<readonly ProcessInfo[]> {
    const table = await this.#table();
    if (table === null) return this.#groupAlone();
    this.#agentProcesses = table.filter((row) => nameOf(row) === this.#agentName).length;
    const live = this.#kin.update(table, inside);
    this.#hasGroup = live.some((row) => row.pgid === this.#leaderPid);
    return live;
  }

  /** @param live what was found without the scope */
  async #lookInside(live: readonly ProcessInfo[]): Promise<readonly ProcessInfo[]> {
    const inside = await this.#scope?.members() ?? new Set<number>();
    const known = new Set(live.map((row) => row.pid));
    return [...inside].some((pid) => !known.has(pid)) ? await this.#snapshot(inside) : live;
  }

  /** Where there was a table before, one that cannot be had is asked for once more: this process may have been stopped. */
  async #table(): Promise<readonly ProcessInfo[] | null> {
    const table = await this.#processes.list(this.#marker) ??
      (this.#hasTable ? await this.#processes.list(this.#marker) : null);
    this.#hasTable ||= table !== null;
    return table;
  }

  /** The same with plain command lines: next to an environment they cannot be told from it. */
  async lookAtCommands(): Promise<readonly ProcessInfo[]> {
    const live = await this.look();
    const plain = new Map((await this.#processes.list(null) ?? []).map((row) => [row.pid, row.command]));
    return live.map((row) => ({ ...row, command: plain.get(row.pid) ?? "" }));
  }

  #groupAlone(): readonly ProcessInfo[] {
    if (this.#leaderPid === null || !this.#hasGroup) return [];
    this.#hasGroup = this.#processes.signalGroup(this.#leaderPid, "SIGCONT");
    if (!this.#hasGroup) return [];
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

  /** Asks the group to finish, as Ctrl-C on a terminal does: what the agent put into a session of its own is left alone. */
  interrupt(): void {
    if (this.#leaderPid === null || !this.#hasGroup) return;
    this.#processes.signalGroup(this.#leaderPid, "SIGINT");
    this.#processes.signalGroup(this.#leaderPid, "SIGCONT");
  }

  /**
   * Signals the group at once, then whatever lives outside it. Stopped processes are woken to receive it. Returns whom
   * it met after the group had heard it.
   */
  async tell(signal: SignalName): Promise<readonly ProcessInfo[]> {
    if (this.#leaderPid !== null && this.#hasGroup) {
      this.#processes.signalGroup(this.#leaderPid, signal);
      this.#processes.signalGroup(this.#leaderPid, "SIGCONT");
    }
    const hadGroup = this.#hasGroup;
    const live = await this.#lookAtAll();
    for (const row of live) {
      if (hadGroup && row.pgid === this.#leaderPid) continue;
      this.#processes.signal(row.pid, signal);
      this.#processes.signal(row.pid, "SIGCONT");
    }
    return live;
  }

  /** Kills all that live; the shim is spared so that it can tell how the agent ended. Returns whom it met. */
  async kill(options: { readonly sparesLeader: boolean }): Promise<readonly ProcessInfo[]> {
    const live = await this.#lookAtAll();
    for (const row of live) {
      if (options.sparesLeader && row.pid === this.#leaderPid) continue;
      this.#processes.signal(row.pid, "SIGKILL");
    }
    if (live.length > 0) await this.#scope?.kill();
    if (!options.sparesLeader && this.#leaderPid !== null && this.#hasGroup) {
      this.#processes.signalGroup(this.#leaderPid, "SIGKILL");
    }
    return live;
  }
}

function nameOf(row: ProcessInfo): string {
  return baseName(row.command.split(" ", 1)[0] || "?");
}
