// What can be seen of a project beyond its state and its events: the texts an agent writes, and what stands in files.
import type { Config } from "../config/schema.ts";
import type { Defense, DefenseState } from "../core/defense.ts";
import type { Files } from "../ports/files.ts";
import type { SalvageEntry } from "../store/salvage_entries.ts";
import { openSalvageLedger } from "../store/salvage_ledger.ts";
import { MaskedTail } from "./masked_tail.ts";
import { readUsageWindows } from "./usage_windows.ts";
import type { WindowUse } from "./usage_windows.ts";

/** Newest salvages that are shown. */
export const salvagesShown = 20;

/** One defense, and whether it is on. */
export interface DefenseDetail {
  readonly name: string;
  readonly protectsFrom: string;
  readonly state: DefenseState;
  /** Why it is degraded or off; null when there is nothing to say. */
  readonly reason: string | null;
}

/** Texts are masked and may hold colours. */
export interface Details {
  /** The end of what the agent of the newest round said; empty: nothing. */
  readonly log: string;
  readonly narrative: string;
  /** Newest last. */
  readonly salvages: readonly SalvageEntry[];
  readonly windows: readonly WindowUse[];
  readonly defenses: readonly DefenseDetail[];
}

/** Where the details of one project come from. */
export interface DetailSource {
  /** Somebody looks at them, or a sentence that says why there is nothing to see. */
  read(): Details | string;
  /** @param listener told when they change without an event. @returns what ends the listening */
  listen(listener: () => void): () => void;
}

/** Those of a project of this machine, each read when it is asked for. */
export class DetailsHere implements Details, DetailSource {
  readonly #files: Files;
  readonly #config: () => Config;
  readonly #all: readonly Defense<Config>[];
  readonly #log: MaskedTail;
  readonly #narrative: MaskedTail;

  constructor(
    files: Files,
    options: { readonly config: () => Config; readonly defenses: readonly Defense<Config>[] },
  ) {
    const { logDir, narrativeFile } = options.config().runtime;
    this.#files = files;
    this.#config = options.config;
    this.#all = options.defenses;
    this.#log = new MaskedTail(files, { logDir, path: "round-current.log" });
    this.#narrative = new MaskedTail(files, { logDir, path: narrativeFile ?? "narrative.md" });
  }

  read(): Details {
    return this;
  }

  /** Whoever shows them reads them again. */
  listen(): () => void {
    return () => {};
  }

  get log(): string {
    return this.#log.read();
  }

  get narrative(): string {
    return this.#narrative.read();
  }

  get salvages(): readonly SalvageEntry[] {
    return openSalvageLedger(this.#files, this.#config().runtime.logDir).list().slice(-salvagesShown);
  }

  get windows(): readonly WindowUse[] {
    return readUsageWindows(this.#files, this.#config().runtime.logDir);
  }

  get defenses(): readonly DefenseDetail[] {
    const config = this.#config();
    return this.#all.map(({ name, protectsFrom, describe }) => {
      const { state, reason } = describe(config);
      return { name, protectsFrom, state, reason: reason ?? null };
    });
  }
}
