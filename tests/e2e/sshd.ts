// Another machine for tests: an sshd of the test's own on the loopback, with its own keys and home, ended by pid.
import { program } from "./program.ts";

const sshd = "/usr/sbin/sshd";
const privilegeFolder = "/run/sshd";
const alias = "far";

/** A machine that can be cut off, frozen, ended and started again. */
export class FarHost implements AsyncDisposable {
  readonly root = Deno.makeTempDirSync({ prefix: "agent-runner-e2e-far-" });
  /** Home folder on it. */
  readonly home = `${this.root}/home`;
  /** Folder of an `ssh` that knows it by its alias, for the PATH of whoever calls it. */
  readonly bin = `${this.root}/bin`;
  readonly alias = alias;
  readonly port: number;
  #listener: Deno.ChildProcess | null = null;

  private constructor() {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = (probe.addr as Deno.NetAddr).port;
    probe.close();
    // It refuses to start without, and each connection needs it: it stays, as others may be at work beside this one.
    if (Deno.uid() === 0) Deno.mkdirSync(privilegeFolder, { mode: 0o755, recursive: true });
    for (const folder of [this.home, this.bin, `${this.home}/.local/bin`]) Deno.mkdirSync(folder, { recursive: true });
  }

  static async start(): Promise<FarHost> {
    const far = new FarHost();
    try {
      await far.#makeKeys();
      far.#writeConfigs();
      await far.up();
      return far;
    } catch (thrown) {
      await far[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Path of the `ssh` that knows this machine. */
  get ssh(): string {
    return `${this.bin}/ssh`;
  }

  /** Puts the program under test on it, or a script instead. */
  install(script = `exec ${program().map(quoted).join(" ")} "$@"`): void {
    Deno.writeTextFileSync(this.programPath, `#!/bin/sh\n${script}\n`);
    Deno.chmodSync(this.programPath, 0o755);
  }

  get programPath(): string {
    return `${this.home}/.local/bin/agent-runner`;
  }

  /** A further name by which ssh knows it. */
  addAlias(name: string): void {
    Deno.writeTextFileSync(`${this.root}/ssh_config`, this.#hostBlock(`"${name}"`), { append: true });
  }

  /** A command on it, as a person would call it. */
  command(...words: string[]): Deno.Command {
    return new Deno.Command(this.ssh, { args: [alias, ...words], stdin: "null" });
  }

  /** It is reached again. */
  async up(): Promise<void> {
    const child = new Deno.Command(sshd, {
      args: ["-D", "-e", "-f", `${this.root}/sshd_config`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#listener = child;
    let isOver = false;
    void child.status.then(() => isOver = true);
    for (let attempt = 0; attempt < 100 && !isOver; attempt++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error("sshd does not start here");
  }

  /** Ends every connection, as a network does that goes away for a moment. */
  async cut(): Promise<void> {
    for (const pid of await this.#sessions()) signal(pid, "SIGKILL");
  }

  /** Nothing is said and nothing is refused any more, until `thaw`. */
  async freeze(): Promise<void> {
    for (const pid of [this.#listener!.pid, ...await this.#sessions()]) signal(pid, "SIGSTOP");
  }

  async thaw(): Promise<void> {
    for (const pid of [...await this.#sessions(), this.#listener!.pid]) signal(pid, "SIGCONT");
  }

  /** The machine is gone: connections break, and new ones are refused. */
  async down(): Promise<void> {
    if (this.#listener === null) return;
    const sessions = await this.#sessions();
    signal(this.#listener.pid, "SIGKILL");
    await this.#listener.status;
    for (const pid of sessions) signal(pid, "SIGKILL");
    this.#listener = null;
  }

  /** How many connections there are. */
  async connections(): Promise<number> {
    return (await this.#sessions()).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    Deno.removeSync(this.root, { recursive: true });
  }

  async #makeKeys(): Promise<void> {
    for (const name of ["host_key", "user_key"]) {
      const args = ["-q", "-t", "ed25519", "-N", "", "-f", `${this.root}/${name}`];
      const { success, stderr } = await new Deno.Command("/usr/bin/ssh-keygen", { args }).output();
      if (!success) throw new Error(new TextDecoder().decode(stderr));
    }
    Deno.copyFileSync(`${this.root}/user_key.pub`, `${this.root}/authorized_keys`);
    const key = Deno.readTextFileSync(`${this.root}/host_key.pub`).split(" ").slice(0, 2).join(" ");
    Deno.writeTextFileSync(`${this.root}/known_hosts`, `[127.0.0.1]:${this.port} ${key}\n`);
  }

  #writeConfigs(): void {
    const { root } = this;
    const denoDir = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
    Deno.writeTextFileSync(
      `${root}/sshd_config`,
      [
        `Port ${this.port}`,
        "ListenAddress 127.0.0.1",
        `HostKey ${root}/host_key`,
        `AuthorizedKeysFile ${root}/authorized_keys`,
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin prohibit-password",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "MaxStartups 100",
        "PrintMotd no",
        `SetEnv "HOME=${this.home}" PATH=/usr/bin:/bin "DENO_DIR=${denoDir}"`,
        "",
      ].join("\n"),
    );
    Deno.writeTextFileSync(`${root}/ssh_config`, this.#hostBlock(alias));
    // ssh takes its home from the user database, not from the environment.
    Deno.writeTextFileSync(this.ssh, `#!/bin/sh\nexec /usr/bin/ssh -F ${quoted(`${root}/ssh_config`)} "$@"\n`);
    Deno.chmodSync(this.ssh, 0o755);
  }

  #hostBlock(name: string): string {
    return [
      `Host ${name}`,
      "  HostName 127.0.0.1",
      `  Port ${this.port}`,
      `  IdentityFile ${this.root}/user_key`,
      "  IdentitiesOnly yes",
      "  IdentityAgent none",
      `  UserKnownHostsFile ${this.root}/known_hosts`,
      "  GlobalKnownHostsFile /dev/null",
      "  StrictHostKeyChecking yes",
      "",
    ].join("\n");
  }

  /** Processes of sshd that serve a connection. */
  async #sessions(): Promise<number[]> {
    const { stdout } = await new Deno.Command("ps", { args: ["axww", "-o", "pid=,ppid=,stat=,args="] }).output();
    const rows = new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
      const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
      if (match === null || match[3]!.startsWith("Z") || !match[4]!.startsWith("sshd")) return [];
      return [{ pid: Number(match[1]), ppid: Number(match[2]) }];
    });
    const found = new Set([this.#listener?.pid]);
    for (let size = 0; size < found.size;) {
      size = found.size;
      for (const { pid, ppid } of rows) if (found.has(ppid)) found.add(pid);
    }
    found.delete(this.#listener?.pid);
    return [...found] as number[];
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

/** Why ssh cannot be tested here; null when it can. */
export const sshdObstacle: string | null = await findObstacle();

async function findObstacle(): Promise<string | null> {
  for (const path of [sshd, "/usr/bin/ssh", "/usr/bin/ssh-keygen"]) {
    try {
      Deno.statSync(path);
    } catch {
      return `there is no ${path}`;
    }
  }
  try {
    await using far = await FarHost.start();
    const { success, stderr } = await far.command("true").output();
    return success ? null : new TextDecoder().decode(stderr).trim() || "ssh to the loopback fails";
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
