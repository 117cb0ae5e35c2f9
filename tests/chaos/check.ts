// Looks at a project after a step, and once more where something may still be on its way.
import { exists, names } from "../e2e/project.ts";
import {
  abreastFaults,
  byteFaults,
  lineFaults,
  overlapFaults,
  processFaults,
  restFaults,
  roundFaults,
  stateFaults,
} from "./invariants.ts";
import type { RestSeen, Written } from "./invariants.ts";
import type { World } from "./world.ts";

/** A ladder, a sweep and a slow machine: what is not gone by then stays. */
const patienceMs = 25_000;
const lookMs = 150;
/** For what is true at once: a look that met a change half done is repeated. */
const looks = 3;

/** Everything that is wrong with a project now; empty when all is well. */
export async function check(world: World, { settleMs = patienceMs } = {}): Promise<string[]> {
  await world.noteEnd();
  const met = world.faults.splice(0);
  if (met.length > 0) return met;
  const left = await settled(world, settleMs);
  if (left.length > 0) return left;
  let faults: string[] = [];
  for (let look = 0; look < looks; look++) {
    faults = [...recordFaults(world), ...await lostBytes(world)];
    if (faults.length === 0) return [];
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return faults;
}

/** Waits until no process lives that nobody owns. */
async function settled(world: World, settleMs: number): Promise<string[]> {
  const end = performance.now() + settleMs;
  for (;;) {
    const rows = world.withoutUnprovable(await world.processes());
    const abreast = abreastFaults(rows);
    if (abreast.length > 0) return abreast;
    await world.noteEnd();
    // Read after the table: a round that began in between is known by now.
    const faults = processFaults({ rows, owned: world.owners(), isOrphaned: world.serve === null && !world.hasLeft });
    if (faults.length === 0 || performance.now() > end) return faults;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

function recordFaults(world: World): string[] {
  const overlaps = world.outText("overlaps");
  const agentStarts = world.agentStarts();
  const { records, plantedLines, plantedFiles, excused, project } = world;
  const roundsNow = records.ofKind("round_start").length;
  const planted = new Map([...plantedFiles].flatMap(([name, { text, roundsThen }]) => {
    // status.json is made anew with every round: what was put into it must be gone by then.
    return name === "status.json" && roundsNow > roundsThen ? [] : [[name, text] as const];
  }));
  const files = world.stateNames().flatMap((name) => {
    const path = `${project.logs}/${name}`;
    try {
      return [{ name, text: Deno.readTextFileSync(path) }];
    } catch (thrown) {
      if (thrown instanceof Deno.errors.NotFound || !exists(path)) return [];
      throw thrown;
    }
  });
  const isOver = world.serve === null && world.hasLeft;
  return [
    // Where there was no room, the last word could not be written; what was torn since is the test's own.
    ...isOver && world.mounted === null && !planted.has("status.json") ? restFaults(restOf(world)) : [],
    ...overlapFaults(overlaps, world.excusedOverlaps),
    ...lineFaults({ lines: records.lines(), planted: plantedLines, mayBeTorn: world.mounted !== null }),
    ...roundFaults({ events: records.events(), agentStarts, excused, isOver }),
    ...stateFaults(files, planted),
  ];
}

function restOf(world: World): RestSeen {
  const { logs } = world.project;
  try {
    return { names: names(logs), status: JSON.parse(Deno.readTextFileSync(`${logs}/status.json`)) };
  } catch {
    // That it holds JSON is looked at on its own.
    return { names: names(logs), status: null };
  }
}

/** The journal is read before anything is looked for: what is written meanwhile is looked for next time. */
async function lostBytes(world: World): Promise<string[]> {
  const written: Written[] = world.outText("tokens").split("\n").filter((line) => line !== "").map((line) => {
    const [token = "", kind = ""] = line.split(" ");
    return { token, kind };
  });
  world.tokens = written.length;
  return byteFaults(written, await world.holdings.find());
}
