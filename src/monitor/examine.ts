// Asks every detector what it sees, and has alerts that are open hold until their value is clear of its threshold.
import { activeHooks } from "../config/active_hooks.ts";
import type { Config } from "../config/schema.ts";
import type { AlertAction, Finding, Severity } from "../core/alert.ts";
import { severities } from "../core/alert.ts";
import { redact } from "../core/redact.ts";
import { redactedRecord } from "../core/redact_record.ts";
import { clip } from "../core/text.ts";
import type { HookAlert } from "../hooks/outcomes.ts";
import type { SightNow } from "../view/sight.ts";
import type { Detector, DetectorOptions, Found } from "./detector.ts";
import { detectors } from "./registry.ts";

const longestSentence = 300;
const longestIdentity = 200;
/** A detector that finds more at once has lost its way. */
const mostFindings = 20;

/** What detectors say while nothing can be seen. */
const blindDetector = "monitor_blind";

/** A detector that is switched on, with its thresholds. */
export interface Armed {
  readonly detector: Detector;
  readonly options: DetectorOptions;
  /** Its alert, at its full severity, has the service stopped. */
  readonly stops: boolean;
  /** Hooks at `monitor_alert` are called for its alert. */
  readonly calls: boolean;
}

/** Something that is wrong at this moment, and who says so. */
export interface Claim {
  readonly detector: string;
  /** From a hook at `monitor_detect`. */
  readonly isHook: boolean;
  readonly action: AlertAction;
  readonly finding: Finding;
}

/** A claim that was told and is not over, as far as it matters here. */
export type Standing = Pick<Claim, "detector" | "isHook"> & { readonly finding: Pick<Finding, "identity"> };

/** The detectors that `[plugins] disable` does not name, with the thresholds of `[monitor]`. */
export function armDetectors(config: Config): readonly Armed[] {
  const { plugins: { disable }, monitor: { autoStopOn } } = config;
  const calls = callsHooks(config);
  return detectors.filter(({ name }) => !disable.includes(name)).map((detector) => ({
    detector,
    options: detector.optionsOf(config),
    stops: detector.mayStop && autoStopOn.includes(detector.name),
    calls,
  }));
}

/** Whether there are hooks that deal with alerts. */
export function callsHooks(config: Config): boolean {
  return activeHooks(config, "monitor_alert").length > 0;
}

/** Names in `auto_stop_on` that stop nothing: no detector that may, and no hook, is called so. */
export function idleStops(config: Config): readonly string[] {
  const { monitor: { autoStopOn }, plugins: { disable }, hooks } = config;
  const canStop = new Set([
    ...detectors.filter(({ mayStop }) => mayStop).map(({ name }) => name),
    ...Object.keys(hooks).filter((name) => hooks[name]?.points.includes("monitor_detect")),
  ]);
  return autoStopOn.filter((name) => !canStop.has(name) || disable.includes(name));
}

/** All that the detectors find wrong. Pure. @param open what was told and is not over */
export function examine(sight: SightNow, armed: readonly Armed[], open: readonly Standing[]): readonly Claim[] {
  const isBlind = sight.blind !== null;
  return armed.filter(({ detector }) => !isBlind || detector.name === blindDetector).flatMap(
    ({ detector, ...parts }) => {
      const held = open.filter((alert) => !alert.isHook && alert.detector === detector.name);
      return findingsOf(sight, { detector, ...parts }, new Set(held.map(({ finding }) => finding.identity)))
        .map((found): Claim => ({
          detector: detector.name,
          isHook: false,
          action: actionOf({ ...parts, stops: parts.stops && rank(found.severity) >= rank(detector.severity) }),
          finding: found,
        }));
    },
  );
}

function findingsOf(sight: SightNow, { detector, options }: Armed, held: ReadonlySet<string>): readonly Finding[] {
  const found = listed(detector.detect(sight, options));
  const relaxed = held.size === 0 ? null : detector.relaxed(options);
  if (relaxed === null) return found;
  const known = new Set(found.map(({ identity }) => identity));
  const holding = listed(detector.detect(sight, relaxed)).filter(({ identity }) =>
    held.has(identity) && !known.has(identity)
  );
  return [...found, ...holding];
}

function listed(found: Found): readonly Finding[] {
  const all: readonly Finding[] = found === null ? [] : "length" in found ? found : [found];
  return all.slice(0, mostFindings).map(safe);
}

/** What hooks found wrong. Such a detector has to be named in `auto_stop_on` to have the service stopped. */
export function hookClaims(
  alerts: readonly HookAlert[],
  { autoStopOn, calls }: { readonly autoStopOn: readonly string[]; readonly calls: boolean },
): readonly Claim[] {
  return alerts.map(({ detector, severity, message }) => ({
    detector,
    isHook: true,
    action: actionOf({ stops: autoStopOn.includes(detector), calls }),
    finding: safe({ identity: "", severity, message, context: {}, fix: null, look: null }),
  }));
}

/** Hooks are told of an alert that stops the service, too: the word is for the heavier of the two. */
function actionOf({ stops, calls }: Pick<Armed, "stops" | "calls">): AlertAction {
  if (stops) return "stop_service";
  return calls ? "hook" : "none";
}

/** Where a severity stands, from harmless to harmful. */
export function rank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** What comes from logs and from other machines is masked, and kept short. */
function safe(found: Finding): Finding {
  return {
    ...found,
    identity: clip(found.identity, longestIdentity),
    message: sentence(found.message),
    context: redactedRecord(found.context, redact),
    fix: found.fix === null ? null : sentence(found.fix),
  };
}

function sentence(text: string): string {
  return clip(redact(text.replaceAll(/\s+/g, " ").trim()).replace(/\.$/, ""), longestSentence);
}
