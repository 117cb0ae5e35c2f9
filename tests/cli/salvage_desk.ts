// A project on real files and real git with salvages in it, and the verb called there, for the tests of the verb.
import assert from "node:assert/strict";
import { runApp } from "../../src/cli/app.ts";
import type { World } from "../../src/cli/world.ts";
import { openSalvageLedger } from "../../src/store/salvage_ledger.ts";
import { salvageRound } from "../../src/vcs/salvage_round.ts";
import { FakeStream, FakeWorld } from "../fakes/fake_world.ts";
import { clock, files, saved } from "../vcs/salvage_stage.ts";
import { inRepository } from "../vcs/temp_repository.ts";
import type { TempRepository } from "../vcs/temp_repository.ts";

const atMs = Date.UTC(2026, 10, 21, 10, 20, 30);

const config = `
[agent]
command = ["agent"]
prompt_arg_template = ["{prompt}"]
[runtime]
work_dir = "work"
log_dir = "logs"
[prompt]
file = "main.md"
`;

/** A project on real files, and the verb called in it. */
export class Desk {
  readonly repository: TempRepository;
  readonly base: string;
  stdout = new FakeStream();
  stderr = new FakeStream();
  isTerminal = false;
  folder: string;

  constructor(repository: TempRepository) {
    this.repository = repository;
    this.base = repository.root.replace(/\/work$/, "");
    this.folder = repository.root;
    Deno.writeTextFileSync(`${this.base}/agent-runner.toml`, config);
    Deno.mkdirSync(`${this.base}/logs`);
  }

  get ledger() {
    return openSalvageLedger(files, `${this.base}/logs`);
  }

  /** One round that does what a script says, is saved, and whose tree is put back; returns the SHA. */
  async leave(round: number, script: string, moment: "before" | "after" = "after"): Promise<string> {
    await this.repository.sh(script);
    const { outcome } = await salvageRound({
      git: this.repository.git,
      files,
      clock,
      ledger: this.ledger,
      scratchFolder: `${this.base}/logs`,
      logFolder: null,
      round,
      moment,
      phase: round === 12 ? "build" : null,
      verdict: "error",
      why: "the round crashed",
      atMs: atMs + round * 60_000,
    });
    await this.repository.sh("git reset -q --hard; git clean -qfd");
    return saved(outcome).sha;
  }

  async call(...words: string[]): Promise<number> {
    this.stdout = new FakeStream({ hasColor: this.isTerminal });
    this.stderr = new FakeStream();
    const fake = new FakeWorld();
    const host = { ...fake.host, homeDir: () => `${this.base}/home`, workDir: () => this.folder };
    const { processes } = this.repository;
    const world: World = {
      version: "0.0.0",
      clock,
      files,
      processes,
      host,
      holes: fake.holes,
      scopes: fake.scopes,
      channels: fake.channels,
      http: fake.http,
      lock: fake.lock,
      signals: fake.signals,
      upgradeMeans: fake.upgradeMeans,
      stdout: this.stdout,
      stderr: this.stderr,
      asset: () => null,
      assets: () => [],
    };
    return await runApp(["--config", `${this.base}/agent-runner.toml`, "salvage", ...words], world, () => {});
  }

  /** Calls the verb, which must refuse in two lines; returns them. */
  async refused(code: number, ...words: string[]): Promise<string> {
    assert.equal(await this.call(...words), code, this.stderr.text);
    assert.equal(this.stdout.text, "");
    assert.match(this.stderr.text, /^agent-runner: .+\n {2}fix: .+\n$/);
    return this.stderr.text;
  }

  events(): Record<string, unknown>[] {
    const names = [...Deno.readDirSync(`${this.base}/logs`)].map((entry) => entry.name);
    return names.filter((name) => name.startsWith("events-")).flatMap((name) =>
      Deno.readTextFileSync(`${this.base}/logs/${name}`).trim().split("\n").map((line) => JSON.parse(line))
    );
  }
}

/** Runs `body` in a new project and removes it afterwards. */
export async function atDesk(body: (desk: Desk) => Promise<void>): Promise<void> {
  await inRepository((repository) => body(new Desk(repository)));
}
