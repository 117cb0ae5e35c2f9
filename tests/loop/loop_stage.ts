// A loop on a stage: the supervisor of a fake project, a config in words, and what was told.
import type { Telling } from "../../src/core/telling.ts";
import type { Ending } from "../../src/core/round.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { serve } from "../../src/loop/serve.ts";
import type { ServeOptions } from "../../src/loop/serve.ts";
import { StopRequests } from "../../src/loop/stop_requests.ts";
import { Supervisor } from "../../src/loop/supervisor.ts";
import { configOf, withLines } from "../config/sample.ts";
import { fakeAgent } from "../fakes/fake_reader.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

export const logs = "/home/me/shop/logs";

/** One project with its loop; several lives may follow each other. */
export class LoopStage {
  readonly world: FakeWorld;
  readonly told: Telling[] = [];
  /** Lines of `[runtime]`. */
  runtime = "";
  /** Lines of `[agent]` in place of the template for arguments. */
  agent: string | null = null;
  judge: ((ending: Ending, text: string) => Verdict) | undefined;

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
      agent: fakeAgent(this.judge),
      tell: (telling) => void this.told.push(telling),
    }, this.world);
  }

  #toml(): string {
    const toml = withLines({ runtime: this.runtime });
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
      }, { supervisor, stop });
    } finally {
      supervisor.close();
      stop.close();
    }
  }
}
