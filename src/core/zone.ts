// Local times of any time zone, right on both sides of a change of clocks.

/** A time as a clock on the wall shows it. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether this machine knows an IANA zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What clocks show. @param timeZone IANA name; this machine's zone when undefined. Throws RangeError for an unknown one. */
export function localTimeOf(epochSeconds: number, timeZone: string | undefined): LocalTime {
  const parts = new Map(formatOf(timeZone).formatToParts(epochSeconds * 1000).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  return {
    year: number("year"),
    month: number("month"),
    day: number("day"),
    hour: number("hour"),
    minute: number("minute"),
    second: number("second"),
  };
}

/**
 * Epoch seconds at which clocks show `time`; days and hours beyond their range count on. A time that clocks skip is
 * taken as the moment they skip it; of one that they show twice the later moment is meant, so that nothing comes early.
 */
export function epochOfLocal(time: LocalTime, timeZone: string | undefined): number {
  const asUtc = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second) / 1000;
  const offsets = [asUtc - 86_400, asUtc + 86_400].map((near) => offsetAt(near, timeZone));
  const candidates = offsets.map((offset) => asUtc - offset).filter((at) => at + offsetAt(at, timeZone) === asUtc);
  if (candidates.length > 0) return Math.max(...candidates);
  return changeBetween(asUtc - Math.max(...offsets), asUtc - Math.min(...offsets), timeZone);
}

/** Seconds by which clocks there are ahead of UTC. */
function offsetAt(epochSeconds: number, timeZone: string | undefined): number {
  const { year, month, day, hour, minute, second } = localTimeOf(epochSeconds, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(epochSeconds);
}

/** The first second with the later offset, found by halving. */
function changeBetween(from: number, until: number, timeZone: string | undefined): number {
  let [low, high] = [from, until];
  const before = offsetAt(low, timeZone);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timeZone) === before) low = middle;
    else high = middle;
  }
  return high;
}

function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const key = timeZone ?? "";
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    ...(timeZone === undefined ? {} : { timeZone }),
    calendar: "gregory",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(key, made);
  return made;
}
