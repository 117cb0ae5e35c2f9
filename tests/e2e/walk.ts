// A new user's home and shell, with a transcript of all that was typed, answered and waited for.
import { names } from "./project.ts";

/** What the machine has before anything of ours is there. */
const tools = ["bash", "cat", "cut", "date", "df", "env", "fallocate", "find", "git", "grep", "head", "id", "ls"];
const moreTools = [
  "mkdir",
  "mv",
  "ps",
  "rm",
  "sed",
  "sh",
  "sleep",
  "sort",
  "ssh",
  "stat",
  "systemctl",
  "systemd-notify",
];
const lastTools = ["systemd-run", "tail", "timedatectl", "tr", "uname", "wc"];

/** What a command answered. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
}

/** One user; `using` removes the tools. The home is the caller's. */
export class Walk implements AsyncDisposable {
  readonly #bin = Deno.makeTempDirSync({ prefix: "agent-runner-e2e-walk-" });
  readonly #home: string;
  readonly #env: Record<string, string>;
  readonly #longestMs: number;
  readonly #transcript: string[] = [];
  #cwd: string;

  constructor(env: Readonly<Record<string, string>>, longestMs: number) {
    this.#home = env.HOME!;
    this.#cwd = this.#home;
    this.#longestMs = longestMs;
    this.#env = { ...env, PATH: `${this.#home}/.local/bin:${this.#bin}`, LANG: "C.UTF-8" };
    for (const tool of [...tools, ...moreTools, ...lastTools]) {
      const path = ["/usr/bin", "/bin"].map((folder) => `${folder}/${tool}`).find(isThere);
      if (path !== undefined) Deno.symlinkSync(path, `${this.#bin}/${tool}`);
    }
    for (const name of names(this.#home).filter((name) => name === ".gitconfig")) {
      Deno.removeSync(`${this.#home}/${name}`);
    }
  }

  /** Something else that this user has installed. */
  addTool(name: string, script: string): void {
    Deno.writeTextFileSync(`${this.#bin}/${name}`, script, { mode: 0o755 });
  }

  /** The one file is copied in. */
  install(): void {
    const startedAt = performance.now();
    Deno.mkdirSync(`${this.#home}/.local/bin`, { recursive: true });
    Deno.copyFileSync(Deno.env.get("AGENT_RUNNER_BIN")!, `${this.#home}/.local/bin/agent-runner`);
    Deno.chmodSync(`${this.#home}/.local/bin/agent-runner`, 0o755);
    this.#note("install -m 755 agent-runner ~/.local/bin/", {
      tookMs: performance.now() - startedAt,
      said: "",
      code: 0,
    });
  }

  enter(folder: string): void {
    this.#cwd = `${this.#cwd}/${folder}`;
  }

  /** Types a line. Throws when it ends otherwise than expected, or takes too long. */
  async step(line: string, expected = 0): Promise<Answer> {
    const startedAt = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(`${this.#bin}/sh`, {
      args: ["-c", line],
      cwd: this.#cwd,
      env: this.#env,
      clearEnv: true,
      stdin: "null",
    }).output();
    const tookMs = performance.now() - startedAt;
    const decoder = new TextDecoder();
    const answer = { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    this.#note(line, { tookMs, said: answer.stdout + answer.stderr, code });
    if (code !== expected) throw new Error(`exit ${code}, not ${expected}:\n${this.text()}`);
    if (tookMs > this.#longestMs) throw new Error(`it took ${tookMs} ms:\n${this.text()}`);
    return answer;
  }

  /** A page, as another program fetches it; tried until something answers. */
  async fetched(address: string): Promise<string> {
    const startedAt = performance.now();
    let last: unknown = null;
    while (performance.now() - startedAt < this.#longestMs) {
      try {
        const text = await (await fetch(address)).text();
        this.#note(`curl ${address}`, {
          tookMs: performance.now() - startedAt,
          said: `${text.length} characters\n`,
          code: 0,
        });
        return text;
      } catch (thrown) {
        last = thrown;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error(`${address}: ${last}\n${this.text()}`);
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    const startedAt = performance.now();
    while (!isSo()) {
      if (performance.now() - startedAt > this.#longestMs) {
        throw new Error(`waited in vain for ${what}:\n${this.text()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** All that is on record of the project named shop. */
  events(): string {
    const logs = this.#logs();
    return names(logs).filter((name) => name.startsWith("events-")).map((name) =>
      Deno.readTextFileSync(`${logs}/${name}`)
    )
      .join("");
  }

  /** What is typed and answered so far. */
  text(): string {
    return this.#transcript.join("\n");
  }

  /** Writes the transcript where `AGENT_RUNNER_WALK` wants it. */
  keep(): void {
    const path = Deno.env.get("AGENT_RUNNER_WALK");
    if (path) Deno.writeTextFileSync(path, this.text());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Deno.Command("sh", {
      args: ["-c", "command -v agent-runner >/dev/null && agent-runner kill"],
      cwd: this.#cwd,
      env: this.#env,
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    Deno.removeSync(this.#bin, { recursive: true });
  }

  #logs(): string {
    return `${this.#home}/.agent-runner/shop/logs`;
  }

  #note(
    line: string,
    { tookMs, said, code }: { readonly tookMs: number; readonly said: string; readonly code: number },
  ) {
    const exit = code === 0 ? "" : `, exit ${code}`;
    this.#transcript.push(`$ ${line}\n${said}(${(tookMs / 1000).toFixed(2)} s${exit})\n`);
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
