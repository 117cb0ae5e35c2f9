// The form of a check: one file in this folder, one signature, and findings that may say how to mend what they found.
import type { Config } from "../../config/schema.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { redact } from "../../core/redact.ts";
import { clip, visible } from "../../core/text.ts";
import type { World } from "../world.ts";

/** `ok`: nothing to do. `warn`: it works, but not as well as it could. `fail`: rounds do not work like this. */
export type RowState = "ok" | "warn" | "fail";

/** What a check works with. */
export interface Scene {
  readonly world: World;
  readonly loaded: LoadedConfig;
  /** As it was given. */
  readonly configPath: string;
  /** Null when the configuration is broken. */
  readonly config: Config | null;
  /** Hosts that were named, as ssh takes them. */
  readonly hosts: readonly string[];
  /** Another process holds the lock of the log folder. */
  readonly isSupervised: boolean;
}

/** What a check of the project works with. */
export interface ProjectScene extends Scene {
  readonly config: Config;
}

/** A safe way to mend what was found. */
export interface Mend {
  /** May only run while no supervisor can start. */
  readonly needsLock: boolean;
  /** Says what was done; null when there was nothing to do after all. May throw `FileFault`. */
  run(): Promise<string | null> | string | null;
}

/** One thing that was looked at. */
export interface Finding {
  /** The same whatever the state is, so that it can be found again after it was mended. */
  readonly name: string;
  readonly state: RowState;
  /** One line, safe to show. */
  readonly found: string;
  /** What to do about it; null when nothing is. */
  readonly fix: string | null;
  readonly mend: Mend | null;
}

/** Looks, and changes nothing. Throws only for a bug or a `FileFault`. */
export type Check<S extends Scene = Scene> = (scene: S) => Promise<readonly Finding[]> | readonly Finding[];

/** What is not as it should be, in words. */
export interface Trouble {
  readonly found: string;
  readonly fix: string;
  readonly mend?: Mend | null;
}

const longestText = 600;

export function ok(name: string, found: string): Finding {
  return { name, state: "ok", found: oneLine(found), fix: null, mend: null };
}

export function warn(name: string, trouble: Trouble): Finding {
  return findingOf(name, { ...trouble, state: "warn" });
}

export function fail(name: string, trouble: Trouble): Finding {
  return findingOf(name, { ...trouble, state: "fail" });
}

function findingOf(name: string, { state, found, fix, mend }: Trouble & { readonly state: RowState }): Finding {
  return { name, state, found: oneLine(found), fix: oneLine(fix), mend: mend ?? null };
}

/** Tools print what they like, a secret too; it is masked while it is whole. */
function oneLine(text: string): string {
  return clip(visible(redact(text).replaceAll(/\s*\n\s*/g, " ").trim()), longestText);
}

/** The first of the names, and how many more there are. */
export function someOf(names: readonly string[], shown = 3): string {
  const more = names.length - shown;
  return names.slice(0, shown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : /(?:s|sh|ch)$/.test(noun) ? "es" : "s"}`;
}
