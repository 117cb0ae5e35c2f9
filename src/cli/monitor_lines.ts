// The monitor's modes that ask no detector: every event as it is written, for people or for programs.
import { exitCode } from "../core/errors.ts";
import type { Tell } from "../core/telling.ts";
import { visible } from "../core/text.ts";
import type { EventLine } from "../ports/records.ts";
import { eventFilter } from "../store/event_filter.ts";
import { timeOf } from "../store/event_line.ts";
import { openEventSource } from "../store/event_source.ts";
import { narrate } from "../view/narrate.ts";
import { readingLogs } from "./log_folder.ts";
import type { Watched } from "./monitor_feeds.ts";
import { givenUpTelling } from "./monitor_watch.ts";
import type { World } from "./world.ts";

/** Events that are shown before those that are written from now on, for people to see where they are. */
const narratedBefore = 10;

export interface LinesCall {
  readonly watched: readonly Watched[];
  readonly logDir: string;
  readonly mode: "narrate" | "events";
  readonly isJson: boolean;
  /** Epoch milliseconds from which on events are shown; absent: from now. */
  readonly since: number | undefined;
  readonly intervalSeconds: number;
  readonly tell: Tell;
  readonly end: AbortController;
}

/** Prints until the signal aborts or nobody reads (0), or every host was given up (1). */
export async function printEvents(call: LinesCall, world: World): Promise<number> {
  const ends = await Promise.all(call.watched.map(async (project) => {
    const print = printer(call, project.label, world);
    try {
      if (project.feed.host !== null) return await followThere(project, call, print);
      await readingLogs(() => followHere(call, world, print));
      return true;
    } finally {
      await project.feed.close();
    }
  }));
  return ends.includes(true) ? exitCode.ok : exitCode.failure;
}

type Print = (line: EventLine) => void;

/** From the file as it is written: what one event costs is the way from the disk to the screen. */
async function followHere({ logDir, mode, since, end }: LinesCall, world: World, print: Print): Promise<void> {
  const source = openEventSource({ files: world.files, logDir });
  // Asked in any case: a log that may not be read has to be told, while one that is followed may be so for a moment.
  const newest = source.query({ kinds: null, limit: narratedBefore }).lines;
  const recent = since === undefined && mode === "narrate" ? newest : [];
  const from = since ?? (recent[0] === undefined ? undefined : timeOf(recent[0].event) ?? undefined);
  const filter = eventFilter({ kinds: null, ...(from === undefined ? {} : { since: from }) });
  const how = from === undefined ? {} : { since: from };
  for await (const line of source.follow({ fromStart: false, ...how, signal: end.signal })) {
    for (const match of filter.push(line)) print(match);
    if (end.signal.aborted) return;
  }
}

/** @returns false when the host was given up */
async function followThere({ feed, label }: Watched, call: LinesCall, print: Print): Promise<boolean> {
  const { mode, since, end: { signal }, intervalSeconds, tell } = call;
  let isFirst = true;
  while (!signal.aborted) {
    const look = await feed.look(signal);
    if (signal.aborted) break;
    if (look.kind === "blind") {
      if (look.isGivenUp) {
        tell(givenUpTelling(look, label));
        return false;
      }
    } else {
      const past = since === undefined ? mode === "narrate" ? narratedBefore : 0 : look.events.length;
      const lines = isFirst ? look.events.slice(Math.max(0, look.events.length - past)) : look.events;
      for (const line of lines) if ((timeOf(line.event) ?? Infinity) >= (since ?? -Infinity)) print(line);
      isFirst = false;
    }
    await feed.wake(intervalSeconds * 1000, signal);
  }
  return true;
}

function printer({ mode, isJson, end }: LinesCall, label: string | null, { stdout }: World): Print {
  const place = label === null ? "" : `${visible(label)}  `;
  const spell = mode === "narrate" && !isJson
    ? ({ event }: EventLine) => `${place}${narrate(event)}\n`
    : ({ event }: EventLine) => {
      const line = JSON.stringify(label === null ? event : { ...event, from_host: label });
      return `${stdout.isTerminal ? visible(line) : line}\n`;
    };
  return (line) => {
    if (!end.signal.aborted && !stdout.write(spell(line))) end.abort();
  };
}
