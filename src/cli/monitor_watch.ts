// The monitor's usual mode: every detector on every watched project, told as it happens, or once.
import type { Config } from "../config/schema.ts";
import type { Alert } from "../core/alert.ts";
import { exitCode } from "../core/errors.ts";
import type { Tell } from "../core/telling.ts";
import type { StopNotice } from "../monitor/act.ts";
import { liveOn } from "../monitor/alerts.ts";
import { armDetectors, rank } from "../monitor/examine.ts";
import type { Blind } from "../monitor/feed.ts";
import { watchProject, Witness } from "../monitor/watch.ts";
import { AlertMemory } from "./alert_memory.ts";
import type { Watched } from "./monitor_feeds.ts";
import { MonitorHooks } from "./monitor_hooks.ts";
import { spellAlert, spellAlertJson } from "./monitor_page.ts";
import { paintFor } from "./print.ts";
import type { World } from "./world.ts";

/** One run of the monitor. */
export interface MonitorCall {
  readonly watched: readonly Watched[];
  /** The configuration as it is now; the same object as long as it did not change. */
  config(): Config;
  readonly isJson: boolean;
  readonly intervalSeconds: number;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** Watches until the signal aborts (0), or every project was given up (1). */
export async function watchOn(call: MonitorCall, world: World): Promise<number> {
  const { logDir } = call.config().runtime;
  const ends = await Promise.all(call.watched.map(async (project) => {
    const { feed, label, tailOf, stop, sink, seat } = project;
    const { signal, intervalSeconds, tell } = call;
    const memory = new AlertMemory(logDir, label, world.files);
    const hooks = hooksOf(project, call, world);
    const tellAlert = alertTeller(call, world);
    const turn = new Turn(project, { ...call, logDir });
    try {
      const blind = await watchProject({
        feed,
        config: () => call.config(),
        tailOf,
        askHooks: (config, end) => hooks.ask(config, end),
        clock: world.clock,
        sink,
        signal,
        intervalSeconds,
        readOpen: () => memory.read(),
        mayAct: () => turn.take(),
        tidy: () => world.host.collectGarbage(),
        keepOpen: (open) => void memory.write(open),
        callHooks: (alert) => hooks.tell({ alert, host: label }, call.config(), signal),
        onAlert: (alert) => tellAlert(alert, label),
        autoStop: { stop, onNotice: (notice) => tell(stopTelling(notice, label)) },
      });
      await feed.close();
      await hooks.settled();
      if (blind !== null) tell(givenUpTelling(blind, label));
      return blind;
    } finally {
      seat.release();
    }
  }));
  return ends.every((blind) => blind !== null) ? exitCode.failure : exitCode.ok;
}

/** Whose turn it is to record and act on a project, and what is said when that changes. */
class Turn {
  readonly #project: Watched;
  readonly #call: Pick<MonitorCall, "tell" | "intervalSeconds"> & { readonly logDir: string };
  #isMine: boolean | null = null;

  constructor(project: Watched, call: Pick<MonitorCall, "tell" | "intervalSeconds"> & { readonly logDir: string }) {
    this.#project = project;
    this.#call = call;
  }

