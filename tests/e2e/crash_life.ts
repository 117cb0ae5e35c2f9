// Lives of the program that end before their time: started with the crashing composition root, counted, and followed by a whole life.
import { fromFileUrl } from "./paths.ts";
import { Running } from "./project.ts";
import type { Outcome, Project } from "./project.ts";
import { runFlags } from "../../scripts/permissions.ts";

const crashingMain = fromFileUrl(new URL("./crash_main.ts", import.meta.url));

/** One moment to die at. */
export interface CrashPoint {
  /** Number of the change, from 1. */
  readonly at: number;
  readonly when: "before" | "middle" | "after";
}

export interface LifeOptions {
  readonly crash?: CrashPoint;
  /** File for the account of changes. */
  readonly account?: string;
  /** How many times faster time goes by in this life. */
  readonly clockSpeed?: number;
  readonly clockOrigin?: number;
}

/** One life of the crashing program, to its end. */
export async function live(project: Project, args: readonly string[], options: LifeOptions = {}): Promise<Outcome> {
  const env: Record<string, string> = { ...project.env };
  if (options.crash) {
    env.CRASH_AT = String(options.crash.at);
    env.CRASH_WHEN = options.crash.when;
  }
  if (options.account) env.CRASH_ACCOUNT = options.account;
  if (options.clockSpeed) env.CRASH_CLOCK_SPEED = String(options.clockSpeed);
  if (options.clockOrigin) env.CRASH_CLOCK_ORIGIN = String(options.clockOrigin);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...runFlags(), crashingMain, ...args],
    cwd: project.work,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return await new Running(child).ended();
}

/** The changes of a life, one line each, from its account. */
export function changesIn(account: string): string[] {
  return Deno.readTextFileSync(account).split("\n").filter((line) => line !== "");
}

/** Every moment to die at: before each change, after it, and in its middle where it has one. */
export function pointsOf(changes: readonly string[]): CrashPoint[] {
  return changes.flatMap((name, i) => [
    { at: i + 1, when: "before" as const },
    ...(name.endsWith(" divisible") ? [{ at: i + 1, when: "middle" as const }] : []),
    { at: i + 1, when: "after" as const },
  ]);
}

/** Does the work for each item, so many at a time; all that failed are told together. */
export async function eachOf<T>(
  items: readonly T[],
  options: { readonly atOnce: number; readonly nameOf: (item: T) => string },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const open = [...items];
  const failures: string[] = [];
  const workers = Array.from({ length: options.atOnce }, async () => {
    for (let item = open.shift(); item !== undefined; item = open.shift()) {
      try {
        await work(item);
      } catch (thrown) {
        failures.push(`${options.nameOf(item)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
    }
  });
  await Promise.all(workers);
  if (failures.length > 0) throw new Error(`${failures.length} of ${items.length} failed\n\n${failures.join("\n\n")}`);
}
