// The monitor itself, watching projects on other machines: one project here, and any number of machines with one each.
import { isoTime } from "../../src/core/text.ts";
import { Project } from "./project.ts";
import type { ProjectOptions, Running } from "./project.ts";
import { FarHost } from "./sshd.ts";

export type Line = Readonly<Record<string, unknown>>;

/** Another machine, and the project on it. */
export class FarPlace implements AsyncDisposable {
  /** As the monitor is told of it. */
  readonly label: string;
  readonly far: FarHost;
  readonly project: Project;

  constructor(name: string, far: FarHost, project: Project) {
    this.label = `${name}:${project.work}`;
    this.far = far;
    this.project = project;
  }

  /** What its agent does in every round from now on. */
  play(mode: string): void {
    Deno.writeTextFileSync(`${this.project.out}/mode`, mode);
  }

  /** A sample of its disk, as a supervisor would write it. */
  disk(percent: number): void {
    this.append("metrics", {
      event: "periodic",
      disk_used_pct: percent,
      mem_total_mb: 8000,
      mem_available_mb: 4000,
    });
  }

  append(kind: "events" | "metrics", fields: Line): void {
    const ts = isoTime(Date.now());
    Deno.mkdirSync(this.project.logs, { recursive: true });
    const file = `${this.project.logs}/${kind}-${ts.slice(0, 7)}.jsonl`;
    Deno.writeTextFileSync(file, `${JSON.stringify({ ts, ...fields })}\n`, { append: true });
  }

  /** Far ends of a monitor that run now. */
  async ends(verb: "_feed" | "_details" = "_feed"): Promise<number> {
    const { stdout } = await new Deno.Command("ps", { args: ["axww", "-o", "args="] }).output();
    return new TextDecoder().decode(stdout).split("\n").filter((line) =>
      line.includes(` ${verb} `) && line.includes(this.project.work) && !/^(?:\S*\/)?(?:sh|ssh|bash) /.test(line)
    ).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.far[Symbol.asyncDispose]();
    await this.project[Symbol.asyncDispose]();
  }
}

export interface FarWatchOptions {
  /** Further lines of the configuration here: thresholds are those of this side. */
  readonly toml?: string;
  readonly names?: readonly string[];
  /** What `agent-runner` is on the machines; null: nothing. The program under test when absent. */
  readonly script?: string | null;
  /** Of the projects there. */
  readonly project?: ProjectOptions;
}

/** The watching side. */
export class FarWatch implements AsyncDisposable {
  readonly near: Project;
  readonly places: readonly FarPlace[];

  private constructor(near: Project, places: readonly FarPlace[]) {
    this.near = near;
    this.places = places;
  }

  static async make({ toml, names = ["far"], script, project = {} }: FarWatchOptions = {}): Promise<FarWatch> {
    const near = await Project.make(toml === undefined ? {} : { toml });
    const places: FarPlace[] = [];
    const watch = new FarWatch(near, places);
    try {
      for (const name of names) {
        const far = await FarHost.start();
        far.addAlias(name);
        if (script !== null) far.install(...(script === undefined ? [] : [script]));
        places.push(new FarPlace(name, far, await Project.make({ mode: "told", ...project })));
      }
      watch.#makeSsh();
      return watch;
    } catch (thrown) {
      await watch[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** The first machine. */
  get place(): FarPlace {
    return this.places[0]!;
  }

  /** Starts the monitor on all machines. */
  start(...words: string[]): Running {
    return this.near.start("monitor", ...this.#hosts, ...words);
  }

  async run(...words: string[]) {
    return await this.near.run(["monitor", ...this.#hosts, ...words]);
  }

  get #hosts(): readonly string[] {
    return this.places.flatMap(({ label }) => ["--host", label]);
  }

  /** One `ssh` that knows them all. */
  #makeSsh(): void {
    const bin = `${this.near.root}/bin`;
    Deno.mkdirSync(bin);
    const configs = this.places.map(({ far }) => Deno.readTextFileSync(`${far.root}/ssh_config`));
    Deno.writeTextFileSync(`${this.near.root}/ssh_config`, configs.join("\n"));
    Deno.writeTextFileSync(`${bin}/ssh`, `#!/bin/sh\nexec /usr/bin/ssh -F '${this.near.root}/ssh_config' "$@"\n`);
    Deno.chmodSync(`${bin}/ssh`, 0o755);
    this.near.env.PATH = `${bin}:${this.near.env.PATH}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.near[Symbol.asyncDispose]();
    for (const place of this.places) await place[Symbol.asyncDispose]();
  }
}

/** Whole lines that a monitor printed as JSON so far. */
export function printed(monitor: Running): Line[] {
  return monitor.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Line);
}
