// The monitor's mode that shows: the page of one project or several, here or on other hosts, until it is ended.
import type { Config } from "../config/schema.ts";
import { exitCode, OperatorError } from "../core/errors.ts";
import type { Tell } from "../core/telling.ts";
import type { Blind } from "../monitor/feed.ts";
import { isHttpFault } from "../ports/http.ts";
import type { EventSink } from "../ports/records.ts";
import type { ListenAddress } from "../page/listen.ts";
import { WatchedConfig } from "./config_watch.ts";
import { openWatched } from "./monitor_feeds.ts";
import { givenUpTelling } from "./monitor_watch.ts";
import { readDoor, spellListenFault } from "./page_door.ts";
import { openPage } from "./page_site.ts";
import type { Shown } from "./page_site.ts";
import { spellJson } from "./print.ts";
import { maskSecretsOfAll } from "./secrets.ts";
import type { World } from "./world.ts";

export interface HttpCall {
  /** At least one. */
  readonly configPaths: readonly string[];
  /** As given on the command line; empty: this machine. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly address: ListenAddress | null;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** Further names under which the page may be asked for. */
  readonly allowedHosts: readonly string[];
  readonly intervalSeconds: number;
  readonly isJson: boolean;
  readonly tell: Tell;
  readonly end: AbortController;
}

/** A page that shows leaves nothing behind. */
const noRecord: EventSink = { emit() {}, emitOwn() {}, flush: () => true, fault: () => null };

/** Serves until the signal aborts (0), or every host was given up (1). Throws `OperatorError`. */
export async function servePage(call: HttpCall, world: World): Promise<number> {
  const { port, address, isJson, tell, end: { signal }, intervalSeconds } = call;
  const door = readDoor({ ...call, hosts: call.allowedHosts }, world.files);
  const shown = await openShown(call, world);
  const onFault = (reason: string) => tell({ kind: "page_fault", text: `the page: ${reason}`, tone: "bad" });
  const onGivenUp = (blind: Blind, label: string | null) => tell(givenUpTelling(blind, label));
  const page = await openPage({ shown, door, address, port, intervalSeconds, signal, onFault, onGivenUp }, world);
  if (isHttpFault(page)) {
    const { text, fix } = spellListenFault(page, port);
    throw new OperatorError(text, { fix });
  }
  const { listening, looking } = page;
  try {
    const { urls } = listening;
    const line = isJson ? spellJson({ port: listening.port, urls }, "line") : `The page is at ${urls.join(" and ")}`;
    world.stdout.post(line);
    const ends = await looking;
    return ends.length > 0 && ends.every((blind) => blind !== null) ? exitCode.failure : exitCode.ok;
  } finally {
    await page.close();
  }
}

async function openShown(call: HttpCall, world: World): Promise<readonly Shown[]> {
  const { configPaths, hosts, intervalSeconds, tell } = call;
  const files = [...new Set(configPaths)].map((path) =>
    new WatchedConfig(path, world, ({ kind, text }) => tell({ kind, text, tone: "warn" }))
  );
  maskSecretsOfAll(files.map((file) => file.current()), world);
  const shown = await Promise.all(files.map(async (file) => {
    const config: Config = file.current();
    const watched = await openWatched({ config, hosts, intervalSeconds, sink: noRecord, tell }, world);
    return watched.map(({ feed, label, readView, details, tailOf }) => ({
      feed,
      label,
      readView,
      details,
      tailOf,
      config: () => file.current(),
    }));
  }));
  return shown.flat();
}
