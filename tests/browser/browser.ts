// A real Chromium and a page of a real monitor over a log folder that the test writes.
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { Project, type Running } from "../e2e/project.ts";

const candidates = [
  Deno.env.get("AGENT_RUNNER_CHROMIUM") ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** The browser of this machine. Throws when there is none: the step that runs these tests needs one. */
export async function launch(): Promise<Browser> {
  const executablePath = candidates.find((path) => {
    try {
      return path !== "" && Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  if (executablePath === undefined) {
    throw new Error("There is no Chromium: apt-get install chromium, or name one in AGENT_RUNNER_CHROMIUM");
  }
  return await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A project with a page of its own. */
export class PageProject implements AsyncDisposable {
  readonly project: Project;
  readonly url: string;
  readonly monitor: Running;
  #second = 0;
  readonly #startedAt: number;

  private constructor(project: Project, options: { readonly url: string; readonly monitor: Running }) {
    this.project = project;
    this.url = options.url;
    this.monitor = options.monitor;
    this.#startedAt = Date.now();
  }

  /** @param prepare writes what is there before the page is opened */
  static async open(prepare: (project: Project) => void = () => {}): Promise<PageProject> {
    const project = await Project.make();
    Deno.mkdirSync(`${project.logs}/rounds`, { recursive: true });
    prepare(project);
    const monitor = project.start("monitor", "--mode", "http", "--port", "0");
    const [, url] = await project.until("the page", () => /page is at (\S+)/.exec(monitor.stdout));
    return new PageProject(project, { url: url!, monitor });
  }

  /** Writes an event of this moment. */
  event(kind: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const ts = new Date(this.#startedAt + this.#second++).toISOString();
    writeEvents(this.project.logs, [{ ts, event: kind, ...fields }]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]();
  }
}

/** Appends to the log of the month. */
export function writeEvents(logs: string, events: readonly Readonly<Record<string, unknown>>[]): void {
  const month = new Date().toISOString().slice(0, 7);
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join("");
  Deno.writeTextFileSync(`${logs}/events-${month}.jsonl`, text, { append: true });
}

/** The events of a round that is over, as the loop writes them. */
export function roundEvents(
  number: number,
  options: {
    readonly at: number;
    readonly verdict?: string;
    readonly summary?: string;
    readonly phase?: string | null;
  },
): readonly Readonly<Record<string, unknown>>[] {
  const { at, verdict = "ok", summary = "Claude Code finished in 12 turns.", phase = null } = options;
  const round_num = number;
  const seconds = 240 + (number * 97) % 900;
  const isOk = verdict === "ok";
  const ts = (offset: number) => new Date(at + offset * 1000).toISOString();
  const usage = { input_tokens: 900 + number % 70, output_tokens: 4000 + (number * 331) % 9000, cached_tokens: 60_000 };
  return [
    { ts: ts(0), event: "round_start", round_num, phase },
    { ts: ts(0), event: "agent_spawn", round_num, timeout_s: 1800, pid: 4000 + number },
    {
      ts: ts(seconds),
      event: "agent_exit",
      round_num,
      exit_code: isOk ? 0 : 1,
      duration_s: seconds,
      timed_out: false,
      exit_cause: isOk ? "clean" : "error",
    },
    {
      ts: ts(seconds),
      event: "round_verdict",
      round_num,
      verdict,
      summary,
      evidence: [],
      resets_at: null,
      retry_after_s: null,
      needs_human: false,
      session_id: null,
    },
    {
      ts: ts(seconds),
      event: "round_changes",
      round_num,
      change: "some",
      commits: isOk ? 1 : 0,
      head_after: number.toString(16).padStart(40, "a1c9e"),
      files_changed: 3,
      insertions: 40 + number % 60,
      deletions: number % 20,
      unchanged_rounds: 0,
    },
    { ts: ts(seconds), event: "round_end", round_num },
    {
      ts: ts(seconds),
      event: "agent_usage_recorded",
      round_num,
      agent: "claude",
      model: "fake-1",
      ...usage,
      cost_usd: 0.2 + (number * 13 % 70) / 100,
      success: isOk,
    },
  ];
}

/** A page of the browser, and everything it complained about. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly complaints: string[]; readonly foreign: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, foreign };
}
