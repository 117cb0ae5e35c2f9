// Runs inside a network namespace of its own: the mock, and two rounds of the real agent under the real program. Prints what came of it.
import { Project } from "../project.ts";
import { claudeCommand, claudeEnvironment } from "./claude_cli.ts";
import { MockAnthropic, type Step } from "./mock_anthropic.ts";

/** What the test outside asserts on. */
export interface Report {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** File name to content, of the files the agent was told to write. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly commits: readonly string[];
  readonly dirty: string;
  /** Number of requests and the prompt's beginning as the provider saw them, per conversation. */
  readonly conversations: readonly { readonly requests: number; readonly hasPrompt: boolean }[];
  /** Commands that the agent's tools were seen running. */
  readonly seen: readonly string[];
  readonly left: readonly string[];
  readonly outside: boolean;
}

const marker = "Write the file of this round, then commit it.";

/** What the model tells the agent to do, and how long a round may take. */
interface Scenario {
  readonly rounds: number;
  readonly timeoutSeconds: number;
  steps(work: string, conversation: number): readonly Step[];
}

const scenarios: Readonly<Record<string, Scenario>> = {
  work: {
    rounds: 2,
    timeoutSeconds: 120,
    steps: (work, number) => [
      write(`${work}/round-${number}.txt`, `made in round ${number}\n`),
      bash(`git add -A && git commit -q -m 'Round ${number}' && echo committed`),
      { kind: "text", text: "The file is written and committed." },
    ],
  },
  hang: {
    rounds: 1,
    timeoutSeconds: 8,
    steps: (work, number) => [
      write(`${work}/round-${number}.txt`, `made in round ${number}\n`),
      bash("echo begun; (setsid sleep 302 &); sleep 301 & sleep 303; echo over"),
      { kind: "text", text: "This is never said." },
    ],
  },
};

function write(path: string, content: string): Step {
  return { kind: "tool", name: "Write", input: { file_path: path, content } };
}

function bash(command: string): Step {
  return { kind: "tool", name: "Bash", input: { command, description: "Do what was asked" } };
}

async function report(binary: string, scenario: Scenario): Promise<Report> {
  const options = {
    agent: { command: claudeCommand(binary) },
    runtime: { round_timeout_s: scenario.timeoutSeconds, linger_s: 20 },
    prompt: `${marker}\n`.repeat(20),
  };
  await using project = await Project.make(options);
  const mock = new MockAnthropic((conversation) => scenario.steps(project.work, conversation));
  try {
    project.writeConfig({ ...options, agentEnv: { ...claudeEnvironment(mock.url), TMPDIR: project.root } });
    await project.git("commit", "-q", "-a", "-m", "config");
    const serve = project.start("serve", "--max-rounds", `${scenario.rounds}`);
    const seen = new Set<string>();
    const isOver = serve.ended(150_000);
    while (!serve.isOver) {
      for (const { command } of await project.processes()) seen.add(/^sleep \d+/.exec(command)?.[0] ?? "");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const outcome = await isOver;
    const numbers = [...new Set(mock.requests.map(({ conversation }) => conversation))].filter((number) => number > 0);
    return {
      ...outcome,
      events: project.events(),
      files: Object.fromEntries(numbers.map((n) => [`round-${n}.txt`, textOf(`${project.work}/round-${n}.txt`)])),
      commits: (await project.git("log", "--format=%s")).trim().split("\n"),
      dirty: await project.git("status", "--porcelain"),
      conversations: numbers.map((number) => {
        const requests = mock.requests.filter(({ conversation }) => conversation === number);
        return { requests: requests.length, hasPrompt: requests.every(({ prompt }) => prompt.includes(marker)) };
      }),
      seen: [...seen].filter((command) => command !== "").sort(),
      left: (await project.processes()).map(({ command }) => command),
      outside: await reachesOutside(),
    };
  } finally {
    await mock.stop();
  }
}

function textOf(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}

/** Whether anything but the loopback interface can be reached: an address of the documentation range, never routed. */
async function reachesOutside(): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "192.0.2.1", port: 9, signal: AbortSignal.timeout(500) } as Deno.ConnectOptions))
      .close();
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && /unreachable/i.test(thrown.message));
  }
}

const [binary, name] = Deno.args;
const told = JSON.stringify(await report(binary!, scenarios[name!]!));
await new Response(`${told}\n`).body!.pipeTo(Deno.stdout.writable);
