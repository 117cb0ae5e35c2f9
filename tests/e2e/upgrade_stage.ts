// A project whose program is an installed binary, with releases to upgrade it to; all of it goes with the test.
import { fromFileUrl } from "./paths.ts";
import { Project, Running } from "./project.ts";
import type { Outcome, ProjectOptions } from "./project.ts";
import { binaryOf, TestKey, writeRelease } from "./release.ts";

export const oldVersion = "0.1.1";
export const newVersion = "0.1.2";

/** Made once: each is 80 MB. */
const made = new Map<string, Promise<Uint8Array>>();
let key: Promise<TestKey> | null = null;

export function testKey(): Promise<TestKey> {
  return key ??= TestKey.make();
}

/** The binary under test as this version. */
export function testBinary(version: string): Promise<Uint8Array> {
  let binary = made.get(version);
  if (binary === undefined) {
    binary = testKey().then((own) => binaryOf(version, own));
    made.set(version, binary);
  }
  return binary;
}

/** An installed old version, and a release of the new one in `releases`. */
export class UpgradeStage implements AsyncDisposable {
  readonly bin: string;
  readonly releases: string;
  readonly #children: Running[] = [];

  private constructor(readonly project: Project) {
    this.bin = `${project.root}/bin/agent-runner`;
    this.releases = `${project.root}/releases`;
  }

  static async make(options: ProjectOptions = {}): Promise<UpgradeStage> {
    const stage = new UpgradeStage(await Project.make(options));
    Deno.mkdirSync(`${stage.project.root}/bin`);
    await stage.install();
    const binary = await testBinary(newVersion);
    await writeRelease(stage.releases, { version: newVersion, binary, key: await testKey() });
    return stage;
  }

  /** Puts the old version in place as if it were new. */
  async install(): Promise<void> {
    Deno.removeSync(`${this.project.root}/bin`, { recursive: true });
    Deno.mkdirSync(`${this.project.root}/bin`);
    Deno.writeFileSync(this.bin, await testBinary(oldVersion), { mode: 0o755 });
  }

  /** Starts the installed binary. */
  start(...args: string[]): Running {
    const { work, env } = this.project;
    return this.startArgv([this.bin, ...args], { cwd: work, env });
  }

  startArgv(
    [file, ...args]: readonly string[],
    spec: { readonly cwd: string; readonly env: Record<string, string> },
  ): Running {
    const child = new Deno.Command(file!, {
      args,
      ...spec,
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const running = new Running(child.spawn());
    this.#children.push(running);
    return running;
  }

  run(...args: string[]): Promise<Outcome> {
    return this.start(...args).ended(60_000);
  }

  /**
   * Upgrades by a composition root that may die.
   *
   * @param from version in place. @param to version wanted. @param crashAt number of the change to die at; 0: none
   */
  async mortalUpgrade(from: string, to: string, crashAt: number): Promise<Outcome> {
    const env = {
      ...this.project.env,
      CRASH_AT: String(crashAt),
      CRASH_ACCOUNT: `${this.project.root}/account`,
      UPGRADE_BINARY: this.bin,
      UPGRADE_KEY: (await testKey()).publicKey,
      UPGRADE_VERSION: from,
    };
    const root = fromFileUrl(new URL("./upgrade_main.ts", import.meta.url));
    const argv = [Deno.execPath(), "run", "-A", "--no-check", "--quiet", root, "upgrade", "--target", to];
    return await this.startArgv([...argv, "--from", this.releases], { cwd: this.project.work, env }).ended(60_000);
  }

  /** Version of what stands in the place of the binary. */
  async version(): Promise<string> {
    return (await this.run("--version")).stdout.trim().replace("agent-runner ", "");
  }

  /** Names beside the binary. */
  beside(): string[] {
    return [...Deno.readDirSync(`${this.project.root}/bin`)].map(({ name }) => name).sort();
  }

  /** What `status --json` tells. */
  async status(): Promise<{ readonly active: boolean; readonly version: string | null; readonly pid: number | null }> {
    return JSON.parse((await this.run("status", "--json")).stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("kill");
    for (const child of this.#children) child.kill();
    await Promise.all(this.#children.map((child) => child.settled()));
    await this.project[Symbol.asyncDispose]();
  }
}
