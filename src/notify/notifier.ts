// Tells people what the events say, beside whatever else this process does: it reads, keeps and sends, and fails alone.
import type { NotifySettings } from "../config/schema.ts";
import { messageOf } from "../core/errors.ts";
import type { HeldLock, Lock } from "../ports/lock.ts";
import type { EventSink } from "../ports/records.ts";
import { keepNewer } from "../store/formats.ts";
import { deliver } from "./deliver.ts";
import type { DeliveryPorts } from "./delivery.ts";
import { Intake, recentScene } from "./intake.ts";
import { emptyOutbox, memoryOf, settleFailed, settleSent, turnOf } from "./outbox.ts";
import type { Waiting } from "./outbox.ts";
import { keepDamaged, outboxLockPath, outboxPath, readOutbox, writeOutbox } from "./outbox_file.ts";
import type { NotifyState } from "./outbox_file.ts";
import { emptyScene } from "./scene.ts";

export interface NotifierOptions {
  readonly logDir: string;
  readonly workDir: string;
  readonly project: string;
  readonly sinks: Readonly<Record<string, NotifySettings>>;
  /** Where what was told is recorded. */
  readonly events: EventSink;
  /** Told what goes wrong with the notifier itself, once for each kind of trouble. */
  readonly onFault: (text: string) => void;
  /** From 0 to 1. */
  readonly random: () => number;
}

const pollMs = 1000;
/** Places alone are saved after so many characters of events, so that little is read twice. */
const savedAfter = 64 * 1024;

