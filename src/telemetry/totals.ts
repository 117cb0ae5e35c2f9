// Sums up measurements since the process began, for receivers that want to know how much it is in all.
import type { Attributes, Instrument } from "../ports/telemetry.ts";
import type { Series } from "./otlp.ts";

const seriesKept = 48;

/** Sums per instrument and attributes. */
export class Totals {
  readonly #measured = new Map<Instrument, Map<string, Series>>();

  /**
   * A set of attributes beyond the most that are kept of an instrument is left out: names of models come from agents, and
   * there must not be ever more of them.
   */
  add(instrument: Instrument, value: number, attributes: Attributes): void {
    let known = this.#measured.get(instrument);
    if (known === undefined) this.#measured.set(instrument, known = new Map());
    const key = JSON.stringify(attributes);
    let series = known.get(key);
    if (series === undefined) {
      if (known.size >= seriesKept) return;
      const buckets = instrument.kind === "histogram" ? [...instrument.bounds ?? [], Infinity].map(() => 0) : [];
      known.set(key, series = { attributes, sum: 0, count: 0, buckets });
    }
    series.sum += value;
    series.count++;
    if (series.buckets.length === 0) return;
    const bounds = instrument.bounds ?? [];
    const at = bounds.findIndex((bound) => value <= bound);
    series.buckets[at < 0 ? bounds.length : at]!++;
  }

  get measured(): ReadonlyMap<Instrument, readonly Series[]> {
    return new Map([...this.#measured].map(([instrument, series]) => [instrument, [...series.values()]]));
  }
}
