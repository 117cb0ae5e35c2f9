// Keeps a verb that runs for days on the configuration as it is now; one that is broken changes nothing.
import { configError } from "../config/report.ts";
import type { Config } from "../config/schema.ts";
import { visible } from "../core/text.ts";
import { loadProject, openConfig } from "./project.ts";
import type { World } from "./world.ts";

/** What is told when the file has changed. */
export type ConfigNews =
  | { readonly kind: "config_reloaded"; readonly text: string }
  | { readonly kind: "config_kept"; readonly text: string };

/** A configuration that is read anew when its file changes. */
export class WatchedConfig {
  readonly #args: { readonly configPath: string; readonly withPrices: false };
  readonly #world: World;
  readonly #onNews: (news: ConfigNews) => void;
  #config: Config;
  #stamp: string | null;

  /** Reads it for the first time. Throws `OperatorError` (78). */
  constructor(configPath: string, world: World, onNews: (news: ConfigNews) => void) {
    this.#args = { configPath, withPrices: false };
    this.#world = world;
    this.#onNews = onNews;
    this.#config = openConfig(this.#args, world);
    this.#stamp = this.#readStamp();
  }

  /** The newest one that could be used; the same object as long as the file did not change. */
  current(): Config {
    const stamp = this.#readStamp();
    if (stamp === this.#stamp) return this.#config;
    this.#stamp = stamp;
    const loaded = loadProject(this.#args, this.#world);
    if (loaded.kind === "broken") {
      const { message } = configError(loaded.file, loaded.problems);
      const [first] = message.split("\n");
      this.#onNews({ kind: "config_kept", text: visible(`the configuration is broken, the old one stays: ${first}`) });
      return this.#config;
    }
    const { logDir } = this.#config.runtime;
    const hasMoved = loaded.config.runtime.logDir !== logDir;
    const note = hasMoved ? "; a new runtime.log_dir is watched after a restart only" : "";
    this.#config = { ...loaded.config, runtime: { ...loaded.config.runtime, logDir } };
    this.#onNews({ kind: "config_reloaded", text: `the configuration was read anew${note}` });
    return this.#config;
  }

  #readStamp(): string | null {
    try {
      const info = this.#world.files.stat(this.#config.file);
      return info === null ? null : `${info.inode} ${info.size} ${info.modifiedAt}`;
    } catch {
      return null;
    }
  }
}
