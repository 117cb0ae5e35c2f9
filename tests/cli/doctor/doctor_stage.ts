// A project on a fake machine for tests of doctor: what its commands answer, and the rows that come of it.
import assert from "node:assert/strict";
import { type DoctorRow, examine } from "../../../src/cli/doctor/examine.ts";
import type { RunOutcome, RunSpec } from "../../../src/ports/processes.ts";
import { smallest } from "../../config/sample.ts";
import { usableScope } from "../../fakes/fake_bounds.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

export const logs = "/home/me/shop/logs";
export const roundId = "11111111-2222-4333-8444-555555555555";
const file = "/home/me/shop/agent-runner.toml";
const encoder = new TextEncoder();

/** What a command says, by the first words of its command line; `null`: it does not answer in time. */
export type Answers = Record<string, { readonly code?: number; readonly out?: string; readonly err?: string } | null>;

/** A healthy project; each test breaks something. */
export class DoctorStage {
  readonly world = new FakeWorld();
  /** The longest beginning that fits counts; without one git is FakeWorld's, and all others are not installed. */
  readonly answers: Answers = {
    "git --version": { out: "git version 2.43.0\n" },
    "git check-ignore": {},
    "find": {},
    "uname -s": { out: "Linux\n" },
    "systemctl --user show": { out: "252\n" },
    "id -un": { out: "me\n" },
    "timedatectl show": { out: "yes\n" },
  };
  readonly asked: RunSpec[] = [];

  constructor(text: string = smallest) {
    const { files, processes, host } = this.world;
    files.writeAtomic(file, text);
    files.makeDir(`${logs}/rounds`);
    files.writeAtomic("/var/lib/systemd/linger/me", "");
    this.world.scopes.finding = usableScope;
    // The host of a fake world knows no disk.
    const disk = { totalBytes: 1e11, freeBytes: 5e10, usedPercent: 50 };
    Object.assign(host, { disk: () => Promise.resolve(disk) });
    const before = processes.answer;
    processes.answer = (spec) => {
      this.asked.push(spec);
      const line = plainLine(spec);
      const key = Object.keys(this.answers).filter((words) => line.startsWith(words)).sort().at(-1);
      return key === undefined ? before(spec) : outcomeOf(this.answers[key]!);
    };
  }

  /** Puts another configuration in place. */
  configure(text: string): void {
    this.world.files.writeAtomic(file, text);
  }

  async rows(
    options: { readonly isFixing?: boolean; readonly hosts?: readonly string[] } = {},
  ): Promise<readonly DoctorRow[]> {
    return await examine({ configPath: file, isFixing: false, hosts: [], ...options }, this.world);
  }

  /** The only row of this name. */
  async row(name: string, options: { readonly isFixing?: boolean } = {}): Promise<DoctorRow> {
    const rows = await this.rows(options);
    const found = rows.filter((row) => row.name === name);
    assert.equal(found.length, 1, JSON.stringify(rows, null, 1));
    return found[0]!;
  }
}

/** Names and states of the rows that are not ok. */
export function troublesOf(rows: readonly DoctorRow[]): readonly string[] {
  return rows.filter(({ state }) => state !== "ok").map(({ name, state }) => `${name} ${state}`);
}

/** The command line without what git is always told. */
function plainLine({ argv }: RunSpec): string {
  if (argv[0] !== "git") return argv.join(" ");
  const words = argv.slice(1).filter((word, i, all) => word !== "--no-pager" && word !== "-c" && all[i - 1] !== "-c");
  return ["git", ...words].join(" ");
}

function outcomeOf(answer: Answers[string]): RunOutcome {
  if (answer === null || answer === undefined) return { kind: "timed_out" };
  return {
    kind: "exited",
    code: answer.code ?? 0,
    stdout: encoder.encode(answer.out ?? ""),
    stderr: encoder.encode(answer.err ?? ""),
    isCut: false,
  };
}
