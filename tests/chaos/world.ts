// One project under chaos: what is planted in it, what is known of its rounds, and ways to wait for what it does.
import { MountedProject } from "../e2e/crash_mount.ts";
import { exists, names, Project, signal } from "../e2e/project.ts";
import type { Running } from "../e2e/project.ts";
import { furnish, gitFaultOf, settingsOf } from "./furnish.ts";
import type { WorldKind, WorldOptions } from "./furnish.ts";
import { Holdings } from "./holdings.ts";
import { Lives } from "./lives.ts";
import { processesOf } from "./processes.ts";
import type { Row } from "./processes.ts";
import { Records } from "./records.ts";
import { spell } from "./settings.ts";
import type { Settings } from "./settings.ts";

const nudgeMs = 150;

export class World extends Lives implements AsyncDisposable {
  readonly project: Project;
  readonly kind: WorldKind;
  readonly name: string;
  readonly records: Records;
  readonly holdings: Holdings;
  readonly settings: Settings;
  /** Null where the log folder is no file system of its own. */
  readonly mounted: MountedProject | null;
  /** Rounds whose records somebody destroyed, or for which there was no room. */
  readonly excused = new Set<number>();
  /** Rounds whose agents may have met what a round left of which no record tells. */
  readonly excusedOverlaps = new Set<number>();
  readonly plantedLines = new Set<string>();
  /** What was put into files of state, and how many rounds had been started then. */
  readonly plantedFiles = new Map<string, { readonly text: string; readonly roundsThen: number }>();
  /** Pieces of work in the journal at the last look. */
  tokens = 0;
  /** Rounds of which no record tells any more, with the first number after them. */
  readonly #lost = new Map<string, number>();
  /** Rounds that owned processes when a supervisor last lived. */
  #lastOwners: ReadonlySet<string> = new Set();
  #nudgedAt = 0;

  private constructor(options: WorldOptions, project: Project, mounted: MountedProject | null) {
    super();
    this.kind = options.kind;
    this.name = options.name;
    this.project = project;
    this.mounted = mounted;
    this.records = new Records(project.logs);
    this.holdings = new Holdings({ work: project.work, env: { ...project.env } });
    this.settings = settingsOf(options, { project, mounted });
  }

  static async make(options: WorldOptions): Promise<World> {
    const isWithin = options.kind === "within" || options.kind === "ignored";
    const base = isWithin ? { logDir: "logs" } : {};
    const mounted = options.kind === "disk" ? await MountedProject.make(base, { megabytes: 12 }) : null;
    const project = mounted?.project ?? await Project.make(base);
    const world = new World(options, project, mounted);
    await furnish(project, options);
    world.setHook("ok");
    world.writeConfig();
    return world;
  }

  get agentFile(): string {
    return `${this.project.root}/agent.sh`;
  }

  get configFile(): string {
    return `${this.project.root}/agent-runner.toml`;
  }

  get gitFault(): string {
    return gitFaultOf(this.project);
  }

  get stopFile(): string {
    return `${this.project.root}/STOP`;
  }

  setHook(mode: string): void {
    Deno.writeTextFileSync(`${this.project.root}/hook-mode`, `${mode}\n`);
  }

  writeConfig(text = spell(this.settings)): void {
    Deno.writeTextFileSync(`${this.configFile}.new`, text);
    Deno.renameSync(`${this.configFile}.new`, this.configFile);
  }

  override start(...args: readonly string[]): Running {
    const words = ["--config", this.configFile, ...args];
    return (this.mounted ?? this.project).start(...words);
  }

  protected override beforeStart(): void {
    for (const path of [this.stopFile, `${this.project.logs}/.agent-done`]) removeQuietly(path);
  }

  protected override afterKill(): void {
    this.#lastOwners = this.owners();
  }

