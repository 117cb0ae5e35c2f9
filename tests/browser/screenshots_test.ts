// Takes the pictures of the page that the documents show; only when AGENT_RUNNER_SCREENSHOTS is 1.
import { launch, openPage, PageProject, roundEvents, writeEvents } from "./browser.ts";

const folder = new URL("../../docs/images/", import.meta.url).pathname;
const isAsked = Deno.env.get("AGENT_RUNNER_SCREENSHOTS") === "1";
const hourMs = 3600_000;

const said = [
  "\u001b[1mRunning the tests of the parser\u001b[0m",
  "\u001b[32mok\u001b[0m   42 passed  \u001b[2m(1.8s)\u001b[0m",
  "\u001b[31mfail\u001b[0m parse() keeps the last line without a newline",
  "  expected 3 lines, got 2",
  "\u001b[33mReading src/parser.ts\u001b[0m",
  "The loop ends before what is left is pushed. I move that behind it.",
];

function prepare(logs: string): void {
  const verdicts: Readonly<Record<number, [string, string]>> = {
    9: ["limit", "The account's usage limit is reached; it resets at 04:00."],
    17: ["hung", "Claude Code was not done when the round's time was over."],
    23: ["transient", "The provider is overloaded (529)."],
  };
  const beganAt = Date.now() - 26 * hourMs;
  for (let number = 1; number <= 38; number++) {
    const [verdict, summary] = verdicts[number] ?? ["ok", `Claude Code finished in ${8 + number * 7 % 30} turns.`];
    const phase = number % 4 === 0 ? "review" : "build";
    writeEvents(logs, roundEvents(number, { at: beganAt + number * 0.66 * hourMs, verdict, summary, phase }));
  }
  const startedAt = Date.now() - 372_000;
  const ts = new Date(startedAt).toISOString();
  writeEvents(logs, [
    { ts, event: "round_start", round_num: 39, phase: "build" },
    { ts, event: "agent_spawn", round_num: 39, timeout_s: 1800, pid: 4039 },
    {
      ts: new Date(Date.now() - 9000).toISOString(),
      event: "round_progress",
      round_num: 39,
      log_size_kb: 48,
      last_write_age_s: 1,
      wall_age_s: 363,
    },
  ]);
  const status = {
    schema: 2,
    round_num: 39,
    running: true,
    agent: "claude",
    agent_version: "2.1.329",
    last_exit_code: 0,
    current: { number: 39, id: "x", phase: "build", state: "running", started_at: ts, log: "rounds/R39-x.log" },
  };
  Deno.writeTextFileSync(`${logs}/status.json`, JSON.stringify(status));
  Deno.writeTextFileSync(`${logs}/round-current.log`, `${said.join("\n")}\n`);
  const resetsAt = Math.round(Date.now() / 1000) + 7400;
  const history = [["five_hour", 0.58, resetsAt], ["seven_day", 0.31, resetsAt + 300_000]]
    .map(([name, utilization, resets_at]) => ({ name, utilization, resets_at }));
  Deno.writeTextFileSync(`${logs}/pace.json`, JSON.stringify({ history }));
  Deno.writeTextFileSync(`${logs}/agent-runner.lock`, "");
  const sample = {
    ts: new Date().toISOString(),
    event: "periodic",
    mem_available_mb: 3120,
    disk_used_pct: 41,
    disk_free_gb: 60,
  };
  const month = new Date().toISOString().slice(0, 7);
  Deno.writeTextFileSync(`${logs}/metrics-${month}.jsonl`, `${JSON.stringify(sample)}\n`);
}

Deno.test({
  name: "the page has its picture taken",
  ignore: !isAsked,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const browser = await launch();
    await using shop = await PageProject.open(({ logs }) => {
      prepare(logs);
      const held = Deno.openSync(`${logs}/agent-runner.lock`, { read: true, write: true });
      held.lockSync(true);
    });
    Deno.mkdirSync(folder, { recursive: true });
    const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 1360 } };
    for (const [name, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page } = await openPage(browser, shop.url, { viewport, colorScheme });
        await page.waitForSelector("#charts-drawn canvas");
        await page.waitForFunction("document.getElementById('live').textContent === 'Live'");
        await page.screenshot({ path: `${folder}page-${name}-${colorScheme}.png` });
        await page.context().close();
      }
    }
    await browser.close();
  },
});
