// What happens to a monitor and to its way to another machine in a soak: at random, beside all that it has to see.
import type { Random } from "../chaos/random.ts";
import { sleep } from "./episodes.ts";
import type { Side } from "./side.ts";

interface Trouble {
  readonly name: string;
  readonly weight: number;
  cause(side: Side, random: Random): Promise<void>;
}

const anywhere: readonly Trouble[] = [
  {
    name: "monitor started anew",
    weight: 2,
    async cause(side) {
      await side.endMonitor();
      side.startMonitor();
    },
  },
  { name: "monitor frozen", weight: 2, cause: (side, random) => side.pauseMonitor(random.whole(500, 6000)) },
];

const onTheWay: readonly Trouble[] = [
  ...anywhere,
  { name: "connection cut", weight: 6, cause: (side) => side.place!.far.cut() },
  {
    name: "machine frozen",
    weight: 4,
    async cause(side, random) {
      const { far } = side.place!;
      await far.freeze();
      // Shorter than what is noticed, or longer than any silence that counts.
      await sleep(random.isTrue() ? random.whole(500, 9000) : random.whole(14_000, 22_000));
      await far.thaw();
    },
  },
  {
    name: "sshd started anew",
    weight: 4,
    async cause(side, random) {
      const { far } = side.place!;
      await far.down();
      await sleep(random.whole(0, 8000));
      await far.up();
    },
  },
];

const reconnectMs = 60_000;

/** Causes trouble until the time is over; leaves everything reachable. @param until by `performance.now()` */
export async function makeTrouble(
  side: Side,
  { random, until, tell }: { readonly random: Random; readonly until: number; tell(name: string): void },
): Promise<void> {
  const { place } = side;
  while (performance.now() < until) {
    await sleep(random.whole(...(place === null ? [8000, 20_000] : [1000, 12_000]) as [number, number]));
    if (performance.now() >= until) return;
    const trouble = random.weigh(place === null ? anywhere : onTheWay);
    await trouble.cause(side, random);
    tell(trouble.name);
    if (place !== null) await reconnected(side);
  }
}

/** The next trouble waits until there is a connection, or nothing would ever be seen. */
async function reconnected(side: Side): Promise<void> {
  const end = performance.now() + reconnectMs;
  while (performance.now() < end && await side.place!.far.connections() === 0) await sleep(200);
  // So that something is heard, too.
  await sleep(1500);
}
