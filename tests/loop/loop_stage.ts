// A loop on a stage: the supervisor of a fake project, a config in words, and what was told.
import type { Agent, Observations, ReaderOptions } from "../../src/core/agent.ts";
import type { Telling } from "../../src/core/telling.ts";
import type { Ending } from "../../src/core/round.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { Seats } from "../../src/loop/seats.ts";
import { serve } from "../../src/loop/serve.ts";
import type { ServeOptions } from "../../src/loop/serve.ts";
import { StopRequests } from "../../src/loop/stop_requests.ts";
import { Supervisor } from "../../src/loop/supervisor.ts";
import { configOf, withLines } from "../config/sample.ts";
import { fakeAgent, FakeReader } from "../fakes/fake_reader.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

export const logs = "/home/me/shop/logs";

/** One project with its loop; several lives may follow each other. */
export class LoopStage {
  readonly world: FakeWorld;
  readonly told: Telling[] = [];
  /** Lines of `[runtime]`. */
  runtime = "";
  /** Lines of `[on_verdict]`. */
  onVerdict = "";
  /** Lines of `[monitor]`. */
  monitor = "";
  /** Lines of `[agent]` in place of the template for arguments. */
  agent: string | null = null;
  /** Lines of `[progress]`. */
  progress = "";
  /** Lines of further tables, with their headers. */
  tables = "";
  /** Lines of `[budget]`. */
  budget = "";
  /** Agents that stand in, by name, each with how it judges; the first one is called `first`. */
  others: readonly { readonly name: string; readonly judge: (ending: Ending, text: string) => Verdict }[] = [];
  judge: ((ending: Ending, text: string) => Verdict) | undefined;
  /** Programs whose reader is known, so that their version is asked for. */
  binaries: readonly string[] = [];
  /** What each reader observes beyond the text. */
  shown: () => Partial<Observations> = () => ({});
  /** Called with what each reader is made with. */
  createReader: (options?: ReaderOptions) => void = () => {};

  constructor(world = new FakeWorld()) {
    this.world = world;
  }

  /** What was told, one sentence each. */
  get texts(): string[] {
    return this.told.map((telling) => telling.text);
  }

  open(): Promise<Supervisor> {
    return Supervisor.open({
      config: configOf(this.#toml()),
      version: "0.0.0",
      agent: this.#agent(),
      tell: (telling) => void this.told.push(telling),
    }, this.world);
  }

  #agent(): Agent {
    const agent = fakeAgent(this.judge);
    return {
      ...agent,
      createReader: (options) => {
        this.createReader(options);
        const reader = new FakeReader(this.judge);
        reader.shown = this.shown();
        return reader;
      },
    };
  }

  #seats(): Seats {
    const { agent: settings } = configOf(this.#toml());
    for (const name of ["first", ...this.others.map((other) => other.name)]) {
      this.world.files.writeAtomic(`/bin/${name}`, "#!/bin/sh\n");
      this.world.processes.programs.set(name, `/bin/${name}`);
    }
    const seats = [{ name: "first", judge: this.judge }, ...this.others].map(({ name, judge }) => ({
      name,
      settings: { ...settings, command: [name] },
      agent: { ...fakeAgent(judge), name, binaries: this.binaries },
    }));
    return new Seats(seats, { logDir: logs, files: this.world.files });
  }

  #toml(): string {
    const toml = withLines({
      runtime: this.runtime,
      on_verdict: this.onVerdict,
      monitor: this.monitor,
      budget: this.budget,
      progress: this.progress,
    }) + this.tables;
    return this.agent === null
      ? toml
      : toml.replace('prompt_arg_template = ["{prompt}"]', `prompt_arg_template = []\n${this.agent}`);
  }

  /** One life of serve, from the lock to its end. */
  async serve(options: Partial<ServeOptions> = {}): Promise<number> {
    const stop = new StopRequests(this.world.signals, () => {});
    const supervisor = await this.open();
    try {
      return await serve({
        isOnce: false,
        maxRounds: null,
        skipsBattery: false,
        jitterSeconds: () => 7,
        ...options,
      }, { supervisor, stop, ...(this.others.length === 0 ? {} : { seats: this.#seats() }) });
    } finally {
      supervisor.close();
      stop.close();
    }
  }
}
