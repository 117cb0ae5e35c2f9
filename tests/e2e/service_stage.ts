// Projects whose serve is kept by a real systemd of a user, which the test starts for itself.
import assert from "node:assert/strict";
import { Project } from "./project.ts";
import type { ProjectOptions } from "./project.ts";
import { startManager } from "./user_manager.ts";
import type { UserManager } from "./user_manager.ts";

/** One manager; its projects share a home folder, as those of one user do. */
export class ServiceStage implements AsyncDisposable {
  readonly units: string;
  readonly #manager: UserManager;
  readonly #projects: Project[] = [];

  private constructor(manager: UserManager) {
    this.#manager = manager;
    this.units = `${manager.home}/.config/systemd/user`;
  }

  static async open(): Promise<ServiceStage> {
    const manager = await startManager();
    Deno.writeTextFileSync(
      `${manager.home}/.gitconfig`,
      "[user]\n\tname = t\n\temail = t@example.invalid\n[init]\n\tdefaultBranch = main\n",
    );
    return new ServiceStage(manager);
  }

  /** What a program needs to reach the manager as its user. */
  get env(): Readonly<Record<string, string>> {
    return { ...this.#manager.env, HOME: this.#manager.home };
  }

  async project(options: ProjectOptions = {}): Promise<Project> {
    const project = await Project.make({ ...options, env: { ...this.env, ...options.env } });
    this.#projects.push(project);
    return project;
  }

  /** What `systemctl --user` says; throws when it fails. */
  async ctl(...words: string[]): Promise<string> {
    const command = new Deno.Command("systemctl", { args: ["--user", ...words], env: this.#manager.env });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(`systemctl ${words.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trim();
  }

  /** Properties of a unit. */
  async show(unit: string, ...properties: string[]): Promise<Record<string, string>> {
    const text = await this.ctl("show", `--property=${properties.join(",")}`, "--", unit);
    return Object.fromEntries(
      text.split("\n").map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
  }

  /** `active running`, `inactive dead`, `activating auto-restart`, ... */
  async state(unit: string): Promise<string> {
    const { ActiveState, SubState } = await this.show(unit, "ActiveState", "SubState");
    return `${ActiveState} ${SubState}`;
  }

  async untilState(unit: string, wanted: string, timeoutMs = 20_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    let seen = "";
    while (Date.now() < end) {
      seen = await this.state(unit);
      if (seen === wanted) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`waited ${timeoutMs} ms in vain for ${unit} to be '${wanted}': it is '${seen}'`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _last = this.#manager;
    // A supervisor that a failed test left would outlive the manager.
    for (const project of this.#projects) {
      await using own = project;
      const { code, stderr } = await own.run(["kill"]);
      assert.equal(code, 0, `a supervisor may be left, as kill failed: ${stderr}`);
    }
  }
}

/** Installs the service and returns the name of its unit. */
export async function installed(project: Project, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.run(["install", "--json", ...words]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout).unit;
}

export async function statusOf(project: Project) {
  const { code, stdout, stderr } = await project.run(["status", "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}