  /** Ids of rounds that are allowed to have processes: the one that is open, as far as anything tells of it. */
  owners(): ReadonlySet<string> {
    if (this.serve === null && this.hasLeft) return new Set();
    const open = this.openRound();
    const ids = new Set(open === null ? [] : [open.id]);
    try {
      const { current } = JSON.parse(Deno.readTextFileSync(`${this.project.logs}/status.json`));
      if (typeof current?.id === "string") ids.add(current.id);
    } catch {
      // Torn, or not there: then the events tell.
    }
    // Nobody is there who could end what was known before files were torn.
    if (this.serve === null) { for (const id of this.#lastOwners) ids.add(id); }
    return ids;
  }

  /**
   * What emptied its environment in a round that was cut off, in the moment in which it came to be or with its
   * supervisor, is out of anybody's reach without a scope: the one known gap.
   */
  override async reapHidden(): Promise<void> {
    const number = this.agentStarts().at(-1);
    if (number === undefined || !this.planned(number).startsWith("scrubbed")) return;
    for (const row of await this.processes()) if (row.isHidden) signal(row.pid, "SIGKILL");
  }

  /** From now on nothing on record tells of the rounds that are open. @param next first number after them */
  loseOwners(next: number): void {
    for (const id of this.owners()) this.#lost.set(id, next);
  }

  /**
   * A round of which no record tells is ended as long as its shim leads it. What has no leader any more is never
   * signalled, as nothing proves what it is: it is ended here. @returns the other rows
   */
  withoutUnprovable(rows: readonly Row[]): Row[] {
    const isUnprovable = ({ roundId }: Row) =>
      roundId !== null && this.#lost.has(roundId) && !rows.some((row) => row.isShim && row.roundId === roundId);
    for (const row of rows.filter(isUnprovable)) {
      signal(row.pid, "SIGKILL");
      const from = this.#lost.get(row.roundId!)!;
      for (const number of this.agentStarts()) if (number >= from) this.excusedOverlaps.add(number);
    }
    return rows.filter((row) => !isUnprovable(row));
  }

  planned(number: number): string {
    return Deno.readTextFileSync(`${this.project.out}/plans/${number}`);
  }

  async processes(): Promise<Row[]> {
    return (await processesOf(this.project.tag)).filter(({ pid }) => pid !== this.serve?.pid);
  }

  /** Numbers in the order in which agents began. */
  agentStarts(): number[] {
    return this.outText("starts").split("\n").filter((line) => line !== "").map((line) => Number(line.split(" ")[0]));
  }

  outText(name: string): string {
    const path = `${this.project.out}/${name}`;
    return exists(path) ? Deno.readTextFileSync(path) : "";
  }

  /** The round on record that has no end yet: its number and id. */
  openRound(): { readonly number: number; readonly id: string } | null {
    const start = this.records.ofKind("round_start").at(-1);
    if (start === undefined) return null;
    const { round_num: number, round_id: id } = start;
    if (this.records.ofKind("round_end").some(({ round_num }) => round_num === number)) return null;
    return { number: Number(number), id: String(id) };
  }

  /** Waits until an agent works under a live supervisor. @returns its round's number */
  async agentAtWork(): Promise<number> {
    let number = 0;
    await this.until("an agent at work", async () => {
      await this.serving();
      const open = this.openRound();
      const hasExited = open !== null && this.records.ofKind("agent_exit").some((e) => e.round_num === open.number);
      if (open !== null && !hasExited && this.agentStarts().includes(open.number)) {
        number = open.number;
        return true;
      }
      if (open === null) this.nudge();
      return false;
    }, 90_000);
    return number;
  }

  /** Waits until a round with a higher number than this ends, or the supervisor leaves. */
  async roundEnd(after: number): Promise<void> {
    await this.until("the end of a round", async () => {
      if (await this.noteEnd()) return true;
      const last = Number(this.records.ofKind("round_end").at(-1)?.round_num ?? 0);
      if (last > after) return true;
      if (this.openRound() === null) this.nudge();
      return false;
    }, 90_000);
  }

  lastEnded(): number {
    return Number(this.records.ofKind("round_end").at(-1)?.round_num ?? 0);
  }

  /** Ends a pause: nothing here is about how long one is. */
  nudge(): void {
    if (performance.now() - this.#nudgedAt < nudgeMs) return;
    this.#nudgedAt = performance.now();
    const folder = `${this.project.logs}/requests`;
    try {
      if (exists(`${folder}/retry-now.json`)) return;
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
      const text = JSON.stringify({ at: new Date(Date.now() + 1).toISOString(), by_pid: Deno.pid });
      Deno.writeTextFileSync(`${folder}/retry-now.new`, text, { mode: 0o600 });
      Deno.renameSync(`${folder}/retry-now.new`, `${folder}/retry-now.json`);
    } catch {
      // On a full disk a pause lasts as long as it lasts.
    }
  }

  stateNames(): string[] {
    return names(this.project.logs).filter((name) => name.endsWith(".json"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.serve?.kill();
    await (this.mounted ?? this.project)[Symbol.asyncDispose]();
  }
}

export function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // It was not there, or its owner was faster.
  }
}
