// Pins the one Deno version this project is built and checked with, and runs it without needing it on the PATH.
import { readText, root } from "./tree.ts";

/** The pinned version, from `.dvmrc` (the file version managers read). Throws when the file is missing or odd. */
export function pinnedVersion(): string {
  const version = readText(".dvmrc")?.trim() ?? "";
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error("'.dvmrc' must hold one version like '2.9.6'");
  return version;
}

/** What a child process came to; output is standard output and standard error as they were written, in two pieces. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** How to run a child: `limitSeconds` (default 300) after which it is ended, its environment, folder and input. */
export interface RunOptions {
  readonly limitSeconds?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** Runs the Deno that runs this script. Never throws for a failing child. */
export function runDeno(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return runProgram([Deno.execPath(), ...args], options);
}

/** Runs a program from the root of the repository and collects what it prints. */
export async function runProgram(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const startedAt = performance.now();
  const child = new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    cwd: options.cwd ?? root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...options.env },
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limitSeconds = options.limitSeconds ?? 300;
  let isOver = false;
  const limit = setTimeout(() => {
    isOver = true;
    child.kill("SIGKILL");
  }, limitSeconds * 1000);
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  clearTimeout(limit);
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr) + (isOver ? `\nended after ${limitSeconds} s\n` : ""),
    seconds: (performance.now() - startedAt) / 1000,
  };
}
