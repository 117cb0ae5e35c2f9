// A throw-away project for end-to-end tests: work tree, configuration, scripted agent, and the program run on it.
import { fakeAgent } from "./paths.ts";
import { program } from "./program.ts";

export interface ProjectOptions {
  /** `FAKE_MODE` of the scripted agent. */
  readonly mode?: string;
  /** One mode per round, instead of `mode`. */
  readonly plan?: readonly string[];
  /** Further environment of the agent. */
  readonly agentEnv?: Readonly<Record<string, string | number>>;
  /** Keys of [runtime] over the defaults. */
  readonly runtime?: Readonly<Record<string, unknown>>;
  /** Keys of [agent] over the defaults. */
  readonly agent?: Readonly<Record<string, unknown>>;
  /** Further lines of the TOML. */
  readonly toml?: string;
  readonly prompt?: string;
  /** Absolute, or relative to the work tree. */
  readonly logDir?: string;
  /** Environment of the program itself. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type EventRecord = Readonly<Record<string, unknown>> & { readonly event: string };

const longPrompt = "You are the agent of a test. Do what the test asks of you.\n".repeat(12);

/** One project; `using` removes it and ends what it started. */
export class Project implements AsyncDisposable {
  readonly root: string;
  readonly work: string;
  readonly logs: string;
  readonly out: string;
  /** Folder in which the program is started. */
  cwd: string;
  readonly tag = `e2e-${crypto.randomUUID()}`;
  readonly env: Record<string, string>;
  #children: Running[] = [];

  private constructor(options: ProjectOptions) {
    this.root = Deno.makeTempDirSync({ prefix: "agent-runner-e2e-" });
    this.work = `${this.root}/proj`;
    this.cwd = this.work;
    const { logDir = `${this.root}/logs` } = options;
    this.logs = logDir.startsWith("/") ? logDir : `${this.work}/${logDir}`;
    this.out = `${this.root}/out`;
    for (const folder of [this.work, this.out, `${this.work}/prompts`, `${this.root}/home`]) {
      Deno.mkdirSync(folder, { recursive: true });
    }
    this.env = {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      HOME: `${this.root}/home`,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
      E2E_TAG: this.tag,
      GIT_CONFIG_NOSYSTEM: "1",
      ...options.env,
    };
    Deno.writeTextFileSync(
      `${this.root}/home/.gitconfig`,
      "[user]\n\tname = t\n\temail = t@example.invalid\n[init]\n\tdefaultBranch = main\n",
    );
    Deno.writeTextFileSync(`${this.work}/prompts/main.md`, options.prompt ?? longPrompt);
    this.writeConfig(options);
  }

  static async make(options: ProjectOptions = {}): Promise<Project> {
    const project = new Project(options);
    await project.git("init", "-q");
    await project.git("add", "-A");
    await project.git("commit", "-q", "-m", "base");
    return project;
  }

  writeConfig(options: ProjectOptions): void {
    const plan = options.plan ? { FAKE_PLAN: options.plan.join(" ") } : {};
    const agentEnv = { FAKE_OUT: this.out, FAKE_MODE: options.mode ?? "clean", ...plan, ...options.agentEnv };
    const agent = {
      command: [fakeAgent],
      prompt_arg_template: [],
      prompt_delivery: "stdin",
      reader: "claude",
      ...options.agent,
    };
    const runtime = {
      work_dir: ".",
      log_dir: this.logs,
      round_timeout_s: 60,
      restart_delay_s: 1,
      stop_grace_s: 1,
      ...options.runtime,
    };
    const text = [
      "[agent]",
      ...tomlLines(agent),
      "[agent.env]",
      ...tomlLines(Object.fromEntries(Object.entries(agentEnv).map(([k, v]) => [k, String(v)]))),
      "[runtime]",
      ...tomlLines(runtime),
      "[prompt]",
      'file = "./prompts/main.md"',
      options.toml ?? "",
      "",
    ].join("\n");
    Deno.writeTextFileSync(`${this.work}/agent-runner.toml`, text);
  }

