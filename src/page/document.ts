// Puts together what `/api/state` answers: the keys of the page's predecessor, and `peek`'s document beside them.
import { redact } from "../core/redact.ts";
import { redactedRecord } from "../core/redact_record.ts";
import { joinPath } from "../core/path.ts";
import { clip, isoTime } from "../core/text.ts";
import type { Files } from "../ports/files.ts";
import { openEventSource } from "../store/event_source.ts";
import type { Details } from "../view/details.ts";
import { numberField, textField, truthField } from "../view/field.ts";
import { readProjectView } from "../view/project_view.ts";
import { summariesOf } from "../view/recent_rounds.ts";
import { readNow } from "../view/service_view.ts";
import type { Desk } from "./desk.ts";
import type { PageTools } from "./project.ts";
import { ShownText } from "./shown_text.ts";
import type { TextTail } from "./shown_text.ts";

type Fields = Readonly<Record<string, unknown>>;

const eventsShown = 20;
const roundsShown = 10;
const reasonCharacters = 200;
/** Counting unreadable lines means reading them: not for every question. */
const badLinesAgeMs = 10_000;
const badLinesReach = 256 * 1024;
/** A project elsewhere is asked for its whole picture so often at most. */
const farViewAgeMs = 30_000;

/** The document of one project. */
export class StateDocument {
  readonly #desk: Desk;
  readonly #tools: PageTools;
  readonly #log = new ShownText();
  readonly #narrative = new ShownText();
  #badLines = { count: 0, at: -Infinity };
  #far: { readonly view: Fields; readonly at: number } | null = null;
  #isAsking = false;

  constructor(desk: Desk, tools: PageTools) {
    this.#desk = desk;
    this.#tools = tools;
  }

  /** What stands beside the events, or why it cannot be told. */
  details(): Details | string {
    return this.#desk.project.details.read();
  }

  /** The end of what the newest round's agent said. */
  log(): TextTail {
    return this.#log.show(this.#told().log ?? "");
  }

  narrative(): TextTail {
    return this.#narrative.show(this.#told().narrative ?? "");
  }

  /** What goes on at this moment. */
  now() {
    const { events, isActive, status } = this.#desk;
    return readNow({ now: this.#nowMs(), events: events.asSource() }, { isActive, status });
  }

  /** @param signal ends the questions to another machine */
  async read(signal: AbortSignal): Promise<Fields> {
    const { project, events } = this.#desk;
    const view = project.files === null ? this.#farView(signal) : await this.#hereView(project.files);
    return {
      round_state: roundState(this.#desk.status),
      narrative: this.narrative().text,
      round_log_tail: this.log().text,
      self_terminated: this.#selfTerminated(),
      rate_limit: rateLimit(view),
      ...view,
      recent_events: events.newest(eventsShown).map(({ event }) => event),
    };
  }

  async #hereView(files: Files): Promise<Fields> {
    const { project, events, isActive } = this.#desk;
    const config = project.config();
    const view = await readProjectView({
      config,
      files,
      events: events.asSource(),
      // It was asked with the last look.
      lock: { isHeld: () => Promise.resolve(isActive), tryAcquire: () => Promise.resolve(null) },
      now: this.#tools.clock.now(),
      defenses: this.#tools.defenses,
      detectors: this.#tools.detectorNames(config),
    });
    return { ...view, bad_lines: this.#countBadLines(files) };
  }

  /** What came with the looks, over what the far program said of itself last. */
  #farView(signal: AbortSignal): Fields {
    void this.#askFar(signal);
    const { project, status, events } = this.#desk;
    const source = events.asSource();
    const kinds = ["round_start", "agent_exit", "round_verdict", "round_end"];
    const lines = source.query({ kinds, limit: null }).lines.map(({ event }) => event);
    return {
      project: project.name,
      ...this.#far?.view,
      host: project.host,
      status,
      now: this.now(),
      recent_rounds: summariesOf(lines).slice(-roundsShown),
    };
  }

  async #askFar(signal: AbortSignal): Promise<void> {
    const now = this.#tools.clock.monotonic();
    if (this.#isAsking || now - (this.#far?.at ?? -Infinity) < farViewAgeMs) return;
    this.#isAsking = true;
    try {
      const view = await this.#desk.project.readView(signal);
      this.#far = { view: view ?? this.#far?.view ?? {}, at: now };
    } catch {
      // The feed tells what is wrong with the connection.
      this.#far = { view: this.#far?.view ?? {}, at: now };
    } finally {
      this.#isAsking = false;
    }
  }

  #told(): Partial<Details> {
    const details = this.details();
    return typeof details === "string" ? {} : details;
  }

  #countBadLines(files: Files): number {
    const now = this.#tools.clock.monotonic();
    if (now - this.#badLines.at >= badLinesAgeMs) {
      const { logDir } = this.#desk.project.config().runtime;
      const source = openEventSource({ files, logDir });
      this.#badLines = { count: source.query({ kinds: null, limit: null, maxBytes: badLinesReach }).badLines, at: now };
    }
    return this.#badLines.count;
  }

  #selfTerminated(): { readonly present: boolean; readonly reason: string } {
    const last = this.#desk.events.ofKind("agent_self_terminated").at(-1) ?? null;
    const hasEnded = this.#desk.sight?.supervisor.endReason === "agent_done";
    const sentinel = this.#readSentinel();
    const reason = sentinel ?? (hasEnded ? textField(last, "reason") ?? "" : "");
    return { present: sentinel !== null || hasEnded, reason: clip(redact(reason), reasonCharacters) };
  }

  #readSentinel(): string | null {
    const { files } = this.#desk.project;
    if (files === null) return null;
    const path = joinPath(this.#desk.project.config().runtime.logDir, ".agent-done");
    try {
      if (files.lstat(path) === null) return null;
      const bytes = files.readBytes(path, { offset: 0, length: 4096 });
      return new TextDecoder().decode(bytes ?? new Uint8Array());
    } catch {
      return "";
    }
  }

  /** By the clock of the machine that is looked at. */
  #nowMs(): number {
    return this.#desk.sight?.now ?? this.#tools.clock.now();
  }
}

function roundState(status: Fields) {
  const exit = numberField(status, "last_exit_code");
  const duration = numberField(status, "last_duration_s");
  const completedAt = textField(status, "last_completed_at");
  return redactedRecord({
    round_num: numberField(status, "round_num") ?? 0,
    phase: textField(status, "current_phase"),
    running: truthField(status, "running"),
    last_outcome: Object.keys(status).length === 0 ? null : exit === 0 ? "ok" : "failed",
    ...(duration === null ? {} : { last_duration_s: duration }),
    ...(completedAt === null ? {} : { last_completed_at: completedAt }),
  }, redact);
}

function rateLimit(view: Fields) {
  const service = view["service"] as Fields | undefined;
  const limit = service?.["rate_limit"] as Fields | null | undefined;
  const until = numberField(limit ?? null, "throttled_until_epoch");
  if (limit === null || limit === undefined || until === null || Math.abs(until) > 8.64e12) return null;
  return {
    throttled_until_iso: isoTime(until * 1000),
    limit_type: textField(limit, "limit_type") ?? "unknown",
    since_round: numberField(limit, "since_round") ?? 0,
  };
}
