// status: whether a supervisor runs, since when, and what it does; asked of the lock that it holds.
import { exitCode } from "../../core/errors.ts";
import type { ServiceMode } from "../../core/service.ts";
import { spellDuration, visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import type { KeeperState } from "../../service/keeper.ts";
import type { Role } from "../../service/names.ts";
import type { ServiceState } from "../../service/state.ts";
import { paintFor, spellFacts, spellJson } from "../print.ts";
import type { Fact } from "../print.ts";
import { openRunning } from "../project.ts";
import { asOwner, servicesHere } from "../service_here.ts";
import { lookAtService, spellActivity } from "../service_look.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

export default defineVerb({
  name: "status",
  summary: "Show whether a supervisor runs, since when, and what it does",
  flags: {},
  needs: ["read", "run", "env", "sys"],
  examples: ["agent-runner status", "agent-runner status --json"],
  async run(args, givenWorld) {
    const world = await asOwner(args.configPath, givenWorld);
    const config = await openRunning(args, world);
    const [seen, services] = await Promise.all([lookAtService(config, world), lookAtKeepers(config, world)]);
    const serve = services.find(({ role }) => role === "serve");
    // A supervisor that was started by other means is not its service's.
    const state = seen.active || serve === undefined ? seen : { ...seen, mode: serve.mode, unit_file: serve.unit_file };
    const paint = paintFor(world.stdout);
    const lines = args.isJson
      ? [spellJson({ ...state, services })]
      : await spellFacts(factsOf(state, services, world.clock.now()), { width: world.stdout.columns, paint });
    world.stdout.write(`${lines.join("\n")}\n`);
    return exitCode.ok;
  },
});

interface KeptService extends KeeperState {
  readonly role: Role;
  readonly mode: ServiceMode;
  readonly unit_file: string;
}

/** What the service managers say about the services of the project. */
async function lookAtKeepers(config: Config, world: World): Promise<KeptService[]> {
  const services = await servicesHere(config, world);
  return await Promise.all(services.map(async ({ role, mode, path, name, keeper }) => ({
    role,
    mode,
    unit_file: path,
    ...await keeper.state(name),
  })));
}

/** @param now epoch milliseconds */
function factsOf(state: ServiceState, services: readonly KeptService[], now: number): Fact[] {
  const facts: Fact[] = [["active", activeFact(state)], ["mode", modeFact(state)], [
    "now",
    `${state.state}: ${spellActivity(state, now)}`,
  ]];
  if (state.since !== null) facts.push(["since", spellMoment(state.since, now)]);
  if (state.next_wake !== null) facts.push(["next wake", spellMoment(state.next_wake, now)]);
  if (state.stopping_since !== null) {
    facts.push(["stopping", `no further round, since ${spellMoment(state.stopping_since, now)}`]);
  }
  if (state.paused_since !== null && state.state === "running") {
    facts.push([
      "paused",
      `no further round until 'agent-runner resume', since ${spellMoment(state.paused_since, now)}`,
    ]);
  }
  if (services.length === 0) facts.push(["unit", "none: 'agent-runner install' makes one"]);
  for (const service of services) facts.push(["unit", visible(service.unit_file)], ["", keeperFact(service)]);
  if (state.config_changed) facts.push(["config", "changed since it was read: restart to apply it"]);
  facts.push(["logs", visible(state.log_dir)]);
  return facts;
}

function modeFact({ mode, active }: ServiceState): string {
  if (mode === "pid_file") return "by hand: no service manager keeps it running";
  return mode === "none" ? "no service" : `${mode.replace("_", " ")}${active ? "" : " (not running)"}`;
}

function keeperFact({ role, active, sub, enabled, restarts }: KeptService): string {
  const parts = [`${role}: ${visible(active)}${sub === null || sub === active ? "" : ` (${visible(sub)})`}`];
  if (enabled !== null) parts.push(enabled ? "enabled" : "not enabled");
  if (restarts !== null && restarts > 0) parts.push(`started again ${restarts} times`);
  return parts.join(", ");
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
