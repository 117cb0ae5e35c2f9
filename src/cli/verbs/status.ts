// status: whether a supervisor runs, since when, and what it does; asked of the lock that it holds.
import { exitCode } from "../../core/errors.ts";
import { spellDuration, visible } from "../../core/text.ts";
import type { ServiceState } from "../../service/state.ts";
import { paintFor, spellFacts, spellJson } from "../print.ts";
import type { Fact } from "../print.ts";
import { openConfig } from "../project.ts";
import { lookAtService, spellActivity } from "../service_look.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "status",
  summary: "Show whether a supervisor runs, since when, and what it does",
  flags: {},
  needs: ["read", "env", "sys"],
  examples: ["agent-runner status", "agent-runner status --json"],
  async run(args, world) {
    const config = openConfig({ ...args, withPrices: false }, world);
    const state = await lookAtService(config, world);
    const paint = paintFor(world.stdout);
    const lines = args.isJson
      ? [spellJson(state)]
      : await spellFacts(factsOf(state, world.clock.now()), { width: world.stdout.columns, paint });
    world.stdout.write(`${lines.join("\n")}\n`);
    return exitCode.ok;
  },
});

/** @param now epoch milliseconds */
function factsOf(state: ServiceState, now: number): Fact[] {
  const facts: Fact[] = [["active", activeFact(state)], ["now", `${state.state}: ${spellActivity(state, now)}`]];
  if (state.since !== null) facts.push(["since", spellMoment(state.since, now)]);
  if (state.next_wake !== null) facts.push(["next wake", spellMoment(state.next_wake, now)]);
  if (state.stopping_since !== null) {
    facts.push(["stopping", `no further round, since ${spellMoment(state.stopping_since, now)}`]);
  }
  facts.push(["unit", state.unit_file === null ? "none" : visible(state.unit_file)]);
  if (state.config_changed) facts.push(["config", "changed since it was read: restart to apply it"]);
  facts.push(["logs", visible(state.log_dir)]);
  return facts;
}

function activeFact({ active, pid, uptime_s: uptime, version }: ServiceState): string {
  if (!active) return "no";
  const parts = [`yes, pid ${pid ?? "unknown"}`];
  if (uptime !== null) parts.push(`up ${spellDuration(uptime)}`);
  if (version !== null) parts.push(`version ${visible(version)}`);
  return parts.join(", ");
}

function spellMoment(iso: string, now: number): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return visible(iso.slice(0, 30));
  const seconds = (at - now) / 1000;
  const distance = seconds > 0 ? `in ${spellDuration(seconds)}` : `${spellDuration(-seconds)} ago`;
  return `${new Date(at).toJSON().slice(0, 19)}Z (${distance})`;
}
