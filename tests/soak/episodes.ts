// What happens to a supervisor and its agent in a soak, one thing after the other, each held until the monitor saw it.
import type { Random } from "../chaos/random.ts";
import { spansOf } from "./oracle.ts";
import type { Side } from "./side.ts";

/** One thing that happens, with how to bring it about and how to end it. */
interface Episode {
  readonly name: string;
  readonly weight: number;
  /** The alert it must cause; null: none may come of it. */
  readonly detector: string | null;
  begin(side: Side, random: Random): void | Promise<void>;
  end(side: Side): void;
}

const episodes: readonly Episode[] = [
  steady("degraded", "degraded_start"),
  steady("dirty", "orphan_chain"),
  steady("repeats", "anomaly_repetitive_active"),
  {
    name: "two failures",
    weight: 6,
    detector: "crash_loop",
    begin(side) {
      // The round after them lasts: further failures would end the loop.
      side.gate(false);
      side.play(["exit1", "exit1"], "late");
    },
    end: letGo,
  },
  {
    name: "two rounds without a network",
    weight: 5,
    detector: "network_fail",
    begin(side) {
      side.gate(false);
      side.play(["network", "network"], "late");
    },
    end: letGo,
  },
  {
    name: "a supervisor that hangs",
    weight: 2,
    detector: "supervisor_stale",
    begin: (side) => side.pauseServe(),
    end: (side) => side.wakeServe(),
  },
  { name: "one failure", weight: 3, detector: null, begin: (side) => side.play(["exit1"], "clean"), end: () => {} },
  {
    name: "another life of the supervisor",
    weight: 2,
    detector: null,
    begin: (side, random) => side.restartServe(random.pick(["SIGTERM", "SIGKILL"])),
    end: () => {},
  },
];

/** So long it may take until a monitor that is cut off again and again has seen something. */
const patienceMs = 150_000;
const stepMs = 100;
/** How often the connection is cut just as something begins or ends. */
const cutShare = 0.4;

function steady(mode: string, detector: string): Episode {
  return {
    name: mode,
    weight: 3,
    detector,
    begin: (side) => side.play([], mode),
    end: (side) => side.play([], "clean"),
  };
}

function letGo(side: Side): void {
  side.play([], "clean");
  side.gate(true);
}

export interface Told {
  readonly what: string;
  readonly fault: string | null;
}

/** Plays episodes until the time is over; ends with nothing wrong. @param until by `performance.now()` */
export async function playEpisodes(
  side: Side,
  { random, until, tell }: { readonly random: Random; readonly until: number; tell(told: Told): void },
): Promise<void> {
  while (performance.now() < until) {
    const episode = random.weigh(episodes);
    const { name, detector } = episode;
    const rounds = roundsOf(side);
    // What happens while there is no connection is what may be lost.
    if (random.isTrue(cutShare)) await side.place?.far.cut();
    await episode.begin(side, random);
    const isSeen = detector === null
      ? await waitFor(() => roundsOf(side) >= rounds + 3)
      : await waitFor(() => side.open.has(detector) && openSpans(side).every((open) => side.open.has(open)));
    await sleep(random.whole(0, 3000));
    if (random.isTrue(cutShare)) await side.place?.far.cut();
    episode.end(side);
    tell({ what: `${side.name}: ${name}: seen`, fault: isSeen ? null : lost(side) });
    const isOver = await waitFor(() => side.open.size === 0 && openSpans(side).length === 0);
    tell({ what: `${side.name}: ${name}: over`, fault: isOver ? null : lost(side) });
    if (!isSeen || !isOver) return;
    await sleep(random.whole(500, 3000));
  }
}

/** What is wrong at this moment, as the events say. */
function openSpans(side: Side): string[] {
  return spansOf(side.evidence().events).filter(({ to }) => to === null).map(({ detector }) => detector);
}

function roundsOf(side: Side): number {
  return side.project.ofKind("round_end").length;
}

function lost(side: Side): string {
  const kinds = side.project.events().slice(-30).map(({ event }) => event).join(" ");
  return `open: ${[...side.open]}; should be: ${openSpans(side)}; last events: ${kinds}\n${side.stderr.slice(-1000)}`;
}

async function waitFor(condition: () => boolean): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    if (condition()) return true;
    await sleep(stepMs);
  }
  return false;
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