  /** Starts the program and goes on. */
  start(...args: string[]): Running {
    const [file, ...words] = [...program(), ...args];
    const child = new Deno.Command(file!, {
      args: words,
      cwd: this.cwd,
      env: this.env,
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const running = new Running(child);
    this.#children.push(running);
    return running;
  }

  /** Runs the program to its end; fails the test when it takes too long. */
  async run(args: readonly string[], options: { readonly timeoutMs?: number } = {}): Promise<Outcome> {
    return await this.start(...args).ended(options.timeoutMs ?? 45_000);
  }

  events(): EventRecord[] {
    const events: EventRecord[] = [];
    for (const name of names(this.logs).filter((n) => n.startsWith("events-"))) {
      for (const line of Deno.readTextFileSync(`${this.logs}/${name}`).split("\n")) {
        try {
          const parsed = JSON.parse(line);
          if (typeof parsed === "object" && parsed !== null && "event" in parsed) events.push(parsed);
        } catch {
          // Torn and foreign lines are part of some tests.
        }
      }
    }
    return events;
  }

  ofKind(kind: string): EventRecord[] {
    return this.events().filter((event) => event.event === kind);
  }

  status(): Record<string, unknown> {
    return JSON.parse(Deno.readTextFileSync(`${this.logs}/status.json`));
  }

  roundLog(number: number): string {
    const name = names(`${this.logs}/rounds`).find((n) => n.startsWith(`R${number}-`) && n.endsWith(".log"));
    return name ? Deno.readTextFileSync(`${this.logs}/rounds/${name}`) : "";
  }

  /** Waits for a condition; fails with its name when it does not come. */
  async until<T>(what: string, condition: () => T | null | undefined | false, timeoutMs = 20_000): Promise<T> {
    const end = Date.now() + timeoutMs;
    while (Date.now() < end) {
      const value = condition();
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(
      `waited ${timeoutMs} ms in vain for: ${what}\nevents: ${this.events().map((e) => e.event).join(" ")}`,
    );
  }

  async untilKind(kind: string, count = 1, timeoutMs = 20_000): Promise<EventRecord> {
    return await this.until(`${count} x ${kind}`, () => this.ofKind(kind)[count - 1], timeoutMs);
  }

  /** Waits until the scripted agent of some round runs. */
  async untilAgent(): Promise<void> {
    await this.until("the agent to start", () => exists(`${this.out}/started`));
  }

  /** Live processes of this project but for the program's own, found by their environment. */
  async processes(): Promise<{ readonly pid: number; readonly command: string }[]> {
    const ps = new Deno.Command("ps", {
      args: ["axeww", "-o", "pid=,stat=,args="],
      stdout: "piped",
      env: { LC_ALL: "C" },
    });
    const text = new TextDecoder().decode((await ps.output()).stdout);
    return text.split("\n").filter((line) => line.includes(`E2E_TAG=${this.tag}`)).flatMap((line) => {
      const match = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line);
      return match && !match[2]!.startsWith("Z") ? [{ pid: Number(match[1]), command: match[3]!.slice(0, 120) }] : [];
    });
  }

  async git(...args: string[]): Promise<string> {
    const git = new Deno.Command("git", {
      args,
      cwd: this.work,
      env: this.env,
      clearEnv: true,
      stdout: "piped",
      stderr: "piped",
    });
    const output = await git.output();
    if (!output.success) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(output.stderr)}`);
    return new TextDecoder().decode(output.stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill();
    for (let attempt = 0; attempt < 20; attempt++) {
      const left = await this.processes();
      if (left.length === 0) break;
      for (const { pid } of left) signal(pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await Promise.all(this.#children.map((child) => child.settled()));
    Deno.removeSync(this.root, { recursive: true });
  }
}

/** A started program with its output so far. */
export class Running {
  readonly pid: number;
  stdout = "";
  stderr = "";
  #child: Deno.ChildProcess;
  #done: Promise<Outcome>;
  #isOver = false;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.pid = child.pid;
    const out = collect(child.stdout, (text) => this.stdout += text);
    const err = collect(child.stderr, (text) => this.stderr += text);
    this.#done = Promise.all([child.status, out, err]).then(([status]) => {
      this.#isOver = true;
      return { code: status.signal === null ? status.code : -1, stdout: this.stdout, stderr: this.stderr };
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  kill(): void {
    signal(this.pid, "SIGKILL");
  }

  async ended(timeoutMs = 45_000): Promise<Outcome> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.kill();
        reject(new Error(`not ended after ${timeoutMs} ms\nstdout: ${this.stdout}\nstderr: ${this.stderr}`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([this.#done, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async settled(): Promise<void> {
    await this.#done;
  }
}

async function collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
}

export function signal(pid: number, name: Deno.Signal): boolean {
  try {
    Deno.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

export function names(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  } catch {
    return [];
  }
}

function tomlLines(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
}
