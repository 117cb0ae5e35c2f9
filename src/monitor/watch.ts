// The witness at work on one project: look, ask every detector, tell, record, act; until it is ended or given up.
import type { Config } from "../config/schema.ts";
import type { Alert } from "../core/alert.ts";
import type { HookAlert } from "../hooks/outcomes.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventSink } from "../ports/records.ts";
import { Sight } from "../view/sight.ts";
import type { SightNow } from "../view/sight.ts";
import { AutoStop } from "./act.ts";
import type { AutoStopOptions } from "./act.ts";
import { liveOn } from "./alerts.ts";
import type { Lives, OpenAlert } from "./alerts.ts";
import { armDetectors, callsHooks, examine, hookClaims } from "./examine.ts";
import type { Armed, Claim } from "./examine.ts";
import type { Blind, Feed, Look } from "./feed.ts";
import { roundsWithoutWords } from "./shares.ts";
import { looksPerCollection } from "./tidy.ts";

/** A busy project must not turn into a busy monitor. */
const restMs = 1000;

/** What a watch needs to know of a project besides its feed. */
export interface Witnessed {
  readonly feed: Feed;
  /** The configuration as it is at this moment; the same object as long as it did not change. */
  config(): Config;
  /** The last lines of a round's output; null when there are none to be had. */
  tailOf(round: number): string | null;
  /** What the hooks at `monitor_detect` find wrong. Never rejects. */
  askHooks(config: Config, signal: AbortSignal): Promise<readonly HookAlert[]>;
}

/** What one look at a project came to. */
export interface Examined extends Lives {
  readonly sight: SightNow;
  /** Why nothing could be seen; null when it could. */
  readonly blind: Blind | null;
}

/** Looks at one project and knows what was wrong with it before. */
export class Witness {
  readonly #project: Witnessed;
  readonly #sight = new Sight();
  #config: Config | null = null;
  #armed: readonly Armed[] = [];
  #hooks: readonly Claim[] = [];
  #open: readonly OpenAlert[];

  /** @param open alerts that an earlier monitor told of */
  constructor(project: Witnessed, open: readonly OpenAlert[] = []) {
    this.#project = project;
    this.#open = open;
  }

