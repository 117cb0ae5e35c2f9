// Tells in a list of the newest events where the ones begin that were not seen before.
import type { EventLine } from "../ports/records.ts";

/** Events that are remembered to find the place. */
export const eventsRemembered = 50;

/**
 * Index of the first new event in `newest`; null when the list does not reach back to what is known.
 *
 * @param known the last ones seen, oldest first; when empty, all are new
 */
export function newFrom(known: readonly EventLine[], newest: readonly EventLine[]): number | null {
  if (known.length === 0) return 0;
  const seen = known.map(spell);
  const all = newest.map(spell);
  for (let end = all.length; end > 0; end--) {
    const count = Math.min(seen.length, end);
    let same = 0;
    while (same < count && all[end - 1 - same] === seen[seen.length - 1 - same]) same++;
    if (same === count) return end;
  }
  return null;
}

/** The same whatever blanks stood between its fields. */
function spell({ event }: EventLine): string {
  return JSON.stringify(event);
}
