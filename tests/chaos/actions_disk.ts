// What happens to files under the program: torn ones, a full disk, locks of another git, its clean-up, logs that vanish.
import { exists, names } from "../e2e/project.ts";
import type { Action } from "./actions.ts";
import { addJunkLine, loseRecords, tearEvents, tearState, tearStatus } from "./tears.ts";
import type { Random } from "./random.ts";
import { removeQuietly } from "./world.ts";
import type { World } from "./world.ts";

/** Brings the supervisor into a state that is drawn: at work on a round, killed in one, or left in order. */
async function drawState(world: World, random: Random): Promise<"running" | "killed" | "left"> {
  const state = random.pick(["running", "killed", "left"] as const);
  if (state === "left") await world.rest();
  else await world.agentAtWork();
  if (state === "killed") await world.kill();
  return state;
}

export const diskActions: readonly Action[] = [
  {
    name: "tear-status",
    weight: 7,
    async act(world, random) {
      const how = await drawState(world, random);
      return { how, ...tearStatus(world, random) };
    },
  },
  {
    name: "tear-events",
    weight: 7,
    async act(world, random) {
      const how = await drawState(world, random);
      if (how === "running") return { how, ...addJunkLine(world, random) };
      return { how, ...tearEvents(world, random) };
    },
  },
  {
    name: "tear-state",
    weight: 7,
    async act(world, random) {
      const how = await drawState(world, random);
      return { how, ...tearState(world, random) };
    },
  },
  {
    name: "lose-records",
    weight: 3,
    async act(world) {
      await world.agentAtWork();
      await world.kill();
      return loseRecords(world);
    },
  },
  {
    name: "full-disk",
    weight: 20,
    only: ["disk"],
    async act(world, random) {
      const kills = random.isTrue(0.4);
      const rounds = random.whole(0, 2);
      const number = await world.agentAtWork();
      const startsBefore = world.agentStarts().length;
      world.mounted!.fill();
      await world.until("rounds on a full disk", async () => {
        if (await world.noteEnd() || world.agentStarts().length >= startsBefore + rounds) return true;
        // A request to go on needs room on the disk itself.
        return isWaitingLong(world);
      }, 60_000);
      if (kills) await world.kill();
      world.mounted!.free();
      // What was to be written meanwhile died with its writer: only then may a record be missing.
      const last = world.agentStarts().at(-1) ?? number;
      if (world.serve === null) { for (let n = number; n <= last + 1; n++) world.excused.add(n); }
      return { kills, rounds, from: number, to: last };
    },
  },
  {
    name: "lock-index",
    weight: 3,
    async act(world) {
      const path = `${world.project.work}/.git/index.lock`;
      const number = await world.agentAtWork();
      const isOurs = !exists(path);
      if (isOurs) Deno.writeTextFileSync(path, "");
      await world.roundEnd(number - 1);
      if (isOurs) removeQuietly(path);
      return { isOurs };
    },
  },
  {
    name: "mend-repository",
    weight: 5,
    async act(world) {
      await world.rest();
      // What a killed git left stays until somebody takes it away.
      const stale = await staleLocks(world.project.work);
      for (const path of stale) removeQuietly(path);
      const conflicts = await world.project.git("ls-files", "--unmerged");
      if (conflicts !== "") {
        await world.project.git("add", "--all");
        await world.project.git("commit", "-q", "-m", "resolved");
      }
      await world.project.git("gc", "--quiet", "--prune=now");
      return { isResolved: conflicts !== "", stale: stale.map((path) => path.slice(world.project.work.length + 1)) };
    },
  },
  {
    name: "remove-log",
    weight: 3,
    async act(world) {
      const number = await world.agentAtWork();
      const folder = `${world.project.logs}/rounds`;
      const log = names(folder).find((name) => name.startsWith(`R${number}-`) && name.endsWith(".log"));
      if (log !== undefined) removeQuietly(`${folder}/${log}`);
      await world.roundEnd(number - 1);
      return { round: number, log: log ?? null };
    },
  },
];

/** A provider's fault, and no pause between rounds, is what the supervisor waits for. */
function isWaitingLong({ serve }: World): boolean {
  const last = serve?.stdout.trimEnd().split("\n").at(-1) ?? "";
  return last.includes(" waiting ") && !last.endsWith(": pause between rounds");
}

async function staleLocks(work: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("find", {
    args: [`${work}/.git`, "-name", "*.lock", "-type", "f"],
    stdout: "piped",
  }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((path) => path !== "");
}