  /** One look. @param options `asksHooks`: they are asked, not taken to say what they said last. */
  async look(
    signal: AbortSignal,
    options: { readonly asksHooks: boolean },
  ): Promise<Examined | null> {
    const look = await this.#project.feed.look(signal);
    if (signal.aborted) return null;
    const config = this.#project.config();
    if (config !== this.#config) {
      this.#config = config;
      this.#armed = armDetectors(config);
    }
    const sight = this.#take(look);
    if (options.asksHooks && look.kind === "seen") {
      const found = await this.#project.askHooks(config, signal);
      if (signal.aborted) return null;
      this.#hooks = hookClaims(found, { autoStopOn: config.monitor.autoStopOn, calls: callsHooks(config) });
    }
    const isBlind = look.kind === "blind";
    const claims = [...examine(sight, this.#armed, this.#open), ...(isBlind ? [] : this.#hooks)];
    const { repeatAfterSeconds } = config.monitor;
    const lives = liveOn(claims, this.#open, { now: look.at, repeatAfterSeconds, isBlind });
    this.#open = lives.open;
    return { ...lives, sight, blind: isBlind ? look : null };
  }

  #take(look: Look | Blind): SightNow {
    const sight = this.#sight;
    if (look.kind === "blind") {
      sight.takeBlind(look);
      return sight.of(look.at);
    }
    sight.takeLook(look);
    for (const { round, text } of look.tails ?? []) sight.takeTail(round, text);
    const now = sight.of(look.at);
    const wordless = roundsWithoutWords(now.rounds, this.#tailNeeds());
    if (wordless.length === 0) return now;
    // Nothing to be had counts as nothing said, and is not asked for again.
    for (const round of wordless) sight.takeTail(round, this.#project.tailOf(round) ?? "");
    return sight.of(look.at);
  }

  #tailNeeds(): { readonly window: number; readonly shortSeconds: number } {
    const most = (name: string) =>
      Math.max(0, ...this.#armed.map(({ options }) => options[name]).filter((value) => typeof value === "number"));
    return { window: most("window"), shortSeconds: most("shortSeconds") };
  }
}

/** A watch that goes on. */
export interface WatchTask extends Witnessed {
  readonly clock: Clock;
  readonly sink: EventSink;
  readonly signal: AbortSignal;
  /** Seconds between two looks at most. */
  readonly intervalSeconds: number;
  /** Alerts that are on record as open: what another monitor told of, if it is not over. */
  readOpen(): readonly OpenAlert[];
  /** Whether this monitor is the one that records and acts; asked before each look. */
  mayAct(): Promise<boolean>;
  /** Gives up what looks have left behind; called now and then. */
  tidy(): void;
  /** Keeps the open alerts for the next monitor. */
  keepOpen(open: readonly OpenAlert[]): void;
  /** Has the hooks called that deal with alerts. Must not wait for them. */
  callHooks(alert: Alert): void;
  /** Called after the alert is on record; at first also for what an earlier monitor told of, if it lasts. */
  onAlert(alert: Alert): void;
  readonly autoStop: Pick<AutoStopOptions, "stop" | "onNotice">;
}

/** Watches until the signal aborts, or the feed gives up: then it returns why. */
export async function watchProject(task: WatchTask): Promise<Blind | null> {
  return await new Watch(task).run();
}

class Watch {
  readonly #task: WatchTask;
  readonly #witness: Witness;
  readonly #autoStop: AutoStop;
  #open: readonly OpenAlert[];
  #isActing: boolean | null = null;

  constructor(task: WatchTask) {
    const { feed: { host }, clock, sink, signal, autoStop } = task;
    const open = task.readOpen();
    this.#task = task;
    this.#witness = new Witness(task, open);
    this.#autoStop = new AutoStop({ host, clock, sink, signal, ...autoStop });
    this.#open = open;
  }

  async run(): Promise<Blind | null> {
    const { clock, feed, signal, intervalSeconds, mayAct, tidy } = this.#task;
    let hooksDueAt = -Infinity;
    try {
      for (let looks = 0; !signal.aborted; looks++) {
        const wasActing = this.#isActing;
        this.#isActing = await mayAct();
        const startedAt = clock.monotonic();
        const asksHooks = startedAt >= hooksDueAt;
        if (asksHooks) hooksDueAt = startedAt + intervalSeconds * 1000;
        const examined = await this.#witness.look(signal, { asksHooks });
        if (examined === null) break;
        if (wasActing === null) this.#tellKnown(examined);
        if (wasActing === false && this.#isActing) this.#takeOver(examined);
        else if (this.#isActing) this.#record(examined.alerts);
        this.#tell(examined);
        if (this.#isActing) this.#autoStop.consider(examined.open, examined.sight);
        if (examined.blind?.isGivenUp) return examined.blind;
        // At first much was read; after that it is what every look leaves.
        if (looks % looksPerCollection === 0) tidy();
        await clock.sleep(restMs, signal);
        const intervalMs = startedAt + intervalSeconds * 1000 - clock.monotonic();
        await feed.wake(Math.max(0, Math.min(intervalMs, this.#autoStop.waitMs)), signal);
      }
      return null;
    } finally {
      await this.#autoStop.settled();
    }
  }

  /** What an earlier monitor told of and is not over: whoever looks now has not seen it. */
  #tellKnown({ alerts, open, sight }: Examined): void {
    for (const { detector, action, finding, raisedAt } of open) {
      const isTold = alerts.some((alert) => alert.detector === detector && alert.identity === finding.identity);
      if (isTold) continue;
      this.#task.onAlert({ ...finding, detector, action, raisedAt, at: sight.now, state: "repeated" });
    }
  }

  #tell({ alerts, open }: Examined): void {
    for (const alert of alerts) this.#task.onAlert(alert);
    const isOther = alerts.length > 0 || open.length !== this.#open.length;
    if (isOther && this.#isActing) this.#task.keepOpen(open);
    this.#open = open;
  }

  /** Whoever recorded until now is gone: what began or ended since is made up for. */
  #takeOver({ open, sight, blind }: Examined): void {
    const { readOpen, keepOpen } = this.#task;
    const lives = liveOn(open, readOpen(), { now: sight.now, repeatAfterSeconds: 0, isBlind: blind !== null });
    this.#record(lives.alerts);
    keepOpen(lives.open);
  }

  #record(alerts: readonly Alert[]): void {
    const { sink, feed: { host }, callHooks } = this.#task;
    for (const alert of alerts) {
      const { detector, severity, message, identity, state } = alert;
      if (state === "resolved") {
        const lasted = Math.max(0, alert.at - alert.raisedAt) / 1000;
        sink.emit("monitor_alert_resolved", { detector, severity, message, identity, lasted_s: lasted, host });
      } else {
        const { action, fix, look, context } = alert;
        const facts = { identity, state, fix, look, context, host };
        sink.emit("monitor_alert_emitted", { detector, severity, message, auto_action: action, ...facts });
      }
      callHooks(alert);
    }
  }
}
