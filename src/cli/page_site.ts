// Opens the page for the verbs that serve one: looks at each project, and answers whoever asks.
import type { Config } from "../config/schema.ts";
import { defenses } from "../defenses/registry.ts";
import type { DetailsThere } from "../monitor/details_there.ts";
import type { Blind, Feed, Look } from "../monitor/feed.ts";
import { looksPerCollection } from "../monitor/tidy.ts";
import { Witness } from "../monitor/watch.ts";
import type { Desk } from "../page/desk.ts";
import type { Door } from "../page/guard.ts";
import { listenAt } from "../page/listen.ts";
import type { ListenAddress, Listening } from "../page/listen.ts";
import type { PageProject } from "../page/project.ts";
import { Site } from "../page/site.ts";
import { DetailsHere } from "../view/details.ts";
import { isHttpFault } from "../ports/http.ts";
import type { HttpFault } from "../ports/http.ts";
import { detectorNames } from "./detector_names.ts";
import type { ReadView } from "./monitor_hooks.ts";
import type { World } from "./world.ts";

/** A busy project must not turn into a busy page; an event waits for no longer than this. */
const restMs = 40;
const longestKey = 60;

/** A project that is to be shown. */
export interface Shown {
  readonly feed: Feed;
  /** The host as the operator named it; null for this machine. */
  readonly label: string | null;
  /** The same object as long as it did not change. */
  config(): Config;
  tailOf(round: number): string | null;
  readonly readView: ReadView;
  /** Null: they are read here. */
  readonly details: DetailsThere | null;
}

/** What the page is asked to be. */
export interface PageCall {
  readonly shown: readonly Shown[];
  readonly door: Door;
  /** Null: both addresses of loopback. */
  readonly address: ListenAddress | null;
  readonly port: number;
  /** Seconds between two looks at most. */
  readonly intervalSeconds: number;
  readonly signal: AbortSignal;
  readonly onFault: (reason: string) => void;
  /** A project can no longer be looked at; what was seen of it stays on the page. */
  readonly onGivenUp: (blind: Blind, label: string | null) => void;
}

/** A page at work. */
export interface OpenPage {
  readonly listening: Listening;
  /** Why each project that could no longer be looked at was given up; resolves at the end of all looking. */
  readonly looking: Promise<readonly (Blind | null)[]>;
  close(): Promise<void>;
}

/** Listens and begins to look; a fault says why it cannot listen, and then nothing is left open. */
export async function openPage(call: PageCall, world: World): Promise<OpenPage | HttpFault> {
  const { shown, door, onFault } = call;
  const projects = withKeys(shown).map(([key, one]) => pageProject(key, one, world));
  const tools = {
    version: world.version,
    clock: world.clock,
    defenses,
    detectorNames,
    asset: (path: string) => world.asset(path),
  };
  const site = await Site.open({ projects, tools, door, onFault });
  const listening = listenAt(world.http, call, (request) => site.answer(request));
  if (isHttpFault(listening)) {
    site.close();
    return listening;
  }
  const end = new AbortController();
  const signal = AbortSignal.any([end.signal, call.signal]);
  const looking = Promise.all(shown.map(async (one, i) => {
    const blind = await keepLooking(one, site.desks[i]!, { ...call, signal }, world);
    if (blind !== null) call.onGivenUp(blind, one.label);
    return blind;
  }));
  return {
    listening,
    looking,
    async close() {
      end.abort();
      site.close();
      // Whoever waits for the looking is told what broke it.
      await Promise.all([listening.close(), looking.catch(() => {})]);
    },
  };
}

/** Looks until the signal aborts (null), or the project is given up. */
async function keepLooking(
  { feed, config, tailOf, details }: Shown,
  desk: Desk,
  { signal, intervalSeconds }: Pick<PageCall, "signal" | "intervalSeconds">,
  world: World,
): Promise<Blind | null> {
  let look: Look | Blind | null = null;
  const tapped: Feed = {
    host: feed.host,
    look: async (end) => look = await feed.look(end),
    wake: (timeoutMs, end) => feed.wake(timeoutMs, end),
    close: () => feed.close(),
  };
  // It only shows: what hooks find is the matter of the monitor that acts.
  const witness = new Witness({ feed: tapped, config, tailOf, askHooks: () => Promise.resolve([]) });
  try {
    for (let looks = 0; !signal.aborted; looks++) {
      const examined = await witness.look(signal, { asksHooks: false });
      if (examined === null) break;
      const { sight, open, blind } = examined;
      desk.take({ look: blind === null ? look as Look | null : null, sight, open }, { at: world.clock.monotonic() });
      if (blind?.isGivenUp) return blind;
      if (looks % looksPerCollection === 0) world.host.collectGarbage();
      await world.clock.sleep(restMs, signal);
      await feed.wake(intervalSeconds * 1000, signal);
    }
    return null;
  } finally {
    await Promise.all([feed.close(), details?.close()]);
  }
}

function pageProject(key: string, { feed, label, config, readView, details }: Shown, world: World): PageProject {
  return {
    key,
    name: config().project,
    host: label,
    config,
    files: feed.host === null ? world.files : null,
    details: details ?? new DetailsHere(world.files, { config, defenses }),
    readView: (signal) => readView(config(), signal),
  };
}

/** Each with a key of its own, made of its name and its host. */
function withKeys(shown: readonly Shown[]): readonly (readonly [key: string, one: Shown])[] {
  const taken = new Set<string>();
  return shown.map((one) => {
    const name = one.label === null ? one.config().project : `${one.config().project}@${one.label}`;
    const word = name.replaceAll(/[^A-Za-z0-9._@-]+/g, "-").slice(0, longestKey) || "project";
    let key = word;
    for (let i = 2; taken.has(key); i++) key = `${word}-${i}`;
    taken.add(key);
    return [key, one] as const;
  });
}
