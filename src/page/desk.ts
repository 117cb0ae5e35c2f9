// One project as the page shows it: takes what each look brings, and tells whoever listens that something is new.
import { isObject } from "../store/json_file.ts";
import { textField } from "../view/field.ts";
import { Figures } from "../view/figures.ts";
import type { SightNow } from "../view/sight.ts";
import { EventMemory } from "./event_memory.ts";
import type { NumberedEvent } from "./event_memory.ts";
import type { OpenTrouble, PageNews, PageProject } from "./project.ts";
import { PastTroubles } from "./past_troubles.ts";
import type { PastTrouble } from "./past_troubles.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Told after each look that brought something. */
export type DeskListener = (events: readonly NumberedEvent[]) => void;

/** Everything that is known of one project. */
export class Desk {
  readonly project: PageProject;
  readonly events = new EventMemory();
  readonly figures: Figures;
  readonly #past = new PastTroubles();
  readonly #listeners = new Set<DeskListener>();
  #sight: SightNow | null = null;
  #open: readonly OpenTrouble[] = [];
  #status: Fields = {};
  #isActive = false;
  #version = 0;
  #standing = "";
  #lookedAt: number | null = null;

  constructor(project: PageProject) {
    this.project = project;
    this.figures = new Figures({ timeZone: project.config().budget.timeZone ?? undefined });
  }

  /** Grows with everything that is new. */
  get version(): number {
    return this.#version;
  }

  /** Null before the first look. */
  get sight(): SightNow | null {
    return this.#sight;
  }

  /** What is wrong now, the worst first. */
  get open(): readonly OpenTrouble[] {
    return this.#open;
  }

  /** What was wrong and is over, newest first. */
  get past(): readonly PastTrouble[] {
    return this.#past.newestFirst;
  }

  /** status.json. */
  get status(): Fields {
    return this.#status;
  }

  /** A supervisor holds the lock of the log folder. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** When it was looked at last, also in vain; by the monotonic clock of this machine. */
  get lookedAt(): number | null {
    return this.#lookedAt;
  }

  /** @returns what ends the listening */
  listen(listener: DeskListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @param options `at`: of this look, monotonic milliseconds */
  take({ look, sight, open }: PageNews, options: { readonly at: number }): void {
    const isFirst = this.#sight === null;
    this.#lookedAt = options.at;
    this.#sight = sight;
    this.#past.takeOpen(open, sight.now);
    this.#open = open;
    const fresh: NumberedEvent[] = [];
    if (look !== null) {
      this.#status = look.status;
      this.#isActive = look.isActive;
      this.figures.takeAgent(textField(look.status, "agent"));
      // One that has run since before all that is read has said so before it.
      const isSilent = isFirst && !look.events.some(({ event }) => event.event === "serve_started");
      if (isSilent && look.isActive) this.figures.assumeServing();
      for (const line of look.events) {
        const numbered = this.events.add(line);
        this.figures.take(line.event);
        this.#past.take(numbered.event);
        // What was there before anyone could look is no news.
        if (!isFirst) fresh.push(numbered);
      }
    }
    const standing = this.#standingOf();
    if (!isFirst && standing === this.#standing && look?.events.length === 0 && look.metrics.length === 0) return;
    this.#standing = standing;
    this.#tell(fresh);
  }

  /** Something beside the events has changed. */
  touch(): void {
    this.#tell([]);
  }

  #tell(fresh: readonly NumberedEvent[]): void {
    this.#version++;
    for (const listener of this.#listeners) listener(fresh);
  }

  /** What can change without an event. */
  #standingOf(): string {
    const { current, waiting, running } = this.#status;
    const open = this.#open.map(({ detector, finding }) => [detector, finding.identity, finding.severity]);
    const parts = [this.#isActive, isObject(current) ? current : null, waiting, running, open];
    return JSON.stringify([...parts, this.#sight?.blind?.reason ?? null]);
  }
}
