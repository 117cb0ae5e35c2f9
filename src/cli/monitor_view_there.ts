// Reads the picture of a project on another machine, for hooks that look at it here.
import { parseObject, redacted } from "../monitor/frame.ts";
import { sshArgv } from "../monitor/ssh_command.ts";
import type { SshTarget } from "../monitor/ssh_target.ts";
import type { World } from "./world.ts";

const timeoutMs = 30_000;
const outputBytes = 16 * 1024 * 1024;

/** What `peek --json` says there; null when it says nothing: what is wrong with the connection, the feed tells. */
export async function readViewThere(
  target: SshTarget,
  world: Pick<World, "processes">,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | null> {
  const outcome = await world.processes.run({
    argv: sshArgv(target, ["peek", "--json"]),
    environment: { LC_ALL: "C" },
    timeoutMs,
    maxOutputBytes: outputBytes,
    stop: signal,
  });
  if (outcome.kind !== "exited" || outcome.code !== 0 || outcome.isCut) return null;
  const text = new TextDecoder().decode(outcome.stdout);
  // A login may print something before it.
  const view = parseObject(text.slice(Math.max(0, text.search(/^\{/m))));
  return view === null ? null : redacted(view);
}
