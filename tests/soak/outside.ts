// A busy loop with all that hangs on it from outside: a sink for notices, a collector, readers of the page; each dies and returns.
import { Random } from "../chaos/random.ts";
import { NoticeServer } from "../e2e/notify_server.ts";
import { Project } from "../e2e/project.ts";
import { Collector } from "../fakes/telemetry_collector.ts";
import { sleep } from "./episodes.ts";
import { checkOutside } from "./outside_checks.ts";
import { PageReader } from "./page_reader.ts";
import { count, take } from "./report.ts";
import type { Totals } from "./report.ts";
import type { RunOptions } from "./run.ts";

const readers = 3;
/** An hour of it is below the rate that a sink may be given. */
const noticeMs = 4000;
/** What waits is tried again at growing distances. */
const drainMs = 240_000;

/** Runs it until the time is over, then lets all get what they missed, and compares. */
export async function soakOutside(totals: Totals, { until, log }: RunOptions): Promise<void> {
  await using server = new NoticeServer();
  await using collector = Collector.start();
  const toml = `[notify.hook]\nkind = "webhook"\nurl = "${server.url}/hook"\ntopics = ["alert"]\nmax_per_hour = 1000\n`;
  const plain = { mode: "clean", runtime: { restart_delay_s: 2 } };
  await using project = await Project.make({
    ...plain,
    toml,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_EXPORTER_OTLP_TIMEOUT: "1000" },
  });
  // What the loop is like with nobody outside, on the same machine at the same time.
  await using alone = await Project.make(plain);
  const random = (what: string) => new Random(totals.seed, "outside", what);
  const note = (trouble: string) => {
    log({ side: "outside", trouble });
    count(totals, `outside: ${trouble}`);
  };
  const serve = project.start("serve", "--page", "0");
  const other = alone.start("serve");
  const url = await project.until("the page", () => /page is at (\S+)/.exec(serve.stdout + serve.stderr)?.[1]);
  await Promise.all([project, alone].map((one) => one.untilKind("round_end")));
  const following = Array.from({ length: readers }, () => new PageReader(url));
  let written = 0;
  const writing = async () => {
    while (performance.now() < until) {
      writeAlert(project, written++);
      await sleep(noticeMs);
    }
  };
  await Promise.all([
    writing(),
    troubleSink(server, { random: random("sink"), until, note }),
    troubleCollector(collector, { random: random("collector"), until, note }),
    ...following.map((reader, i) => troubleReader(reader, { random: random(`reader ${i}`), until, note })),
  ]);
  const isIn = () => server.got.length >= written && following.every(({ alerts }) => alerts.size >= written);
  await project.until("all that was missed", () => isIn() ? true : undefined, drainMs).catch(() => {});
  for (const running of [serve, other]) running.signal("SIGTERM");
  const codes = [(await serve.ended(60_000)).code, (await other.ended(60_000)).code];
  for (const reader of following) await reader.close();
  const checks = checkOutside({
    alerts: written,
    notices: server.fields("text").map(String),
    readers: following,
    rounds: project.ofKind("round_end").map(({ round_num }) => Number(round_num)),
    spans: collector.spans.map(({ attributes }) => Number(attributes["agent_runner.round.number"])),
    dropped: project.ofKind("notify_dropped").length,
    verdicts: project.ofKind("round_verdict").map(({ verdict }) => String(verdict)),
    codes,
    gapsMs: gapsOf(project),
    gapsAloneMs: gapsOf(alone),
  });
  for (const check of checks) take(totals, check);
  count(totals, "outside: notices", server.got.length);
  count(totals, "outside: rounds", project.ofKind("round_end").length);
  count(totals, "outside: connections of readers", following.reduce((sum, { connections }) => sum + connections, 0));
}

function writeAlert(project: Project, number: number): void {
  const now = new Date().toISOString();
  const alert = { detector: `of_test_${number}`, severity: "critical", message: `number ${number}.` };
  const line = JSON.stringify({ ts: now, event: "monitor_alert_emitted", state: "raised", ...alert });
  Deno.writeTextFileSync(`${project.logs}/events-${now.slice(0, 7)}.jsonl`, `${line}\n`, { append: true });
}

/** Milliseconds between the end of a round and the start of the next. */
function gapsOf(project: Project): readonly number[] {
  const ends = new Map(
    project.ofKind("round_end").map(({ round_num, ts }) => [Number(round_num), Date.parse(String(ts))]),
  );
  return project.ofKind("round_start").flatMap(({ round_num, ts }) => {
    const end = ends.get(Number(round_num) - 1);
    return end === undefined ? [] : [Date.parse(String(ts)) - end];
  });
}

interface Trouble {
  readonly random: Random;
  readonly until: number;
  readonly note: (trouble: string) => void;
}

async function troubleSink(server: NoticeServer, { random, until, note }: Trouble): Promise<void> {
  while (performance.now() < until) {
    await sleep(random.whole(2000, 8000));
    const trouble = random.pick(["gone", "errs", "says 429", "hangs"]);
    const lasts = random.whole(500, 5000);
    note(`sink ${trouble}`);
    if (trouble === "gone") {
      await server.close();
      await sleep(lasts);
      server.open();
      continue;
    }
    const held = Promise.withResolvers<void>();
    if (trouble === "errs") server.answer = () => new Response("broken", { status: 500 });
    if (trouble === "says 429") {
      server.answer = () => new Response("", { status: 429, headers: { "Retry-After": "1" } });
    }
    if (trouble === "hangs") server.answer = () => held.promise.then(() => new Response("", { status: 503 }));
    await sleep(lasts);
    server.answer = () => new Response("ok");
    held.resolve();
  }
}

async function troubleCollector(collector: Collector, { random, until, note }: Trouble): Promise<void> {
  while (performance.now() < until) {
    await sleep(random.whole(2000, 8000));
    const trouble = random.pick(["gone", "unavailable", "hang"] as const);
    note(`collector ${trouble}`);
    if (trouble !== "gone") collector.mood = trouble;
    else await collector.close();
    await sleep(random.whole(500, 5000));
    // What hung is let go without being taken, and nothing more begins to hang.
    collector.mood = "unavailable";
    if (trouble === "hang") await collector.close();
    if (trouble !== "unavailable") collector.open();
    collector.mood = "take";
  }
}

async function troubleReader(reader: PageReader, { random, until, note }: Trouble): Promise<void> {
  while (performance.now() < until) {
    await reader.open();
    await sleep(random.whole(1000, 8000));
    if (random.isTrue(0.3)) {
      note("reader stops reading");
      reader.isStuck = true;
      await sleep(random.whole(1000, 5000));
      reader.isStuck = false;
    }
    note("reader gone");
    await reader.close();
    await sleep(random.whole(0, 3000));
  }
  await reader.open();
}