/** The one sender of a log folder: whoever holds its lock. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #ports: DeliveryPorts & { readonly lock: Lock };
  readonly #startedAt: number;
  readonly #stop = new AbortController();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #told = new Set<string>();
  #held: HeldLock | null = null;
  #intake: Intake | null = null;
  #state: NotifyState = { places: [], newestAt: 0, scene: emptyScene, outbox: emptyOutbox };
  #isSaved = true;
  #unsaved = 0;

  constructor(options: NotifierOptions, ports: DeliveryPorts & { readonly lock: Lock }) {
    this.#options = options;
    this.#ports = ports;
    this.#startedAt = ports.clock.now();
  }

  /** Works until `signal` fires, and then for at most `graceMs` more on what is due. Never rejects. */
  async run(signal: AbortSignal, graceMs: number): Promise<void> {
    const { clock } = this.#ports;
    while (!signal.aborted) {
      await this.#turn();
      await clock.sleep(pollMs, signal);
    }
    await this.#turn();
    const deadline = clock.monotonic() + graceMs;
    while (this.#busy.size > 0 && clock.monotonic() < deadline) {
      const over = new AbortController();
      await Promise.race([...this.#busy.values(), clock.sleep(deadline - clock.monotonic(), over.signal)]);
      over.abort();
    }
    this.#stop.abort();
    await Promise.all(this.#busy.values());
    if (this.#held !== null) this.#save();
    this.#held?.release();
  }

  async #turn(): Promise<void> {
    try {
      if (this.#held === null && !await this.#take()) return;
      if (this.#intake !== null) await this.#read(this.#intake);
      if (!this.#isSaved) this.#save();
      this.#dispatch();
    } catch (thrown) {
      this.#fault(`notices have to wait: ${messageOf(thrown)}`);
    }
  }

  /** Becomes the one who sends. False while another process is. */
  async #take(): Promise<boolean> {
    const { logDir } = this.#options;
    const { lock, files } = this.#ports;
    if (files.stat(logDir) === null) return false;
    const path = outboxLockPath(logDir);
    if (await lock.isHeld(path)) return false;
    const held = await lock.tryAcquire(path);
    if (held === null) return false;
    try {
      this.#open();
    } catch (thrown) {
      held.release();
      throw thrown;
    }
    this.#held = held;
    return true;
  }

  /** Goes on where an earlier life ended. Throws `FileFault`. */
  #open(): void {
    const { logDir, sinks, project } = this.#options;
    const { files, clock, host } = this.#ports;
    const newer = keepNewer({ path: outboxPath(logDir), kind: "notify.json" }, files);
    if (newer !== null) {
      this.#fault(`the outbox is of a newer version; a copy: ${newer.keptAs ?? "none could be made"}`);
    }
    const { state, damage } = readOutbox(logDir, files);
    const kept = damage === null ? null : keepDamaged(logDir, files);
    if (damage !== null) this.#fault(`${damage}${kept === null ? "" : `; what it held is in '${kept}'`}`);
    const since = this.#startedAt;
    const known = state ?? { ...this.#state, scene: recentScene({ logDir, since, files }, emptyScene) };
    const isOurs = ({ sink }: Waiting) => Object.hasOwn(sinks, sink);
    for (const entry of known.outbox.waiting) if (!isOurs(entry)) this.#drop(entry, "no_sink");
    const memories = Object.entries(known.outbox.sinks).filter(([sink]) => Object.hasOwn(sinks, sink));
    const outbox = { waiting: known.outbox.waiting.filter(isOurs), sinks: Object.fromEntries(memories) };
    this.#state = { ...known, outbox };
    this.#isSaved = state !== null;
    const onDropped = (entry: Pick<Waiting, "id" | "sink" | "message">, why: string) => this.#drop(entry, why);
    const options = { logDir, project, host: host.hostName(), sinks, since, onDropped };
    this.#intake = new Intake(options, known.places, { files, clock });
  }

  /** A long backlog is read in pieces, between which others get their turn. */
  async #read(intake: Intake): Promise<void> {
    for (const lines of intake.pieces()) {
      const { outbox } = this.#state;
      this.#state = intake.withLines(this.#state, lines);
      this.#unsaved += lines.reduce((sum, line) => sum + line.length, 0);
      if (outbox !== this.#state.outbox || this.#unsaved > savedAfter) this.#isSaved = false;
      await this.#ports.clock.sleep(1);
    }
  }

  #dispatch(): void {
    if (this.#stop.signal.aborted) return;
    for (const [sink, settings] of Object.entries(this.#options.sinks)) {
      if (this.#busy.has(sink)) continue;
      const { outbox, turn, expired } = turnOf(this.#state.outbox, { sink, now: this.#ports.clock.now() }, settings);
      if (outbox !== this.#state.outbox) {
        this.#state = { ...this.#state, outbox };
        this.#save();
      }
      for (const entry of expired) {
        this.#failed(entry, { reason: "no try has brought it there in time", isGivenUp: true });
      }
      if (turn.kind === "send") this.#busy.set(sink, this.#send(turn.entry, settings));
    }
  }

  async #send(entry: Waiting, settings: NotifySettings): Promise<void> {
    const { sink, id, message } = entry;
    const { workDir, random, events } = this.#options;
    const { clock } = this.#ports;
    const stop = this.#stop.signal;
    const delivered = await deliver({ sink, settings, id, message, workDir, stop }, this.#ports);
    this.#busy.delete(sink);
    // Whether it got there is not known: the next life tries again, under the same id.
    if (delivered.kind === "failed" && stop.aborted) return;
    const now = clock.now();
    const { outbox } = this.#state;
    if (delivered.kind === "sent") {
      this.#state = { ...this.#state, outbox: settleSent(outbox, { entry, now }) };
      this.#save();
      const attempts = entry.attempts + 1;
      const waited = Math.max(0, Math.round((now - entry.acceptedAt) / 100) / 10);
      events.emit("notify_sent", {
        ...{ sink, id, topic: message.topic, notices: message.notices, attempts, waited_s: waited },
      });
    } else {
      const isFirst = memoryOf(outbox, sink).failures === 0;
      this.#state = { ...this.#state, outbox: settleFailed(outbox, { entry, now, ...delivered, random: random() }) };
      this.#save();
      const { reason, mayPass } = delivered;
      if (isFirst || !mayPass) {
        this.#failed({ ...entry, attempts: entry.attempts + 1 }, { reason, isGivenUp: !mayPass });
      }
    }
    this.#dispatch();
  }

  #failed(entry: Waiting, { reason, isGivenUp }: { readonly reason: string; readonly isGivenUp: boolean }): void {
    const { sink, id, attempts } = entry;
    this.#options.events.emit("notify_failed", { sink, id, reason, attempts, is_given_up: isGivenUp });
  }

  #drop({ sink, id, message }: Pick<Waiting, "id" | "sink" | "message">, why: string): void {
    this.#options.events.emit("notify_dropped", { sink, id, topic: message.topic, why });
  }

  /** On a full disk messages are sent all the same: to be told twice after a crash is better than never. */
  #save(): void {
    try {
      writeOutbox(this.#options.logDir, this.#state, this.#ports.files);
      this.#isSaved = true;
      this.#unsaved = 0;
    } catch (thrown) {
      this.#isSaved = false;
      this.#fault(`the outbox cannot be written for now: ${messageOf(thrown)}`);
    }
  }

  #fault(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#options.onFault(text);
  }
}
