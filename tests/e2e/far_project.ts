// A project on another machine and the watch on it from here, as the monitor keeps it, with short times.
import { isoTime } from "../../src/core/text.ts";
import type { Blind, Look } from "../../src/monitor/feed.ts";
import { SshFeed } from "../../src/monitor/feed_ssh.ts";
import type { LinkTiming, LinkTools } from "../../src/monitor/link.ts";
import type { SshTarget } from "../../src/monitor/ssh_target.ts";
import type { RemoteNotice } from "../../src/monitor/tolerance.ts";
import { denoChannels } from "../../src/ports/deno/channel.ts";
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { Project } from "./project.ts";
import { FarHost } from "./sshd.ts";

const never = new AbortController().signal;
const timing: LinkTiming = { beatSeconds: 1, silenceSeconds: 4, helloSeconds: 12, pollSeconds: 0.3 };
const waitMs = 40_000;

/** A far machine, a project on it, and a feed from there. */
export class FarProject implements AsyncDisposable {
  readonly far: FarHost;
  readonly project: Project;
  readonly notices: RemoteNotice[] = [];
  readonly notes: string[] = [];
  /** Numbers of the events that were handed out, in their order. */
  readonly seen: unknown[] = [];
  readonly reasons: string[] = [];
  /** How the next feeds call it. */
  host: string;
  toleranceSeconds = 60;
  #feed: SshFeed | null = null;
  #written = 0;

  private constructor(far: FarHost, project: Project) {
    this.far = far;
    this.project = project;
    this.host = far.alias;
  }

  /** @param script what `agent-runner` is there; null: nothing. The program under test when absent. */
  static async make(script?: string | null): Promise<FarProject> {
    const far = await FarHost.start();
    if (script !== null) far.install(...(script === undefined ? [] : [script]));
    const project = await Project.make();
    Deno.mkdirSync(project.logs, { recursive: true });
    return new FarProject(far, project);
  }

  get target(): SshTarget {
    return { host: this.host, configPath: this.project.work };
  }

  get tools(): LinkTools {
    const [channels, processes] = [denoChannels(), denoProcesses()];
    const far = (argv: readonly string[]) => argv[0] === "ssh" ? [this.far.ssh, ...argv.slice(1)] : argv;
    return {
      channels: { open: (spec) => channels.open({ ...spec, argv: far(spec.argv) }) },
      processes: { ...processes, run: (spec) => processes.run({ ...spec, argv: far(spec.argv) }) },
      clock: denoClock(),
      version: "0.1.0",
    };
  }

  get feed(): SshFeed {
    return this.#feed ??= new SshFeed({
      target: this.target,
      toleranceSeconds: this.toleranceSeconds,
      intervalSeconds: 1,
      onNotice: (notice) => this.notices.push(notice),
      onNote: (text) => this.notes.push(text),
      timing,
    }, this.tools);
  }

  get kinds(): string[] {
    return this.notices.map(({ kind }) => kind.replace("monitor_remote_", ""));
  }

  /** Appends the next events to its log. */
  write(count: number): void {
    let text = "";
    for (let i = 0; i < count; i++) {
      text += `${JSON.stringify({ ts: isoTime(Date.now()), event: "mark", n: ++this.#written })}\n`;
    }
    const path = `${this.project.logs}/events-${isoTime(Date.now()).slice(0, 7)}.jsonl`;
    Deno.writeTextFileSync(path, text, { append: true });
  }

  /** All events that were written, as `seen` must be: each once, in order. */
  get all(): unknown[] {
    return Array.from({ length: this.#written }, (_, i) => i + 1);
  }

  async look(): Promise<Look | Blind> {
    const look = await this.feed.look(never);
    if (look.kind === "blind") this.reasons.push(look.reason);
    else this.seen.push(...look.events.filter(({ event }) => event.event === "mark").map(({ event }) => event.n));
    return look;
  }

  /** Looks until a look fits; fails with `what` when none does. */
  async until<T extends Look | Blind>(what: string, fits: (look: Look | Blind) => look is T): Promise<T> {
    const end = Date.now() + waitMs;
    while (Date.now() < end) {
      const look = await this.look();
      if (fits(look)) return look;
      await this.feed.wake(200, never);
    }
    throw new Error(`waited in vain for ${what}; seen ${this.seen.length}, ${this.reasons.at(-1)}, ${this.kinds}`);
  }

  async untilAll(): Promise<void> {
    await this.until("all events", (look): look is Look => look.kind === "seen" && this.seen.length >= this.#written);
  }

  async untilBlind(): Promise<Blind> {
    return await this.until("a fault", isBlind);
  }

  async untilGivenUp(): Promise<Blind> {
    return await this.until(
      "the end of the tolerance",
      (look): look is Blind => isBlind(look) && look.isGivenUp === true,
    );
  }

  /** Far ends of a feed that run now. */
  async farEnds(): Promise<number> {
    const { stdout } = await new Deno.Command("ps", { args: ["axww", "-o", "args="] }).output();
    return new TextDecoder().decode(stdout).split("\n").filter((line) =>
      line.includes(" _feed ") && line.includes(this.project.work) && !/^(?:\S*\/)?(?:sh|ssh|bash) /.test(line)
    ).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#feed?.close();
    await this.far[Symbol.asyncDispose]();
    await this.project[Symbol.asyncDispose]();
  }
}

function isBlind(look: Look | Blind): look is Blind {
  return look.kind === "blind";
}
