// Proves the main job on real agents: CLIs from npm, each against a mock of its provider and without a network.
import { checkAll, checks } from "./real/checks.ts";
import { clis } from "./real/clis.ts";
import { apart, runApart } from "./real/namespace.ts";
import { Pool } from "./real/pool.ts";
import type { RealCli } from "./real/real_cli.ts";
import type { Report } from "./real/report.ts";
import type { ScenarioName } from "./real/scenarios.ts";

/** What is tried, with whom if not with all; what waits longest comes first. */
const plan: readonly { readonly scenario: ScenarioName; readonly shows: string; readonly only?: readonly string[] }[] =
  [
    { scenario: "limit", shows: "waits for the end of a limit and goes on with" },
    { scenario: "short_limit", shows: "leaves a limit of 20 seconds to", only: ["gemini", "opencode"] },
    { scenario: "hang", shows: "ends a round without an answer to" },
    { scenario: "wall", shows: "ends, at its wall, every process that a tool started of", only: ["claude", "codex"] },
    { scenario: "stop", shows: "ends, when it is told to stop, every process that a tool started of" },
    { scenario: "session", shows: "goes on with one session of" },
    { scenario: "overload", shows: "lets the provider's bad minutes pass with" },
    { scenario: "login", shows: "sees that the login was refused to" },
    { scenario: "login_twice", shows: "stops by itself when the login was refused twice to", only: ["claude"] },
    { scenario: "work", shows: "has a file changed and committed by" },
  ];

/** Most of them wait most of the time. */
const abreast = 6;

const place = apart();
/** For work on one of them, e.g. `codex limit`. */
const chosen = Deno.env.get("AGENT_RUNNER_REAL_ONLY") ?? "";
const pool = new Pool<Report>(abreast);

function test(cli: RealCli, { scenario, shows }: typeof plan[number]): void {
  const name = `serve ${shows} ${cli.title} ${cli.program.version}`;
  const task = `${cli.name} ${scenario}`;
  const obstacle = "obstacle" in place ? place.obstacle : task.includes(chosen) ? null : "it was not chosen";
  if (!("obstacle" in place) && obstacle === null) pool.add(task, () => runApart(cli, scenario, place.flags));
  Deno.test({
    name: obstacle === null ? name : `${name} (not run: ${obstacle})`,
    ignore: obstacle !== null,
    // The others run meanwhile.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const report = await pool.of(task);
      checkAll(report);
      checks[scenario](report, cli);
    },
  });
}

for (const trial of plan) {
  for (const cli of clis) {
    if (trial.only?.includes(cli.name) ?? true) test(cli, trial);
  }
}
