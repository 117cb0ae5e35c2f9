// One watched project of a soak: its supervisor and agent, and the lives of the monitor that watches it.
import { printed } from "../e2e/far_watch.ts";
import type { FarPlace } from "../e2e/far_watch.ts";
import { exists, names, signal } from "../e2e/project.ts";
import type { Project, Running } from "../e2e/project.ts";
import type { Line } from "./oracle.ts";
import type { Evidence } from "./verdict.ts";

const endMs = 30_000;

export interface SideOptions {
  readonly name: string;
  /** What is watched. */
  readonly project: Project;
  /** From where; the monitor records there. */
  readonly near: Project;
  /** Words of the monitor besides the usual ones. */
  readonly words: readonly string[];
  /** The machine it is on; null: this one. */
  readonly place: FarPlace | null;
}

export class Side {
  readonly name: string;
  readonly project: Project;
  readonly place: FarPlace | null;
  readonly #near: Project;
  readonly #words: readonly string[];
  #serve: Running | null = null;
  #monitor: Running | null = null;
  #past: Line[] = [];
  /** Lives of the monitor that did not end as they should. */
  readonly faults: string[] = [];

  constructor({ name, project, near, words, place }: SideOptions) {
    this.name = name;
    this.project = project;
    this.place = place;
    this.#near = near;
    this.#words = words;
  }

  /** All that the monitor printed, in all its lives. */
  get printed(): Line[] {
    return [...this.#past, ...(this.#monitor === null ? [] : printed(this.#monitor))];
  }

  /** Detectors whose alert was raised and not resolved. */
  get open(): Set<string> {
    const open = new Set<string>();
    for (const { detector, state } of this.printed) {
      if (state === "resolved") open.delete(String(detector));
      else open.add(String(detector));
    }
    return open;
  }

  get stderr(): string {
    return this.#monitor?.stderr ?? "";
  }

  /** The agent plays these once each, and then `after` for good. */
  play(queue: readonly string[], after: string): void {
    const { out } = this.project;
    if (queue.length > 0) Deno.writeTextFileSync(`${out}/queue`, `${queue.join("\n")}\n`);
    else if (exists(`${out}/queue`)) Deno.removeSync(`${out}/queue`);
    Deno.writeTextFileSync(`${out}/mode.new`, after);
    Deno.renameSync(`${out}/mode.new`, `${out}/mode`);
  }

  /** Rounds that wait for it go on, or are kept waiting. */
  gate(isOpen: boolean): void {
    const path = `${this.project.out}/go`;
    if (isOpen) Deno.writeTextFileSync(path, "");
    else if (exists(path)) Deno.removeSync(path);
  }

  startServe(): void {
    this.#serve = this.project.start("serve");
  }

  /** @param how a signal that ends it */
  async restartServe(how: "SIGTERM" | "SIGKILL"): Promise<void> {
    const serve = this.#serve!;
    serve.signal(how);
    await serve.ended(endMs);
    this.startServe();
  }

  pauseServe(): void {
    signal(this.#serve!.pid, "SIGSTOP");
  }

  wakeServe(): void {
    signal(this.#serve!.pid, "SIGCONT");
  }

  startMonitor(): void {
    this.#monitor = this.#near.start("monitor", "--json", "--interval", "1", ...this.#words);
  }

  async endMonitor(): Promise<void> {
    const monitor = this.#monitor!;
    monitor.signal("SIGINT");
    const { code, stderr } = await monitor.ended(endMs);
    if (code !== 0) this.faults.push(`the monitor of ${this.name} ended with ${code}: ${stderr.slice(-500)}`);
    this.#past.push(...printed(monitor));
    this.#monitor = null;
  }

  async pauseMonitor(milliseconds: number): Promise<void> {
    const pid = this.#monitor!.pid;
    signal(pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    signal(pid, "SIGCONT");
  }

  /** What is left of it and of its supervisor is ended by whoever made the projects. */
  async endServe(): Promise<void> {
    this.#serve!.signal("SIGTERM");
    await this.#serve!.ended(endMs);
  }

  /** Events of the monitor about connections. */
  count(kind: string): number {
    return this.#recorded().filter(({ event }) => event === kind).length;
  }

  evidence(): Evidence {
    const isMonitors = ({ event }: Line) => String(event).startsWith("monitor_");
    const events = this.project.events().filter((event) => !isMonitors(event));
    const words = [...events, ...metricsOf(this.project)].map(({ ts }) => Date.parse(String(ts)));
    return { name: this.name, events, words, printed: this.printed, recorded: this.#recorded() };
  }

  #recorded(): Line[] {
    const host = this.place === null ? null : this.place.label.split(":")[0];
    return this.#near.events().filter((event) => event.event.startsWith("monitor_") && event.host === host);
  }
}

function metricsOf({ logs }: Project): Line[] {
  return names(logs).filter((name) => name.startsWith("metrics-")).flatMap((name) =>
    Deno.readTextFileSync(`${logs}/${name}`).split("\n").filter((line) => line !== "").map((line) =>
      JSON.parse(line) as Line
    )
  );
}
