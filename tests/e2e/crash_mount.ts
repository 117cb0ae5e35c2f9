// A file system of its own for the log folder, in a mount namespace that ends with the test.
import { program } from "./program.ts";
import { Project, Running, signal } from "./project.ts";
import type { Outcome, ProjectOptions } from "./project.ts";

/** Why no file system can be mounted here; null when it can. */
export const mountObstacle = findObstacle();

function findObstacle(): string | null {
  try {
    const trial = "mount -t tmpfs -o size=1m tmpfs /tmp && nsenter -t $$ -m true";
    const { success, stderr } = new Deno.Command("unshare", { args: ["-m", "sh", "-c", trial] }).outputSync();
    return success ? null : `no file system can be mounted: ${new TextDecoder().decode(stderr).trim()}`;
  } catch {
    return "the command 'unshare' is missing";
  }
}

/** A project whose log folder is a small file system; `using` takes all of it away. */
export class MountedProject implements AsyncDisposable {
  readonly project: Project;
  readonly #holder: Deno.ChildProcess;
  readonly point: string;

  private constructor(project: Project, parts: { readonly holder: Deno.ChildProcess; readonly point: string }) {
    this.project = project;
    this.#holder = parts.holder;
    this.point = parts.point;
  }

  /** @param megabytes size of the file system */
  static async make(
    options: ProjectOptions,
    { megabytes = 1 }: { readonly megabytes?: number } = {},
  ): Promise<MountedProject> {
    const point = Deno.makeTempDirSync({ prefix: "agent-runner-e2e-mount-" });
    const script = 'mount -t tmpfs -o "size=$2m,mode=0700" tmpfs "$1" && echo ready && exec sleep 600';
    const holder = new Deno.Command("unshare", {
      args: ["-m", "sh", "-c", script, "sh", point, String(megabytes)],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const logDir = `/proc/${holder.pid}/root${point}`;
    const runtime = { ...options.runtime, log_dir: point };
    return new MountedProject(await Project.make({ ...options, logDir, runtime }), { holder, point });
  }

  /** Starts the program where it sees the file system. */
  start(...args: string[]): Running {
    const { project } = this;
    const words = ["-c", 'cd "$1" && shift && exec "$@"', "sh", project.work, ...program(), ...args];
    const child = new Deno.Command("nsenter", {
      args: ["-t", String(this.#holder.pid), "-m", "sh", ...words],
      env: project.env,
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Running(child);
  }

  async run(...args: string[]): Promise<Outcome> {
    return await this.start(...args).ended();
  }

  /** Leaves not one byte free. */
  fill(): void {
    using filler = Deno.openSync(`${this.project.logs}/filler`, { append: true, create: true });
    for (const size of [4096, 1]) {
      const bytes = new Uint8Array(size);
      try {
        while (filler.writeSync(bytes) > 0);
      } catch {
        // Full, as wanted.
      }
    }
  }

  free(): void {
    Deno.removeSync(`${this.project.logs}/filler`);
  }

  /** From now on paths lead to a read-only view; what is open stays writable, as no file system is shut under its users. */
  makeReadOnly(): void {
    this.#mount('mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"');
  }

  makeWritable(): void {
    this.#mount('umount "$1"');
  }

  #mount(script: string): void {
    const words = ["-t", String(this.#holder.pid), "-m", "sh", "-c", script, "sh", this.point];
    const { success, stderr } = new Deno.Command("nsenter", { args: words }).outputSync();
    if (!success) throw new Error(`${script}: ${new TextDecoder().decode(stderr)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]();
    signal(this.#holder.pid, "SIGKILL");
    await this.#holder.status;
    Deno.removeSync(this.point);
  }
}
