// Runs a reading verb on a project in memory, with streams that remember and signals that a test sends.
import type { World } from "../../../src/cli/world.ts";
import { OperatorError } from "../../../src/core/errors.ts";
import type { MemoryFiles } from "../../fakes/memory_files.ts";
import { sampleFile } from "../../config/sample.ts";
import { lockHeld, now } from "../../view/sample_project.ts";
import { stage } from "../stage.ts";

export interface ScreenOptions {
  readonly isActive?: boolean;
  readonly isTerminal?: boolean;
  /** The reader goes away after so many writes. */
  readonly writes?: number;
  /** Called after each write to stdout, with all that was written. */
  readonly onWrite?: (out: string) => void;
}

export interface Screen {
  readonly world: World;
  out(): string;
  err(): string;
  /** Sends Ctrl-C. */
  interrupt(): void;
}

export function screen(files: MemoryFiles, options: ScreenOptions = {}): Screen {
  const base = stage({ files, workDir: "/home/me/shop" });
  const listeners = new Set<(name: "SIGINT") => void>();
  let out = "";
  let writes = 0;
  const world: World = {
    ...base.world,
    clock: { now: () => now, monotonic: () => now, sleep: () => Promise.resolve("elapsed") },
    lock: lockHeld(options.isActive ?? false),
    signals: {
      listen(_, listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    stdout: {
      ...base.world.stdout,
      isTerminal: options.isTerminal ?? false,
      write(text) {
        out += text;
        options.onWrite?.(out);
        return ++writes < (options.writes ?? Infinity);
      },
    },
  };
  const interrupt = () => listeners.forEach((listener) => listener("SIGINT"));
  return { world, out: () => out, err: base.err, interrupt };
}

/** What a verb is called with, its flags completed with what parsing would give for absent ones. */
export function callWith<F>(absent: F, flags: Partial<F>, isJson = false) {
  return { flags: { ...absent, ...flags }, positional: [], configPath: sampleFile, isJson };
}

/** The `OperatorError` that `run` ends with. */
export async function errorOf(run: () => Promise<unknown>): Promise<OperatorError> {
  try {
    await run();
  } catch (thrown) {
    if (thrown instanceof OperatorError) return thrown;
    throw thrown;
  }
  throw new Error("it did not fail");
}
