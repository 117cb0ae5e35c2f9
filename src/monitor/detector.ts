// What a detector is: a question to the picture of a project, with thresholds that the configuration may change.
import type { Config } from "../config/schema.ts";
import type { Finding, Severity } from "../core/alert.ts";
import { codeName } from "../core/config.ts";
import { spellDuration } from "../core/text.ts";
import type { SightNow } from "../view/sight.ts";

/** What a detector found: nothing, one thing, or several at the same time, each with an identity of its own. */
export type Found = Finding | readonly Finding[] | null;

/** Thresholds and facts by their names in code. */
export type DetectorOptions = Readonly<Record<string, unknown>>;

/** Samples come with the beginning and the end of a round, and in between only if they are asked for. */
const freshSampleSeconds = 600;

/** One file in `src/monitor/detectors/` each. */
export interface Detector {
  /** As in `[monitor.<name>]`, `[plugins] disable` and `auto_stop_on`. */
  readonly name: string;
  /** Place in the order of evaluation: the predecessor's twelve come first, in its order. */
  readonly order: number;
  /** The worst it can tell of. Only at that it may have the service stopped. */
  readonly severity: Severity;
  /** Whether `auto_stop_on` may name it: going on would do harm. */
  readonly mayStop: boolean;
  /** When it fires, for the docs: one sentence without a full stop. */
  readonly firesWhen: string;
  /** The thresholds that `[monitor.<name>]` may change, by their names in code. */
  readonly defaults: Readonly<Record<string, number>>;
  /** The thresholds of a configuration, with what else the detector needs to know of it. */
  optionsOf(config: Config): DetectorOptions;
  /** Thresholds at which an alert that is open still holds; null: the same. */
  relaxed(options: DetectorOptions): DetectorOptions | null;
  /** Pure: a picture and options give what is wrong. */
  detect(sight: SightNow, options: DetectorOptions): Found;
}

/** A detector as its file writes it: `K` are the names of its thresholds, `F` facts it needs of the configuration. */
type Spec<K extends string, F extends object> = Omit<Detector, "defaults" | "optionsOf" | "relaxed" | "detect"> & {
  readonly defaults: Readonly<Record<K, number>>;
  /** Thresholds that keys of other tables set; the detector's own table wins over them. */
  readonly older?: (config: Config) => Readonly<Partial<Record<NoInfer<K>, number>>>;
  readonly facts?: (config: Config) => F;
  readonly relaxed?: (options: Readonly<Record<K, number>> & F) => Readonly<Record<K, number>> & F;
  detect(sight: SightNow, options: Readonly<Record<K, number>> & F): Found;
};

/** Writes a detector down. */
export function defineDetector<K extends string = never, F extends object = object>(spec: Spec<K, F>): Detector {
  const { older, facts, relaxed, detect, ...rest } = spec;
  type Options = Readonly<Record<K, number>> & F;
  return {
    ...rest,
    optionsOf: (config) => ({
      ...spec.defaults,
      ...older?.(config),
      ...ownTable(config, spec.name),
      ...facts?.(config),
    }),
    // Options come from `optionsOf` of the same detector alone.
    relaxed: (options) => relaxed?.(options as Options) ?? null,
    detect: (sight, options) => detect(sight, options as Options),
  };
}

/** What `[monitor.<name>]` sets. */
function ownTable(config: Config, name: string): Record<string, unknown> {
  const monitor: Readonly<Record<string, unknown>> = config.monitor;
  const table = monitor[codeName(name)];
  if (typeof table !== "object" || table === null) return {};
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== null));
}

/** A finding; where nothing else is said there is only one of its kind, no figures, and nothing to be done. */
export function finding(facts: Partial<Finding> & Pick<Finding, "severity" | "message">): Finding {
  return { identity: "", context: {}, fix: null, look: null, ...facts };
}

/** The command that shows a round's output; null when no round is known. */
export function lookAtRound(round: number | null | undefined): string | null {
  return round === null || round === undefined ? null : `agent-runner peek --round ${round} --log`;
}

/** The command that shows the newest events of some kinds. */
export function lookAtEvents(...kinds: readonly string[]): string {
  return `agent-runner events --kind ${kinds.join(",")}`;
}

/** `, measured 2h 00m ago` of a sample that is no longer fresh, else nothing. Both in epoch milliseconds. */
export function measuredAgo(at: number | null, now: number): string {
  const seconds = at === null ? 0 : (now - at) / 1000;
  return seconds < freshSampleSeconds ? "" : `, measured ${spellDuration(seconds)} ago`;
}

/** `1 round`, `3 rounds`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
