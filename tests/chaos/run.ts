// Lets chaos loose on projects, several side by side, and looks at each after every step.
import { mountObstacle } from "../e2e/crash_mount.ts";
import { drawAction } from "./actions.ts";
import { check } from "./check.ts";
import { Random } from "./random.ts";
import { count } from "./report.ts";
import type { Totals, Violation } from "./report.ts";
import { worldKinds } from "./furnish.ts";
import type { WorldKind } from "./furnish.ts";
import { World } from "./world.ts";

/** A project is given up after so many steps: its repository stays small, and the next one is of another kind. */
export const stepsPerWorld = 25;

export interface RunOptions {
  /** One JSON object for each thing done. */
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
  /** Only this project of the run; null: all. */
  readonly only: number | null;
  /** Copies the folder of a project in which something did not hold. */
  readonly keeps: boolean;
  /** Monotonic milliseconds after which no further step begins; Infinity: never. */
  readonly until: number;
}

/** Carries out all steps of a run; the totals tell what came of them. */
export async function run(totals: Totals, options: RunOptions): Promise<void> {
  const worlds = Array.from({ length: Math.ceil(totals.steps / stepsPerWorld) }, (_, index) => ({
    index,
    steps: Math.min(stepsPerWorld, totals.steps - index * stepsPerWorld),
  })).filter(({ index }) => options.only === null || index === options.only);
  const workers = Array.from({ length: totals.abreast }, async () => {
    for (let next = worlds.shift(); next !== undefined; next = worlds.shift()) {
      if (performance.now() > options.until) return;
      await runWorld(next, totals, options);
    }
  });
  await Promise.all(workers);
}

function kindOf(index: number, totals: Totals): WorldKind {
  const kind = worldKinds[index % worldKinds.length]!;
  if (kind !== "disk" || mountObstacle === null) return kind;
  totals.skipped.set("a full disk", mountObstacle);
  return "plain";
}

async function runWorld(
  { index, steps }: { readonly index: number; readonly steps: number },
  totals: Totals,
  options: RunOptions,
): Promise<void> {
  const kind = kindOf(index, totals);
  const seed = `${totals.seed}/${index}`;
  const name = `${index}${kind.slice(0, 1)}`;
  await using world = await World.make({ kind, seed, name });
  totals.worlds++;
  options.log({ world: name, kind, folder: world.project.root });
  const trail: string[] = [];
  for (let step = 1; step <= steps && performance.now() < options.until; step++) {
    const random = new Random(seed, "step", step);
    const action = drawAction(kind, random);
    const startedAt = performance.now();
    let told: Readonly<Record<string, unknown>> = {};
    const faults = await faultsOf(async () => {
      told = await action.act(world, random);
      return await check(world);
    });
    count(totals.faults, action.name);
    const ms = Math.round(performance.now() - startedAt);
    const done = { step, action: action.name, ...told, ms };
    options.log({ world: name, ...done, ...faults.length > 0 ? { faults } : {} });
    trail.push(JSON.stringify(done));
    if (faults.length > 0) {
      await violate(world, { step, action: action.name, faults, trail }, totals, options);
      break;
    }
    totals.passed++;
  }
  if (!totals.violations.some((violation) => violation.world === name)) await close(world, trail, totals, options);
  totals.rounds += world.agentStarts().length;
  totals.tokens += world.tokens;
  totals.salvages += savedIn(world);
}

/** The end of a project: the supervisor leaves in order, nothing lives, and git holds its repository to be sound. */
async function close(
  world: World,
  trail: readonly string[],
  totals: Totals,
  options: RunOptions,
): Promise<void> {
  const faults = await faultsOf(async () => {
    await world.rest();
    const found = await check(world);
    await world.project.git("fsck", "--connectivity-only", "--no-dangling");
    return found;
  });
  options.log({ world: world.name, closed: faults.length === 0, ...faults.length > 0 ? { faults } : {} });
  if (faults.length > 0) await violate(world, { step: 0, action: "end", faults, trail }, totals, options);
}

async function violate(
  world: World,
  found: Pick<Violation, "step" | "action" | "faults" | "trail">,
  totals: Totals,
  options: RunOptions,
): Promise<void> {
  const words = (world.serve === null ? world.lastWords : world.serve.stdout + world.serve.stderr).split("\n");
  totals.violations.push({
    world: world.name,
    ...found,
    trail: found.trail.slice(-10),
    events: world.records.lines().slice(-25),
    words: words.slice(-25),
  });
  if (!options.keeps) return;
  const kept = Deno.makeTempDirSync({ prefix: `chaos-${world.name}-` });
  await new Deno.Command("cp", { args: ["-a", world.project.root, world.project.logs, kept] }).output();
  options.log({ world: world.name, kept });
}

async function faultsOf(work: () => Promise<string[]>): Promise<string[]> {
  try {
    return await work();
  } catch (thrown) {
    return [thrown instanceof Error ? thrown.message : String(thrown)];
  }
}

function savedIn(world: World): number {
  const refs = ["salvage_saved", "orphan_stashed", "dirty_auto_committed"].flatMap((kind) =>
    world.records.ofKind(kind).map(({ sha, ref }) => String(sha ?? ref))
  );
  return new Set(refs).size;
}
