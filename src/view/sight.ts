// The picture of a project that is fed event by event and stays small whatever comes: what detectors and pages look at.
import type { RecordedEvent } from "../core/event_payload.ts";
import { hookKinds } from "../core/hook.ts";
import { MachineRecord } from "./sight_machine.ts";
import type { JumpSight, RoundLogSight, SampleSight } from "./sight_machine.ts";
import { ProviderRecord } from "./sight_provider.ts";
import type { BudgetSight, LimitSight, PauseSight, WaitSight } from "./sight_provider.ts";
import { RoundsSight } from "./sight_rounds.ts";
import type { OrphanSight, RoundSight } from "./sight_rounds.ts";
import { momentOf, shortText } from "./sight_field.ts";
import type { Fields } from "./sight_field.ts";
import { SupervisorRecord } from "./sight_supervisor.ts";
import type {
  BreakerSight,
  BrokenSight,
  HookFailureSight,
  HumanSight,
  StartSight,
  SupervisorSight,
  VersionSight,
} from "./sight_supervisor.ts";
import { WorkRecord } from "./sight_work.ts";
import type { LeftoversSight, ProgressSight } from "./sight_work.ts";

/** One look at a project: what is new, and how things stand. */
export interface SightLook {
  /** Epoch milliseconds by the clock of the machine that is looked at. */
  readonly at: number;
  /** In the order they were written. */
  readonly events: readonly { readonly event: RecordedEvent }[];
  /** Rows of the metric files, oldest first. */
  readonly metrics: readonly Fields[];
  /** status.json; empty when it cannot be used. */
  readonly status: Fields;
  /** A supervisor holds the lock of the log folder. */
  readonly isActive: boolean;
  /** Bytes in the log of the running round; null when none runs. */
  readonly roundLogBytes: number | null;
}

/** The project cannot be looked at. Times are epoch milliseconds. */
export interface BlindSight {
  readonly since: number;
  readonly at: number;
  readonly reason: string;
}

/** The picture at one moment. It does not change afterwards. */
export interface SightNow {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The newest rounds, oldest first. */
  readonly rounds: readonly RoundSight[];
  /** The newest round while it is not settled. */
  readonly openRound: { readonly round: RoundSight; readonly ageSeconds: number } | null;
  readonly orphans: OrphanSight;
  /** Attempts to start a round, oldest first. */
  readonly starts: readonly StartSight[];
  readonly supervisor: SupervisorSight;
  /** The breaker is open; null while it is closed. */
  readonly breaker: BreakerSight | null;
  readonly broken: BrokenSight | null;
  readonly human: HumanSight | null;
  /** When a person was needed last, also if that is over; epoch milliseconds. */
  readonly humanAt: number | null;
  readonly version: VersionSight | null;
  readonly hookFailures: readonly HookFailureSight[];
  readonly limits: readonly LimitSight[];
  readonly waiting: WaitSight | null;
  /** Null while rounds may begin. */
  readonly paused: PauseSight | null;
  readonly budgets: readonly BudgetSight[];
  readonly progress: ProgressSight;
  readonly leftovers: readonly LeftoversSight[];
  readonly sample: SampleSight | null;
  readonly jumps: readonly JumpSight[];
  readonly roundLog: RoundLogSight | null;
  /** Round whose log was cut last. */
  readonly cutRound: number | null;
  readonly eventsPerMinute: number;
  /** Null while the project can be seen. */
  readonly blind: BlindSight | null;
}

/** `hook_kind` of the hooks that the monitor calls. */
const monitorsKinds: readonly unknown[] = [hookKinds.monitor_detect, hookKinds.monitor_alert];

type Handler = (event: RecordedEvent, at: number) => void;

/** Follows one project. An event costs the same however many came before, and what is kept is bounded. */
export class Sight {
  readonly #rounds = new RoundsSight();
  readonly #supervisor = new SupervisorRecord();
  readonly #provider = new ProviderRecord();
  readonly #work = new WorkRecord();
  readonly #machine = new MachineRecord();
  readonly #handlers = new Map<string, readonly Handler[]>();
  #blind: BlindSight | null = null;

  constructor() {
    for (const part of [this.#rounds, this.#supervisor, this.#provider, this.#work, this.#machine]) {
      for (const [kind, handler] of Object.entries<Handler>(part.handlers)) {
        this.#handlers.set(kind, [...this.#handlers.get(kind) ?? [], handler]);
      }
    }
  }

  /** Takes one event, in the order they were written. Never throws. @param at epoch milliseconds of the look */
  take(event: RecordedEvent, at: number): void {
    // What was read from a file can be anything.
    if (typeof event.event !== "string") return;
    const ts = momentOf(event.ts);
    this.#machine.count(ts, at);
    // The monitor calls hooks, too, and what it writes of them is no sign that a supervisor lives.
    const isMonitors = event.event === "hook_failed" && monitorsKinds.includes(event["hook_kind"]);
    if (!isMonitors) this.#supervisor.hear(event.event, ts, at);
    const handlers = this.#handlers.get(event.event);
    if (handlers !== undefined) { for (const handler of handlers) handler(event, at); }
  }

  /** Takes one sample of the machine. @param at epoch milliseconds of the look */
  takeMetrics(row: Fields, at: number): void {
    this.#machine.takeMetrics(row);
    const ts = momentOf(row["ts"]);
    const { lastSignAt } = this.#supervisor.sight(at);
    // Samples come in files of their own: an old one is no sign after a new event.
    if (ts !== null && ts > (lastSignAt ?? -Infinity)) this.#supervisor.hear("sample", ts, at);
  }

  /** Takes all that one look brought. */
  takeLook(look: SightLook): void {
    const { at } = look;
    this.#blind = null;
    this.#rounds.pass(at);
    this.#supervisor.pass(at);
    for (const { event } of look.events) this.take(event, at);
    for (const row of look.metrics) this.takeMetrics(row, at);
    this.#provider.takeStatus(look.status);
    this.#supervisor.takeLock(look.isActive, at);
    this.#machine.pass(at, look.roundLogBytes);
  }

  /** The project could not be looked at. What was seen before stays. @param fault `at`: epoch milliseconds */
  takeBlind(fault: { readonly at: number; readonly reason: string }): void {
    this.#blind = { since: this.#blind?.since ?? fault.at, at: fault.at, reason: shortText(fault.reason) };
  }

  /** Takes the end of a round's output; only needed where no verdict says what it came to. */
  takeTail(round: number, text: string): void {
    this.#rounds.takeTail(round, text);
  }

  /** The picture. @param now epoch milliseconds */
  of(now: number): SightNow {
    const [rounds, supervisor, provider] = [this.#rounds, this.#supervisor, this.#provider];
    const [work, machine] = [this.#work, this.#machine];
    return {
      now,
      rounds: rounds.all,
      openRound: rounds.open(now),
      orphans: rounds.orphans,
      starts: supervisor.starts,
      supervisor: supervisor.sight(now),
      breaker: supervisor.breaker,
      broken: supervisor.broken,
      human: supervisor.human,
      humanAt: supervisor.humanAt,
      version: supervisor.version,
      hookFailures: supervisor.hookFailures,
      limits: provider.limits,
      waiting: provider.waiting,
      paused: provider.paused,
      budgets: provider.budgets,
      progress: work.progress,
      leftovers: work.leftovers,
      sample: machine.sample,
      jumps: machine.jumps,
      roundLog: machine.roundLog,
      cutRound: machine.cutRound,
      eventsPerMinute: machine.eventsPerMinute(now),
      blind: this.#blind,
    };
  }
}
