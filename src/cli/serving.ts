// The work of `serve`, apart from its words: a process that only reads those need not load the loop.
import type { Config } from "../config/schema.ts";
import { jitterSeconds } from "../loop/backoff.ts";
import { serve } from "../loop/serve.ts";
import type { ServePage } from "./serve_page.ts";
import { skipsBattery, supervised } from "./supervise.ts";
import type { SignOfLife } from "../service/sign_of_life.ts";
import { tellerOn } from "./teller.ts";
import type { World } from "./world.ts";

/** How `serve` was called. */
export interface ServeCall {
  readonly config: Config;
  readonly isJson: boolean;
  /** Leave after one round. */
  readonly isOnce: boolean;
  /** Leave after so many rounds; before `runtime.max_rounds`. */
  readonly maxRounds: number | undefined;
  /** The page beside the loop; null: none. */
  readonly page: ServePage | null;
}

/** Rounds in a loop under the lock of the log folder. @returns the exit code */
export async function serveRounds(call: ServeCall, world: World): Promise<number> {
  if (Object.keys(call.config.notify).length === 0) return await serveHeard(call, world);
  const { notifyBeside } = await import("./notify_beside.ts");
  const beside = notifyBeside(call.config, tellerOn(world.stdout, { isJson: call.isJson, clock: world.clock }), world);
  try {
    return await serveHeard(call, world);
  } finally {
    await beside.end();
  }
}

/** Under the eyes of the service manager, where one started this process. */
async function serveHeard(call: ServeCall, world: World): Promise<number> {
  const line = await world.serviceLine?.() ?? null;
  if (line === null) return await serveIn(call, world, null);
  const { beating, SignOfLife } = await import("../service/sign_of_life.ts");
  const life = new SignOfLife(line, world.clock);
  const beat = () => life.beat();
  try {
    return await serveIn(call, { ...world, processes: beating(world.processes, beat), onLook: beat }, life);
  } finally {
    await life.leaving();
  }
}

/** @param life told what goes on; `world.onLook` is how its loop beats */
async function serveIn(
  call: ServeCall,
  world: World & { readonly onLook?: () => void },
  life: SignOfLife | null,
): Promise<number> {
  const { config, isJson, page } = call;
  // What is only there with a page is only loaded with one.
  const beside = page === null ? null : await import("./serve_page.ts");
  const door = beside === null || page === null ? null : beside.readServeDoor(page, world);
  if (config.progress.verify !== null) (await import("../loop/verify_command.ts")).requireVerifyCommand(config, world);
  return await supervised(config, { isJson, version: world.version, life }, world, async (supervision) => {
    const { supervisor, stop, seats, tell } = supervision;
    const { tools } = supervisor;
    tools.sink.emit("serve_started", { pid: world.host.pid, version: world.version, config: config.file });
    tell({
      kind: "serving",
      text:
        `serving '${config.project}' with ${tools.agent.name} (pid ${world.host.pid}); logs in ${config.runtime.logDir}`,
      facts: { project: config.project, pid: world.host.pid, log_dir: config.runtime.logDir },
    });
    await tidyUpgrade(config, world, (text) => tell({ kind: "upgrade", text, tone: "warn" }));
    life?.ready();
    const started = await tools.hooks?.serveStart({ stop: stop.finish });
    if (started?.kind === "failed") {
      tools.sink.emit("serve_startup_hook_failed", started.payload);
      throw started.error;
    }
    const end = new AbortController();
    const { sink } = tools;
    const shown = beside === null || page === null || door === null
      ? null
      : beside.servePageBeside({ ...page, door }, { config, sink, tell, signal: end.signal }, world);
    try {
      return await serve({
        isOnce: call.isOnce,
        maxRounds: call.maxRounds ?? config.runtime.maxRounds,
        skipsBattery: skipsBattery(world),
        jitterSeconds: () => jitterSeconds(Math.random()),
      }, { supervisor, stop, seats });
    } finally {
      end.abort();
      await shown;
    }
  });
}

/** One look in nearly all lives: only an upgrade that was cut short has left its journal beside the binary. */
async function tidyUpgrade(config: Config, world: World, tell: (text: string) => void): Promise<void> {
  const [binary, ...words] = world.host.serveCommand;
  if (binary === undefined || words.length > 0 || world.files.lstat(`${binary}.upgrade.json`) === null) return;
  const { mendAtServe } = await import("./upgrade_mend.ts");
  await mendAtServe(config, world, tell);
}
