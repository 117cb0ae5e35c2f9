// The page inside `serve`: one process less on a small board. What is wrong with it never touches the loop.
import type { Config } from "../config/schema.ts";
import { messageOf } from "../core/errors.ts";
import type { Tell } from "../core/telling.ts";
import { LocalFeed } from "../monitor/feed_local.ts";
import { tailOfRound } from "../monitor/wordless.ts";
import { isHttpFault } from "../ports/http.ts";
import type { EventSink } from "../ports/records.ts";
import { readViewHere } from "./monitor_hooks.ts";
import { readDoor, spellListenFault } from "./page_door.ts";
import { openPage } from "./page_site.ts";
import type { OpenPage } from "./page_site.ts";
import type { World } from "./world.ts";

/** A predecessor on the same port may be about to leave. */
const retryMs = 30_000;
const intervalSeconds = 30;

/** What `serve` was asked to show. */
export interface ServePage {
  readonly port: number;
  readonly tokenFile: string | undefined;
}

/** Reads who may look. Throws `OperatorError`: the command line is to be mended before anything begins. */
export function readServeDoor({ tokenFile }: ServePage, world: Pick<World, "files">) {
  return readDoor({ token: undefined, tokenFile, hosts: [], address: null }, world.files);
}

/**
 * Serves the page until the signal aborts, on loopback alone. Where it cannot, that is recorded once, and tried again;
 * nothing here rejects.
 */
export async function servePageBeside(...words: Parameters<typeof keepServing>): Promise<void> {
  try {
    await keepServing(...words);
  } catch (thrown) {
    words[1].tell(faultTelling(messageOf(thrown)));
  }
}

async function keepServing(
  page: ServePage & { readonly door: ReturnType<typeof readServeDoor> },
  options: { readonly config: Config; readonly sink: EventSink; readonly tell: Tell; readonly signal: AbortSignal },
  world: World,
): Promise<void> {
  const { config, sink, tell, signal } = options;
  const { port, door } = page;
  let isTold = false;
  while (!signal.aborted) {
    const outcome = await tryOnce(page.port, { config, door, signal, tell }, world);
    if ("listening" in outcome) {
      const { urls } = outcome.listening;
      tell({
        kind: "page_served",
        text: `the page is at ${urls.join(" and ")}`,
        facts: { port: outcome.listening.port },
      });
      try {
        await outcome.looking;
      } finally {
        await outcome.close();
      }
      return;
    }
    if (!isTold) {
      isTold = true;
      sink.emit("page_failed", { port, reason: outcome.text });
      const text = `the page cannot be served, the loop goes on: ${outcome.text}`;
      tell({ kind: "page_failed", text, fix: outcome.fix, tone: "warn", facts: { port } });
    }
    await world.clock.sleep(retryMs, signal);
  }
}

async function tryOnce(
  port: number,
  { config, door, signal, tell }: {
    readonly config: Config;
    readonly door: ReturnType<typeof readServeDoor>;
    readonly signal: AbortSignal;
    readonly tell: Tell;
  },
  world: World,
): Promise<OpenPage | { readonly text: string; readonly fix: string }> {
  const { files, lock, clock } = world;
  const { logDir } = config.runtime;
  const shown = [{
    feed: new LocalFeed({ files, lock, clock, logDir }),
    label: null,
    config: () => config,
    tailOf: (number: number) => tailOfRound(files, { logDir, number }),
    details: null,
    readView: (current: Config) => readViewHere(current, world),
  }];
  const onFault = (reason: string) => tell(faultTelling(reason));
  const onGivenUp = ({ reason }: { readonly reason: string }) => onFault(reason);
  const place = { address: null, port, intervalSeconds, signal };
  const opened = await openPage({ shown, door, ...place, onFault, onGivenUp }, world);
  return isHttpFault(opened) ? spellListenFault(opened, port) : opened;
}

function faultTelling(reason: string) {
  return { kind: "page_fault", text: `the page: ${reason}`, tone: "warn" as const };
}
