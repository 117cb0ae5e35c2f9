// Has the hooks at `monitor_detect` look at a project, and keeps what they do wrong from being told at every look.
import { activeHooks } from "../config/active_hooks.ts";
import type { Config } from "../config/schema.ts";
import { defenses } from "../defenses/registry.ts";
import type { Alert } from "../core/alert.ts";
import type { HookHost } from "../hooks/host.ts";
import type { FailedHook, HookAlert } from "../hooks/outcomes.ts";
import { FileFault } from "../ports/files.ts";
import { openEventSource } from "../store/event_source.ts";
import { readProjectView } from "../view/project_view.ts";
import { detectorNames } from "./detector_names.ts";
import type { World } from "./world.ts";

/** Alerts that wait for a slow hook. */
const mostWaiting = 1000;

type Fields = Readonly<Record<string, unknown>>;

/** The picture that hooks are shown; null when there is none to be had. */
export type ReadView = (config: Config, signal: AbortSignal) => Promise<Fields | null>;

/** The hooks of one watched project. */
export class MonitorHooks {
  readonly #world: World;
  readonly #readView: ReadView;
  readonly #onFailure: (failure: FailedHook) => void;
  readonly #told = new Map<string, string>();
  #telling: Promise<void> = Promise.resolve();
  #waiting = 0;
  #opened: { readonly config: Config; readonly host: HookHost } | null = null;

  /** @param options `onFailure`: told of each new failure of a hook */
  constructor(
    world: World,
    options: { readonly readView: ReadView; readonly onFailure: (failure: FailedHook) => void },
  ) {
    this.#world = world;
    this.#readView = options.readView;
    this.#onFailure = options.onFailure;
  }

  /** What they find wrong. Never rejects for what a hook does. */
  async ask(config: Config, signal: AbortSignal): Promise<readonly HookAlert[]> {
    if (activeHooks(config, "monitor_detect").length === 0) return [];
    const host = await this.#hostFor(config);
    const view = await this.#readView(config, signal);
    if (view === null || signal.aborted) return [];
    const { alerts, failures } = await host.monitorDetect(view, { stop: signal });
    const failed = new Set(failures.map(({ hook_name }) => hook_name));
    for (const name of [...this.#told.keys()]) if (!failed.has(name)) this.#told.delete(name);
    for (const failure of failures) {
      const text = `${failure.error_type} ${failure.error_message}`;
      if (this.#told.get(failure.hook_name) === text) continue;
      this.#told.set(failure.hook_name, text);
      this.#onFailure(failure);
    }
    return alerts;
  }

  /** Calls the hooks that deal with alerts, one alert after the other; returns at once. */
  tell(told: { readonly alert: Alert; readonly host: string | null }, config: Config, signal: AbortSignal): void {
    if (activeHooks(config, "monitor_alert").length === 0) return;
    // Of a flood the first ones are told: they say what is wrong.
    if (this.#waiting >= mostWaiting) return;
    this.#waiting++;
    this.#telling = this.#telling.then(() => this.#tellOne(told, config, signal)).finally(() => this.#waiting--);
  }

  /** Resolves once no hook is told of an alert. */
  async settled(): Promise<void> {
    await this.#telling;
  }

  async #tellOne(
    told: { readonly alert: Alert; readonly host: string | null },
    config: Config,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const host = await this.#hostFor(config);
    for (const failure of await host.monitorAlert(told, { stop: signal })) this.#onFailure(failure);
  }

  async #hostFor(config: Config): Promise<HookHost> {
    if (this.#opened?.config !== config) {
      const { HookHost } = await import("../hooks/host.ts");
      this.#opened = { config, host: HookHost.open(config, this.#world) };
    }
    return this.#opened.host;
  }
}

/** The picture of the project in a log folder of this machine. */
export async function readViewHere(config: Config, world: World): Promise<Fields | null> {
  const { files, lock, clock } = world;
  try {
    const view = await readProjectView({
      config,
      files,
      events: openEventSource({ files, logDir: config.runtime.logDir }),
      lock,
      now: clock.now(),
      defenses,
      detectors: detectorNames(config),
    });
    return { ...view };
  } catch (thrown) {
    // The feed tells what cannot be read.
    if (thrown instanceof FileFault) return null;
    throw thrown;
  }
}
