// What the page is handed of a project, so that it needs to know neither the monitor, nor the loop, nor the verbs.
import type { AlertAction, Finding } from "../core/alert.ts";
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { DetailSource } from "../view/details.ts";
import type { SightLook, SightNow } from "../view/sight.ts";
import type { EventLine } from "../ports/records.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Something a detector finds wrong at this moment. */
export interface OpenTrouble {
  readonly detector: string;
  readonly action: AlertAction;
  readonly finding: Finding;
  /** Epoch milliseconds. */
  readonly raisedAt: number;
}

/** What one look at a project brought. */
export interface PageNews {
  /** Null when the project could not be looked at. */
  readonly look: SightLook & { readonly events: readonly EventLine[] } | null;
  readonly sight: SightNow;
  readonly open: readonly OpenTrouble[];
}

/** A project as the page knows it. */
export interface PageProject {
  /** In addresses: letters, digits, `.`, `_`, `@` and `-`; no two projects have the same. */
  readonly key: string;
  /** Name for people. */
  readonly name: string;
  /** Host alias; null for this machine. */
  readonly host: string | null;
  /** As it is at this moment; of a project elsewhere the one it is watched with. */
  config(): Config;
  /** The files of a project of this machine; null when it is elsewhere. */
  readonly files: Files | null;
  readonly details: DetailSource;
  /** `peek`'s document of a project elsewhere; null when it cannot be had. Not asked for one of this machine. */
  readView(signal: AbortSignal): Promise<Fields | null>;
}

/** What the page takes from the rest of the program. */
export interface PageTools {
  readonly version: string;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly defenses: readonly Defense<Config>[];
  /** Names of the detectors that look at a project with this configuration. */
  detectorNames(config: Config): readonly string[];
  /** An embedded file; null when there is none. */
  asset(path: string): string | null;
}
