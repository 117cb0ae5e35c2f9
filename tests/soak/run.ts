// A soak: a busy loop here and one on another machine, both watched through all kinds of trouble, and what was told of it.
import { Random } from "../chaos/random.ts";
import { FarWatch } from "../e2e/far_watch.ts";
import { Project } from "../e2e/project.ts";
import type { ProjectOptions } from "../e2e/project.ts";
import { sshdObstacle } from "../e2e/sshd.ts";
import { playEpisodes } from "./episodes.ts";
import { judged, monitorToml } from "./oracle.ts";
import { soakOutside } from "./outside.ts";
import { count, take } from "./report.ts";
import type { Totals } from "./report.ts";
import { Side } from "./side.ts";
import { makeTrouble } from "./trouble.ts";
import { compare } from "./verdict.ts";
import { knownDetectors } from "../../src/monitor/names.ts";

const others = knownDetectors.filter((name) => !judged.some((one) => one === name));
const plugins = `[plugins]\ndisable = [${others.map((name) => `"${name}"`).join(", ")}]\n`;
/** A connection that is cut again and again must not be given up: that is tested elsewhere. */
const toml = `${
  monitorToml.replace("[monitor]\n", "[monitor]\nremote_failure_tolerance_s = 600\nround_progress_interval_s = 2\n")
}${plugins}`;

const project: ProjectOptions = { mode: "told", agentEnv: { FAKE_GATE: 1, FAKE_SLEEP: 0, FAKE_END: "result" }, toml };

export interface RunOptions {
  /** By `performance.now()`. */
  readonly until: number;
  log(line: Readonly<Record<string, unknown>>): void;
}

/** Runs one soak; what it finds is in `totals`. */
export async function run(totals: Totals, options: RunOptions): Promise<void> {
  await using here = await Project.make(project);
  await using there = sshdObstacle === null ? await FarWatch.make({ toml, project }) : null;
  const sides = [new Side({ name: "here", project: here, near: here, words: [], place: null })];
  if (there === null) totals.leftOut.push(`another machine: ${sshdObstacle}`);
  else {
    const { place, near } = there;
    const words = ["--host", place.label];
    sides.push(new Side({ name: "there", project: place.project, near, words, place }));
  }
  await Promise.all([...sides.map((side) => soak(side, totals, options)), soakOutside(totals, options)]);
}

async function soak(side: Side, totals: Totals, { until, log }: RunOptions): Promise<void> {
  const { name } = side;
  side.play([], "clean");
  side.gate(true);
  side.startServe();
  side.startMonitor();
  await side.project.untilKind("round_end");
  const random = (what: string) => new Random(totals.seed, name, what);
  await Promise.all([
    playEpisodes(side, {
      random: random("episodes"),
      until,
      tell(told) {
        log({ side: name, ...told });
        count(totals, `${told.what.replace(/: (seen|over)$/, "")}`, told.what.endsWith("seen") ? 1 : 0);
        take(totals, told);
      },
    }),
    makeTrouble(side, {
      random: random("trouble"),
      until,
      tell(trouble) {
        log({ side: name, trouble });
        count(totals, `${name}: ${trouble}`);
      },
    }),
  ]);
  await side.endServe();
  await side.endMonitor();
  for (const check of compare(side.evidence())) take(totals, check);
  for (const fault of side.faults) take(totals, { what: `${name}: ends of the monitor`, fault });
  const rounds = side.project.ofKind("round_end").length;
  count(totals, `${name}: rounds`, rounds);
  count(totals, `${name}: alerts told`, side.printed.filter(({ state }) => state === "raised").length);
  count(totals, `${name}: failed connections`, side.count("monitor_remote_blip"));
}