  async take(): Promise<boolean> {
    const { seat, sink, feed: { host }, label } = this.#project;
    const { tell, intervalSeconds, logDir } = this.#call;
    const wasMine = this.#isMine;
    this.#isMine = await seat.take();
    if (this.#isMine === wasMine) return wasMine;
    const place = label === null ? "this project" : `'${label}'`;
    const facts = { host: label };
    if (this.#isMine) {
      sink.emit("monitor_started", { host, interval_s: intervalSeconds, log_dir: logDir, mode: "anomaly" });
      if (wasMine !== null) {
        tell({ kind: "acting", text: `from now on this monitor records and acts for ${place}`, facts });
      }
    } else {
      const text = `another monitor watches ${place}: this one shows, and records and acts when the other is gone`;
      tell({ kind: "showing", text, tone: "warn", facts });
    }
    return this.#isMine;
  }
}

/** Asks every detector once. @returns 1 when something is wrong, or a project cannot be looked at */
export async function lookOnce(call: MonitorCall, world: World): Promise<number> {
  const found = await Promise.all(call.watched.map(async (project) => {
    const { feed, label, tailOf } = project;
    const hooks = hooksOf(project, call, world);
    const tellAlert = alertTeller(call, world);
    const witness = new Witness({
      feed,
      config: () => call.config(),
      tailOf,
      askHooks: (config, end) => hooks.ask(config, end),
    });
    try {
      for (;;) {
        const examined = await witness.look(call.signal, { asksHooks: true });
        if (examined === null) return false;
        const { open, blind } = examined;
        if (blind === null) {
          const { alerts } = liveOn(open, [], { now: examined.sight.now, repeatAfterSeconds: 0, isBlind: false });
          for (const alert of alerts) tellAlert(alert, label);
          if (alerts.length === 0) tellNothing(call, label, world);
          return alerts.some(({ severity }) => rank(severity) > rank("info"));
        }
        if (label === null || blind.isGivenUp) {
          call.tell(givenUpTelling(blind, label));
          return true;
        }
        await feed.wake(call.intervalSeconds * 1000, call.signal);
      }
    } finally {
      await feed.close();
    }
  }));
  return found.includes(true) ? exitCode.failure : exitCode.ok;
}

function hooksOf({ readView, label, sink }: Watched, { tell }: MonitorCall, world: World): MonitorHooks {
  return new MonitorHooks(world, {
    readView,
    onFailure(failure) {
      sink.emit("hook_failed", failure);
      const text = `hook '${failure.hook_name}' failed: ${failure.error_message}`;
      tell({ kind: "hook_failed", text, tone: "warn", facts: { host: label, hook: failure.hook_name } });
    },
  });
}

function alertTeller({ isJson }: MonitorCall, { stdout }: World): (alert: Alert, host: string | null) => void {
  const paint = paintFor(stdout);
  // Never waits for a reader: an act must not wait for whoever has stopped the output.
  return (alert, host) => stdout.post(isJson ? spellAlertJson(alert, host) : spellAlert(alert, { host, paint }));
}

/** A terminal is told that all is well; cron is not. */
function tellNothing(call: MonitorCall, label: string | null, { stdout }: World): void {
  if (call.isJson || !stdout.isTerminal) return;
  const count = armDetectors(call.config()).length;
  const place = label === null ? "" : `${label}: `;
  stdout.post(`${paintFor(stdout).green("[OK]")} ${place}nothing is wrong (${count} detectors)`);
}

function stopTelling(notice: StopNotice, host: string | null) {
  const place = host === null ? "the service" : `the service on '${host}'`;
  const facts = { host, detector: notice.detector };
  switch (notice.kind) {
    case "triggered":
      return { kind: "auto_stop_triggered", text: `stopping ${place} because of ${notice.detector}`, facts };
    case "done": {
      const text = notice.wasRunning ? `${place} is stopped` : `${place} had left by itself`;
      return { kind: "auto_stop_done", text, tone: "good" as const, facts };
    }
    case "failed": {
      const { reason, fix, nextTrySeconds } = notice;
      const text = `${place} is not stopped, the next attempt is in ${nextTrySeconds}s: ${reason}`;
      return { kind: "auto_stop_failed", text, tone: "bad" as const, facts, ...(fix === null ? {} : { fix }) };
    }
    default:
      return notice satisfies never;
  }
}

/** What is said last of a project that cannot be looked at. */
export function givenUpTelling({ reason, fix }: Blind, host: string | null) {
  const place = host === null ? "the project" : `'${host}'`;
  const text = `${place} cannot be watched: ${reason}`;
  const look = host === null
    ? "See that its log folder can be read: agent-runner doctor"
    : `See what 'agent-runner doctor --host ${host}' says`;
  return { kind: "given_up", text, tone: "bad" as const, facts: { host }, fix: fix ?? look };
}
