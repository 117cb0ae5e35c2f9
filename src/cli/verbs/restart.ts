// restart: a new serve with the configuration as it is now takes over; a running round goes on.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { handoverSignal } from "../../core/round.ts";
import { spellDuration, visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import { findHolder } from "../../loop/holder.ts";
import type { ServiceState } from "../../service/state.ts";
import { readHolder } from "../../view/service_view.ts";
import { isObject } from "../../store/json_file.ts";
import { textField } from "../../view/field.ts";
import { spellJson } from "../print.ts";
import { openConfig } from "../project.ts";
import { asOwner, requireRights, serviceHere } from "../service_here.ts";
import type { ServiceHere } from "../service_here.ts";
import { lookAtService } from "../service_look.ts";
import { startPlain, startService } from "../starting.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

/** Between rounds it leaves at once; a round that just ended is put on record first. */
const handoverSeconds = 120;
const lookMs = 100;

export default defineVerb({
  name: "restart",
  summary: "Have a new serve take over, with the configuration as it is now; a running round goes on",
  flags: {
    force: { kind: "boolean", brief: "End everything first, the running round too, as kill does" },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner restart", "agent-runner restart --force"],
  async run(args, givenWorld) {
    const world = await asOwner(args.configPath, givenWorld);
    // A broken configuration is refused while the old one still works.
    const config = openConfig(args, world);
    const before = await lookAtService(config, world);
    const service = await serviceHere(config, world);
    if (service !== null) requireRights(service, "restart");
    const hasKilled = args.flags.force && await kill(config, world);
    const call = { config, configPath: args.configPath, isJson: args.isJson };
    const isKept = before.active && !hasKilled;
    if (isKept) requireOwn(config, { before, service }, world);
    let started;
    if (service === null) {
      if (isKept) await handOver(config, before, world);
      started = await startPlain(call, world);
    } else {
      const besidePid = isKept ? before.pid : null;
      started = await startService(service, { config, action: isKept ? "restart" : "start", besidePid }, world);
    }
    const after = await lookAtService(config, world);
    if (args.isJson) world.stdout.write(`${spellJson({ ...after, log: started.log })}\n`);
    else {
      const word = before.active ? "restarted" : "started, as nothing ran";
      world.stdout.write(`${word} (pid ${started.pid})${spellKept(isKept ? before : null, after)}\n`);
    }
    return exitCode.ok;
  },
});

async function kill(config: Config, world: World): Promise<boolean> {
  const { killProject } = await import("../killing.ts");
  const { left } = await killProject(config, world);
  if (left.length === 0) return true;
  throw new OperatorError(`Not everything is ended, so nothing is started: ${visible(left.join("; "))}`, {
    fix: "End it by hand as its own user (kill -9), then 'agent-runner start'",
  });
}

/** One that somebody runs in a terminal or by other means must be started again by the same means. */
function requireOwn(
  config: Config,
  { before, service }: { readonly before: ServiceState; readonly service: ServiceHere | null },
  { files }: World,
): void {
  const said = readHolder(files, config.runtime.logDir)?.service;
  const mode = isObject(said) ? textField(said, "mode") : null;
  if (mode === (service?.mode ?? "plain")) return;
  throw new OperatorError(
    `The supervisor that runs (pid ${before.pid ?? "unknown"}) was not started by ${
      service === null ? "'agent-runner start'" : visible(service.name)
    }`,
    {
      fix: "End it where it was started, or with 'agent-runner stop'; then 'agent-runner start'",
      exitCode: exitCode.busy,
    },
  );
}

/** Without a service manager: the old one is told to leave. */
async function handOver(config: Config, before: ServiceState, world: World): Promise<void> {
  const { clock, processes } = world;
  const holder = await findHolder(config.runtime.logDir, world);
  const refused = holder.kind === "unsure"
    ? holder.why
    : processes.signal(holder.pid, handoverSignal)
    ? null
    : `process ${holder.pid} takes no signal from this user`;
  if (refused !== null) {
    throw new OperatorError(`The supervisor cannot be asked to hand over: ${visible(refused)}`, {
      fix: "Stop it by hand, as its own user",
    });
  }
  const end = clock.monotonic() + handoverSeconds * 1000;
  while (clock.monotonic() < end) {
    const { active, pid } = await lookAtService(config, world);
    if (!active || pid !== before.pid) return;
    await clock.sleep(lookMs);
  }
  throw new OperatorError(`The supervisor does not leave: it still runs after ${spellDuration(handoverSeconds)}`, {
    fix: "See 'agent-runner status'; 'agent-runner restart --force' ends it with its round",
  });
}

function spellKept(before: ServiceState | null, after: ServiceState): string {
  if (before === null || before.round === null) return "";
  return after.round === before.round ? `; round ${before.round} goes on` : `; round ${before.round} is over by now`;
}
