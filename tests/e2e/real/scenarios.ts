// What a real agent goes through: the provider's steps, the supervisor's settings, and what the operator does meanwhile.
import type { Project, Running } from "../project.ts";
import type { RealCli } from "./real_cli.ts";
import type { Step } from "./script.ts";

/** A running scenario, as the operator has it before them. */
export interface Live {
  readonly project: Project;
  readonly serve: Running;
  /** Commands of the project that were seen running, without their arguments' ends. */
  readonly seen: ReadonlySet<string>;
  /** Keeps a fact for the report. */
  note(name: string, value: unknown): void;
}

export interface Scenario {
  steps(cli: RealCli): readonly Step[];
  /** `--max-rounds`; null: until it stops by itself. */
  readonly rounds: number | null;
  readonly agent?: Readonly<Record<string, unknown>>;
  readonly runtime?: Readonly<Record<string, unknown>>;
  /** The CLI needs the environment in which it shows limits. */
  readonly isLimit?: boolean;
  /** Commands of `Live.seen` are looked for. */
  readonly looks?: boolean;
  readonly operator?: (live: Live) => Promise<void>;
}

export const made = { file: "made.txt", content: "made by the agent\n", commit: "Made by the agent" } as const;

/** What the model says in the first round, to be found again where a session goes on. */
export const word = "The word is heron.";

const work: readonly Step[] = [
  {
    kind: "shell",
    command: `printf 'made by the agent\\n' > ${made.file} && git add -A && git commit -q -m '${made.commit}'`,
  },
  { kind: "text", text: "The file is written and committed." },
];

/** A tool that never comes back, with a child in the background and one in a session of its own. */
const endless: Step = {
  kind: "shell",
  command: "echo begun; (setsid sleep 302 &); sleep 301 & sleep 303; echo over",
};

export const endlessCommands = ["sleep 301", "sleep 302", "sleep 303"] as const;

const refused: Step = { kind: "refuse", reason: "credentials" };
const overloaded: Step = { kind: "refuse", reason: "overload" };

/** Long enough that a wait is seen, whatever else the machine does. */
const patienceMs = 100_000;

export const scenarios = {
  work: { steps: () => work, rounds: 1 },
  session: {
    steps: () => [{ kind: "text", text: word }, { kind: "text", text: "It was heron." }],
    rounds: 2,
    agent: { session: "resume" },
  },
  login: { steps: () => [refused], rounds: 1 },
  login_twice: { steps: () => [refused], rounds: null, operator: retryAfterFirstRefusal },
  limit: {
    steps: ({ limit }) => [{ kind: "limit", limit }, ...work],
    rounds: 2,
    isLimit: true,
    operator: seeTheWait,
  },
  short_limit: { steps: () => [{ kind: "limit", limit: { seconds: 20 } }, ...work], rounds: 1 },
  overload: { steps: () => [overloaded, overloaded, ...work], rounds: 1 },
  hang: { steps: () => [{ kind: "hang" }], rounds: 1, runtime: { round_timeout_s: 40 } },
  stop: { steps: () => [endless], rounds: null, looks: true, operator: stopInTool },
  wall: { steps: () => [endless], rounds: 1, looks: true, runtime: { round_timeout_s: 20 } },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;

async function seeTheWait({ project, serve, note }: Live): Promise<void> {
  const waiting = await project.until("the wait to show", () => {
    const status = serve.isOver ? {} : statusOf(project);
    return project.ofKind("transient_error_detected").length > 0 ? status.waiting : undefined;
  }, patienceMs);
  note("waiting", waiting);
  note("wait", JSON.parse(Deno.readTextFileSync(`${project.logs}/wait.json`)));
  const { until_epoch: until } = waiting as { readonly until_epoch: number };
  // Nobody has time for more than a short one.
  if (until - Date.now() / 1000 > 180) note("retry_now", await project.run(["retry-now"]));
}

async function retryAfterFirstRefusal({ project, note }: Live): Promise<void> {
  await project.untilKind("round_verdict", 1, patienceMs);
  note("waiting", await project.until("the pause to show", () => statusOf(project).waiting));
  note("retry_now", await project.run(["retry-now"]));
}

async function stopInTool({ project, serve, seen }: Live): Promise<void> {
  await project.until("the tool to run", () => endlessCommands.every((command) => seen.has(command)), patienceMs);
  serve.signal("SIGTERM");
  await project.until("the first request to be taken", () => /SIGTERM/.test(serve.stdout + serve.stderr), 5000);
  serve.signal("SIGTERM");
}

function statusOf(project: Project): Record<string, unknown> {
  try {
    return project.status();
  } catch {
    return {};
  }
}
