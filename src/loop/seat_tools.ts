// What a change of agents takes: the tools of a round with another agent, whether one is able, and the record of it.
import { isoTime } from "../core/text.ts";
import type { RoundTools } from "../round/tools.ts";
import type { Change, Seat, Seats } from "./seats.ts";

const versionTimeoutMs = 20_000;

/** The tools of a round that this agent works in. */
export function toolsFor(seat: Seat, tools: RoundTools): RoundTools {
  const { config } = tools;
  return { ...tools, agent: seat.agent, config: { ...config, agent: { ...config.agent, ...seat.settings } } };
}

/**
 * Whether the agent is installed and, where its program is one we know, starts: asked cheaply, without its provider.
 * @param options `stop`: ends the asking at once; the answer is then no
 */
export async function isAble(
  seat: Seat,
  tools: RoundTools,
  { stop }: { readonly stop?: AbortSignal | undefined } = {},
): Promise<boolean> {
  if (stop?.aborted) return false;
  const { config, host, processes } = tools;
  const { command, env } = seat.settings;
  const { workDir } = config.runtime;
  const environment = { ...host.environment(), ...env };
  const file = processes.find(command[0] ?? "", { path: environment.PATH ?? "/usr/bin:/bin", workDir });
  if (file === null) return false;
  // Of a program nobody knows it is unknown what it makes of a flag; and behind a wrapper the flag is the wrapper's.
  if (!seat.agent.binaries.some((name) => file.endsWith(`/${name}`))) return true;
  const outcome = await processes.run({
    argv: [file, "--version"],
    workDir,
    environment,
    timeoutMs: versionTimeoutMs,
    ...stop && { stop },
  });
  return outcome.kind === "exited" && outcome.code === 0;
}

/** Puts a change on record and tells it. */
export function recordChange({ from, to, isReturn }: Change, seats: Seats, tools: RoundTools): void {
  if (isReturn && to === seats.all[0]) {
    tools.sink.emit("fallback_ended", { agent: from.name, instead_of: to.name });
    const text = `${to.name} may work again: it takes over from ${from.name}`;
    tools.tell({ kind: "fallback_ended", text, facts: { agent: to.name } });
    return;
  }
  const block = seats.blockOf(seats.all[0]!, tools.clock.now() / 1000);
  const until = block?.until_epoch ?? null;
  const reason = block?.reason ?? "it cannot work";
  tools.sink.emit("fallback_started", {
    agent: to.name,
    instead_of: seats.all[0]!.name,
    until_epoch: until,
    reason,
  });
  const when = until === null ? "until a person mends it" : `until ${isoTime(until * 1000).slice(0, 19)}Z`;
  const text = `${to.name} works instead of ${seats.all[0]!.name} ${when}: ${reason.replace(/\.$/, "")}`;
  tools.tell({ kind: "fallback_started", text, tone: "warn", facts: { agent: to.name, until_epoch: until } });
}
