// A World for tests of verbs: files in memory or on disk, git scripted or real, streams that remember.
import type { Processes, RunOutcome, RunSpec } from "../../src/ports/processes.ts";
import type { Files } from "../../src/ports/files.ts";
import type { Stream, World } from "../../src/cli/world.ts";

export interface Stage {
  readonly world: World;
  out(): string;
  err(): string;
}

interface StageParts {
  readonly files: Files;
  readonly processes?: Processes;
  readonly workDir: string;
  readonly presets?: Readonly<Record<string, string>>;
}

/** Ports that a test does not hand in fail when they are touched. */
export function stage(parts: StageParts): Stage {
  let out = "";
  let err = "";
  const presets = parts.presets ?? {};
  const world: World = {
    version: "0.0.0",
    clock: untouchable("clock"),
    files: parts.files,
    processes: parts.processes ?? untouchable("processes"),
    channels: untouchable("channels"),
    holes: untouchable("holes"),
    scopes: untouchable("scopes"),
    http: untouchable("http"),
    lock: untouchable("lock"),
    host: {
      ...untouchable<World["host"]>("host"),
      environment: () => ({}),
      homeDir: () => "/home/me",
      workDir: () => parts.workDir,
    },
    signals: untouchable("signals"),
    upgradeMeans: () => Promise.reject(new Error("upgradeMeans is touched")),
    stdout: stream((text) => out += text),
    stderr: stream((text) => err += text),
    asset: (path) => presets[path] ?? null,
    assets: (folder) => Object.keys(presets).map((path) => path.slice(folder.length + 1)),
  };
  return { world, out: () => out, err: () => err };
}

/** Answers of a scripted git by the words that matter in its command line; the first match counts. */
export type GitScript =
  readonly (readonly [string, { readonly code: number; readonly out?: string; readonly err?: string } | RunOutcome])[];

/** Processes that only know `run`, answered by a script; commands end in `calls`. */
export function scriptedGit(script: GitScript): { readonly processes: Processes; readonly calls: RunSpec[] } {
  const calls: RunSpec[] = [];
  const run = (spec: RunSpec): Promise<RunOutcome> => {
    calls.push(spec);
    const line = spec.argv.join(" ");
    const answer = script.find(([words]) => line.includes(words))?.[1] ?? { code: 0 };
    if ("kind" in answer) return Promise.resolve(answer);
    const encoder = new TextEncoder();
    return Promise.resolve({
      kind: "exited",
      code: answer.code,
      stdout: encoder.encode(answer.out ?? ""),
      stderr: encoder.encode(answer.err ?? ""),
      isCut: false,
    });
  };
  return { processes: { ...untouchable<Processes>("processes"), run }, calls };
}

function untouchable<Port extends object>(name: string): Port {
  return new Proxy({} as Port, {
    get: (_, key) => {
      throw new Error(`${name}.${String(key)} was not expected`);
    },
  });
}

function stream(write: (text: string) => void): Stream {
  return {
    write(text) {
      write(text);
      return true;
    },
    post: write,
    drain: () => Promise.resolve(),
    isTerminal: false,
    columns: 80,
    hasColor: false,
  };
}
