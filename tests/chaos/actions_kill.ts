// Processes that are killed, halted or asked to end: the supervisor, the shim, the agent, its children, git and hooks.
import { signal } from "../e2e/project.ts";
import type { Action } from "./actions.ts";
import type { Random } from "./random.ts";
import type { Row } from "./processes.ts";
import type { World } from "./world.ts";

/** Events after whose next appearance the supervisor is killed. */
const moments = [
  "serve_started",
  "round_substrate_before",
  "round_start",
  "agent_spawn",
  "agent_exit",
  "round_verdict",
  "dirty_detected",
  "salvage_saved",
  "orphan_stashed",
  "round_end",
  "round_substrate_after",
] as const;

const ways = ["KILL", "TERM", "INT", "HUP", "STOP", "halt"] as const;
type Way = typeof ways[number];

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Tells a process; `halt` stops it for a while. */
async function tell(pid: number, way: Way, milliseconds: number): Promise<boolean> {
  if (way !== "halt") return signal(pid, `SIG${way}`);
  const isThere = signal(pid, "SIGSTOP");
  await sleep(milliseconds);
  signal(pid, "SIGCONT");
  return isThere;
}

/** Waits until the supervisor has written an event of the kind, or any round has ended meanwhile without one. */
async function untilKind(world: World, kind: string): Promise<boolean> {
  const before = world.records.ofKind(kind).length;
  const endsBefore = world.records.ofKind("round_end").length;
  const isSeen = () => world.records.ofKind(kind).length > before;
  await world.until(`an event '${kind}'`, async () => {
    if (isSeen() || world.records.ofKind("round_end").length > endsBefore + 1) return true;
    if (await world.noteEnd()) {
      if (kind === "serve_started") {
        await world.serving();
        return true;
      }
      await world.serving();
    } else if (world.openRound() === null) world.nudge();
    return isSeen();
  }, 90_000);
  return isSeen();
}

/** Kills one process of the running round that is of a kind, and waits until the round has come to its end. */
async function strike(
  world: World,
  random: Random,
  choose: (rows: readonly Row[], roundId: string) => readonly Row[],
): Promise<Readonly<Record<string, unknown>>> {
  const way = random.pick(ways);
  const milliseconds = random.whole(50, 600);
  const delay = random.isTrue() ? 0 : random.whole(0, 300);
  const choice = random.next();
  for (let attempt = 1;; attempt++) {
    const number = await world.agentAtWork();
    await sleep(delay);
    const open = world.openRound();
    const rows = open === null ? [] : choose(await world.processes(), open.id);
    const row = rows[Math.floor(choice * rows.length)];
    const isHit = row !== undefined && await tell(row.pid, way, milliseconds);
    if (isHit) await world.reapHidden();
    await world.roundEnd(number - 1);
    // Many agents are gone at once: the next one may stay longer.
    if (isHit || attempt === 3) return { way, round: number, hit: isHit ? row.command.slice(0, 40) : null };
  }
}

const isOf = (roundId: string) => (row: Row) => row.roundId === roundId && !row.isHook;

