// Runs inside namespaces of its own: a mock, and the real agent under the real program. Prints a report.
import { Project } from "../project.ts";
import { cliNamed } from "./clis.ts";
import { MockProvider } from "./mock_provider.ts";
import type { RealCli } from "./real_cli.ts";
import { promptLine, type Report } from "./report.ts";
import { type Live, made, type Scenario, type ScenarioName, scenarios, word } from "./scenarios.ts";
import { Script } from "./script.ts";

/** The longest scenario waits for a full minute and the jitter after it. */
const longestMs = 200_000;
const lookMs = 400;

interface Task {
  readonly cli: RealCli;
  readonly scenario: Scenario;
  readonly binary: string;
  /** `PATH` of the agent. */
  readonly path: string;
  readonly hasOwnPids: boolean;
  /** Where logs are kept; empty for nowhere. */
  readonly keep: string;
}

async function run(task: Task): Promise<Report> {
  const { cli, scenario } = task;
  const startedAt = performance.now();
  await using project = await Project.make({ prompt: `${promptLine}\n`.repeat(20) });
  const script = new Script(scenario.steps(cli));
  const mock = new MockProvider(cli.protocol, script);
  try {
    await furnish(project, mock.url, task);
    const rounds = scenario.rounds === null ? [] : ["--max-rounds", `${scenario.rounds}`];
    const serve = project.start("serve", ...rounds);
    const seen = new Set<string>();
    const notes: Record<string, unknown> = {};
    const note = (name: string, value: unknown) => notes[name] = value;
    const [outcome] = await Promise.all([
      serve.ended(longestMs),
      scenario.operator?.({ project, serve, seen, note }),
      scenario.looks ? look({ project, serve, seen }) : undefined,
    ]);
    return {
      ...outcome,
      seconds: (performance.now() - startedAt) / 1000,
      events: project.events(),
      file: textOf(`${project.work}/${made.file}`),
      commits: (await project.git("log", "--format=%s")).trim().split("\n"),
      dirty: await project.git("status", "--porcelain"),
      requests: mock.requests.map(({ at, step, text }) => ({
        at,
        step,
        hasPrompt: text.includes(promptLine),
        recalls: text.includes(word),
      })),
      resets: script.resets,
      seen: [...seen].sort(),
      left: task.hasOwnPids ? await everyOther() : (await project.processes()).map(({ command }) => command),
      isLeftComplete: task.hasOwnPids,
      reachesOutside: await reachesOutside(),
      notes,
    };
  } finally {
    if (task.keep !== "") keepLogs(project, task.keep);
    await mock.stop();
  }
}

/** Writes the configuration and the agent's own settings. */
async function furnish(project: Project, url: string, { cli, scenario, binary, path }: Task): Promise<void> {
  const home = `${project.root}/home`;
  const place = { home, url };
  for (const folder of ["tmp", "config", "data", "state", "cache"]) {
    Deno.mkdirSync(`${project.root}/${folder}`, { recursive: true });
  }
  for (const [file, text] of Object.entries(cli.settings(place))) {
    Deno.mkdirSync(`${home}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${home}/${file}`, text);
  }
  project.writeConfig({
    agent: { command: cli.command(binary), ...cli.agent, ...scenario.agent },
    runtime: { round_timeout_s: 120, linger_s: 20, stop_grace_s: 3, ...scenario.runtime },
    agentEnv: {
      PATH: path,
      TMPDIR: `${project.root}/tmp`,
      XDG_CONFIG_HOME: `${home}/.config`,
      XDG_DATA_HOME: `${home}/.local/share`,
      XDG_STATE_HOME: `${home}/.local/state`,
      XDG_CACHE_HOME: `${home}/.cache`,
      ...cli.environment(place),
      ...scenario.isLimit ? cli.limitEnvironment : {},
    },
  });
  const file = `${project.work}/agent-runner.toml`;
  // The program itself is to know the agent by its executable.
  Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace(/^reader = .*\n/m, ""));
  // Some agents run git without the configuration of the home folder.
  await project.git("config", "user.name", "Agent");
  await project.git("config", "user.email", "agent@example.invalid");
  await project.git("commit", "-q", "-a", "-m", "config");
}

/** Watches which of the agent's tools run. */
async function look({ project, serve, seen }: Pick<Live, "project" | "serve"> & { readonly seen: Set<string> }) {
  while (!serve.isOver) {
    for (const { command } of await project.processes()) {
      const found = /^sleep \d+/.exec(command)?.[0];
      if (found !== undefined) seen.add(found);
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** Every process of this namespace but for those that run the scenario. */
async function everyOther(): Promise<string[]> {
  const ps = new Deno.Command("ps", { args: ["-eo", "pid=,stat=,args="], stdout: "piped" }).spawn();
  const mine = new Set([1, Deno.pid, ps.pid]);
  const text = new TextDecoder().decode((await ps.output()).stdout);
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    const isOther = match !== null && !mine.has(Number(match[1])) && !match[2]!.startsWith("Z");
    return isOther ? [match[3]!.slice(0, 120)] : [];
  });
}

/** Whether anything but the loopback interface can be reached: an address of the documentation range, never routed. */
async function reachesOutside(): Promise<boolean> {
  try {
    const options = { hostname: "192.0.2.1", port: 9, signal: AbortSignal.timeout(500) };
    (await Deno.connect(options as Deno.ConnectOptions)).close();
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && /unreachable/i.test(thrown.message));
  }
}

function keepLogs(project: Project, folder: string): void {
  Deno.mkdirSync(folder, { recursive: true });
  new Deno.Command("cp", { args: ["-r", project.logs, `${project.work}/agent-runner.toml`, folder] }).outputSync();
}

function textOf(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}

const [cliName, scenarioName, binary, path, pids, keep] = Deno.args;
const report = await run({
  cli: cliNamed(cliName!),
  scenario: scenarios[scenarioName as ScenarioName],
  binary: binary!,
  path: path!,
  hasOwnPids: pids === "own-pids",
  keep: keep ?? "",
});
await new Response(`${JSON.stringify(report)}\n`).body!.pipeTo(Deno.stdout.writable);
