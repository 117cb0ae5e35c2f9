// Measures the memory of the supervisor at rest and in a round: `deno run -A scripts/bench/memory.ts COMMAND...`.
import { complain, say } from "../say.ts";
import { makeProject } from "./project.ts";

const usage = `usage: deno run -A scripts/bench/memory.ts "BINARY" "deno run -A dist/bundle/main.js" ...
  Each COMMAND is one word here; it is split at its spaces, and gets 'serve'.`;

/** Memory of a few processes, MiB. */
interface Memory {
  readonly rss: number;
  readonly pss: number;
  /** What no other process can share. */
  readonly dirty: number;
}

const settleMs = 3000;
const patienceMs = 30_000;

/** The sum over processes. Throws when one of them is gone. */
function memoryOf(pids: readonly number[]): Memory {
  const sum = (name: string) =>
    pids.reduce((total, pid) => {
      const text = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
      return total + Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? NaN);
    }, 0) / 1024;
  return { rss: sum("Rss"), pss: sum("Pss"), dirty: sum("Private_Dirty") };
}

/** The supervisor and its shim: the direct children of the supervisor, not what those started. */
function ownProcesses(pid: number): readonly number[] {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean);
  return [pid, ...children.map(Number)];
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function hasEvent(folder: string, kind: string): boolean {
  return [...Deno.readDirSync(`${folder}/logs`)].some(({ name }) =>
    name.startsWith("events-") && Deno.readTextFileSync(`${folder}/logs/${name}`).includes(`"event": "${kind}"`)
  );
}

/** @param state `round`: an agent is at work that does nothing; `idle`: in the pause after one */
async function measure(command: string, state: "round" | "idle"): Promise<Memory> {
  const project = await makeProject({ events: 0 });
  try {
    const path = `${project.folder}/agent-runner.toml`;
    const text = Deno.readTextFileSync(path).replace(/restart_delay_s = .*/, "restart_delay_s = 600");
    Deno.writeTextFileSync(path, state === "round" ? text.replace('["true"]', '["sleep", "600"]') : text);
    const [file, ...args] = [...command.split(" "), "serve"];
    const env = { ...Deno.env.toObject(), ...project.env };
    const child = new Deno.Command(file!, { args, cwd: project.folder, env, stdout: "null", stderr: "null" }).spawn();
    try {
      await until(
        "the round",
        () => hasEvent(project.folder, state === "round" ? "agent_spawn" : "round_substrate_after"),
      );
      // What was only needed to begin is given back within a moment.
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      return memoryOf(state === "round" ? ownProcesses(child.pid) : [child.pid]);
    } finally {
      await new Deno.Command(file!, { args: [...args.slice(0, -1), "kill"], cwd: project.folder, env }).output();
      await child.status;
    }
  } finally {
    await project.remove();
  }
}

function spell({ rss, pss, dirty }: Memory): string {
  return [rss, pss, dirty].map((figure) => figure.toFixed(1).padStart(6)).join(" ");
}

async function main(commands: readonly string[]): Promise<number> {
  if (commands.length === 0 || commands.some((command) => command.startsWith("-"))) {
    complain(usage);
    return 2;
  }
  say("idle: RSS PSS private dirty, round: the same with the shim; MiB, the least of three");
  for (const command of commands) {
    const best: string[] = [];
    for (const state of ["idle", "round"] as const) {
      const taken = [];
      for (let i = 0; i < 3; i++) taken.push(await measure(command, state));
      best.push(spell(taken.toSorted((a, b) => a.dirty - b.dirty)[0]!));
    }
    say(`${best.join("  | ")}  ${command}`);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
