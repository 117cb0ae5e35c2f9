// A page over a project in memory: a test says what each look brings, and asks as a browser would.
import type { Finding } from "../../src/core/alert.ts";
import type { RecordedEvent } from "../../src/core/event_payload.ts";
import { defenses } from "../../src/defenses/registry.ts";
import type { Desk } from "../../src/page/desk.ts";
import type { Door } from "../../src/page/guard.ts";
import type { PageProject } from "../../src/page/project.ts";
import { Site } from "../../src/page/site.ts";
import { DetailsHere } from "../../src/view/details.ts";
import { Sight } from "../../src/view/sight.ts";
import { configOf, smallest } from "../config/sample.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import type { MemoryFiles } from "../fakes/memory_files.ts";
import { projectFiles } from "../view/sample_project.ts";

export interface StageOptions {
  readonly door?: Partial<Door>;
  /** Names of the projects; one without. */
  readonly names?: readonly string[];
  /** Where they are; null: here. */
  readonly host?: string | null;
  readonly files?: MemoryFiles;
  readonly readView?: PageProject["readView"];
  readonly details?: PageProject["details"];
}

export interface NewsOptions {
  readonly status?: Readonly<Record<string, unknown>>;
  readonly isActive?: boolean;
  readonly open?: readonly Finding[];
  readonly blind?: string;
  readonly project?: number;
}

export class PageStage {
  readonly clock = new FakeClock();
  readonly files: MemoryFiles;
  readonly faults: string[] = [];
  readonly site: Site;
  readonly #sights: readonly Sight[];
  #second = 0;

  private constructor(site: Site, files: MemoryFiles, count: number) {
    this.site = site;
    this.files = files;
    this.#sights = Array.from({ length: count }, () => new Sight());
  }

  static async open(options: StageOptions = {}): Promise<PageStage> {
    const { names = ["shop"], host = null, files = projectFiles(), readView, details } = options;
    const config = configOf(smallest);
    const holder: { stage?: PageStage } = {};
    const site = await Site.open({
      projects: names.map((name) => ({
        key: name,
        name,
        host,
        config: () => config,
        files: host === null ? files : null,
        details: details ?? new DetailsHere(files, { config: () => config, defenses }),
        readView: readView ?? (() => Promise.resolve(null)),
      })),
      tools: {
        version: "1.2.3",
        clock: { now: () => holder.stage!.clock.now(), monotonic: () => holder.stage!.clock.monotonic() },
        defenses,
        detectorNames: () => ["hung"],
        asset: (path) => `/* ${path} */`,
      },
      door: { hosts: [], token: null, ...options.door },
      onFault: (reason) => holder.stage!.faults.push(reason),
    });
    return holder.stage = new PageStage(site, files, names.length);
  }

  get desk(): Desk {
    return this.site.desks[0]!;
  }

  /** An event of the next second. */
  event(event: string, fields: Readonly<Record<string, unknown>> = {}): RecordedEvent {
    const ts = new Date(Date.parse("2026-11-21T09:00:00Z") + 1000 * this.#second++).toISOString();
    return { ts, event, ...fields };
  }

  /** The events of a round that is over. */
  round(number: number, verdict = "ok", fields: Readonly<Record<string, unknown>> = {}): RecordedEvent[] {
    const round_num = number;
    return [
      this.event("round_start", { round_num, phase: null }),
      this.event("agent_spawn", { round_num, timeout_s: 600, pid: 9 }),
      this.event("agent_exit", { round_num, exit_code: 0, duration_s: 5, timed_out: false, exit_cause: "clean" }),
      this.event("round_verdict", { round_num, verdict, summary: "It is done", ...fields }),
      this.event("round_changes", {
        round_num,
        commits: 1,
        head_after: "a".repeat(40),
        files_changed: 2,
        insertions: 3,
        deletions: 1,
      }),
      this.event("round_end", { round_num }),
      this.event("agent_usage_recorded", {
        round_num,
        agent: "claude",
        model: "m",
        input_tokens: 10,
        output_tokens: 5,
        cost_usd: 0.5,
      }),
    ];
  }

  /** One look brings this. */
  bring(events: readonly RecordedEvent[], options: NewsOptions = {}): void {
    const { status = {}, isActive = true, open = [], blind, project = 0 } = options;
    const at = this.clock.now();
    const lines = events.map((event) => ({ line: JSON.stringify(event), event }));
    const look = { at, events: lines, metrics: [], status, isActive, roundLogBytes: null };
    const sight = this.#sights[project]!;
    if (blind === undefined) sight.takeLook(look);
    else sight.takeBlind({ at, reason: blind });
    const troubles = open.map((finding) => ({ detector: "hung", action: "none" as const, finding, raisedAt: at }));
    this.site.desks[project]!.take(
      { look: blind === undefined ? look : null, sight: sight.of(at), open: troubles },
      { at: this.clock.monotonic() },
    );
  }

  async ask(
    path: string,
    options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const headers = { host: "localhost:8765", ...options.headers };
    return await this.site.answer(
      new Request(`http://localhost:8765${path}`, { method: options.method ?? "GET", headers }),
    );
  }

  async text(path: string): Promise<string> {
    return await (await this.ask(path)).text();
  }

  // deno-lint-ignore no-explicit-any -- a test looks into what it asked for
  async json(path: string): Promise<any> {
    return await (await this.ask(path)).json();
  }

  [Symbol.dispose](): void {
    this.site.close();
  }
}

/** Reads messages of a stream as they come. */
export class StreamReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  constructor(response: Response) {
    this.#reader = response.body!.getReader();
  }

  /** The next message of this kind; others are passed over. */
  async next(kind: string): Promise<{ readonly id: string | null; readonly data: Record<string, unknown> }> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) throw new Error(`the stream is over before '${kind}'`);
        this.#text += new TextDecoder().decode(value);
        continue;
      }
      const lines = this.#text.slice(0, end).split("\n");
      this.#text = this.#text.slice(end + 2);
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
      if (field("event") === kind) return { id: field("id"), data: JSON.parse(field("data")!) };
    }
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}