export const killActions: readonly Action[] = [
  {
    name: "kill-serve",
    weight: 16,
    async act(world, random) {
      const kind = random.pick(moments);
      const delay = random.isTrue() ? 0 : random.whole(0, 60);
      const isSeen = await untilKind(world, kind);
      await sleep(delay);
      await world.kill();
      return { moment: kind, delay, seen: isSeen };
    },
  },
  {
    name: "kill-serve-at-work",
    weight: 6,
    async act(world, random) {
      const delay = random.whole(0, 800);
      const number = await world.agentAtWork();
      await sleep(delay);
      await world.kill();
      return { round: number, delay };
    },
  },
  {
    name: "kill-serve-at-start",
    weight: 4,
    async act(world, random) {
      const delay = random.whole(0, 350);
      await world.leave();
      await world.begin();
      await sleep(delay);
      await world.kill();
      return { delay };
    },
  },
  {
    name: "kill-all",
    weight: 4,
    async act(world, random) {
      const delay = random.whole(0, 400);
      const isShuffled = random.isTrue();
      const number = await world.agentAtWork();
      await sleep(delay);
      const rows = (await world.processes()).filter((row) => row.roundId !== null || row.isHidden);
      if (isShuffled) rows.reverse();
      const kill = world.kill();
      for (const { pid } of rows) signal(pid, "SIGKILL");
      await kill;
      return { round: number, processes: rows.length };
    },
  },
  {
    name: "ask-serve",
    weight: 6,
    async act(world, random) {
      const name = random.pick(["SIGTERM", "SIGINT", "SIGHUP"] as const);
      const times = random.whole(1, 3);
      const isAtWork = random.isTrue(0.7);
      const gap = random.whole(0, 200);
      if (isAtWork) await world.agentAtWork();
      else await world.serving();
      for (let i = 0; i < times; i++) {
        world.ask(name);
        await sleep(gap);
      }
      if (times > 1) await world.reapHidden();
      await world.gone();
      return { signal: name, times };
    },
  },
  {
    name: "halt-serve",
    weight: 5,
    async act(world, random) {
      const milliseconds = random.whole(50, 1500);
      const killsAgent = random.isTrue(0.3);
      const isAtWork = random.isTrue(0.7);
      const number = isAtWork ? await world.agentAtWork() : (await world.serving(), world.lastEnded() + 1);
      const pid = world.serve?.pid;
      if (pid !== undefined) signal(pid, "SIGSTOP");
      const open = world.openRound();
      if (killsAgent && open !== null) {
        for (const row of (await world.processes()).filter(isOf(open.id))) if (row.isAgent) signal(row.pid, "SIGKILL");
        await world.reapHidden();
      }
      await sleep(milliseconds);
      if (pid !== undefined) signal(pid, "SIGCONT");
      await world.roundEnd(number - 1);
      return { milliseconds, killsAgent };
    },
  },
  {
    name: "strike-shim",
    weight: 6,
    act: (world, random) => strike(world, random, (rows, id) => rows.filter(isOf(id)).filter((row) => row.isShim)),
  },
  {
    name: "strike-agent",
    weight: 8,
    act: (world, random) => strike(world, random, (rows, id) => rows.filter(isOf(id)).filter((row) => row.isAgent)),
  },
  {
    name: "strike-child",
    weight: 5,
    act: (world, random) =>
      strike(world, random, (rows, id) => rows.filter(isOf(id)).filter((row) => !row.isAgent && !row.isShim)),
  },
  {
    name: "fault-git",
    weight: 14,
    async act(world, random) {
      const what = random.pick(["kill", "kill", "kill", "halt", "fail"]);
      const calls = random.whole(1, 30);
      const delay = random.pick(["0", "0.001", "0.003", "0.01", "0.03"]);
      await world.agentAtWork();
      Deno.writeTextFileSync(world.gitFault, `${what} ${calls} ${delay}\n`);
      const number = world.lastEnded();
      await world.roundEnd(number);
      if (!(await world.noteEnd())) await world.roundEnd(number + 1);
      const isMet = Deno.readTextFileSync(world.gitFault) === "";
      Deno.writeTextFileSync(world.gitFault, "");
      return { what, calls, delay, isMet };
    },
  },
  {
    name: "fault-hook",
    weight: 14,
    only: ["hooks"],
    async act(world, random) {
      const mode = random.pick(["slow", "stuck", "junk", "fail", "fork", "huge", "version", "die"]);
      const isKilled = random.isTrue(0.3);
      const killsServe = random.isTrue(0.2);
      const number = await world.agentAtWork();
      world.setHook(mode);
      const end = world.roundEnd(number - 1);
      if (isKilled || killsServe) {
        let hook: Row | undefined;
        await world.until("a hook, or the end of the round", async () => {
          hook = (await world.processes()).find((row) => row.isHook);
          return hook !== undefined || await world.noteEnd() || world.lastEnded() >= number;
        }, 60_000);
        if (killsServe) await world.kill();
        else if (hook !== undefined) signal(hook.pid, "SIGKILL");
      }
      await end;
      world.setHook("ok");
      return { mode, isKilled, killsServe };
    },
  },
];
