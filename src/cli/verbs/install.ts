// install: puts serve under the service manager of this machine, after everything that could go wrong was looked at.
import { exitCode, OperatorError, usageError } from "../../core/errors.ts";
import { visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import { installSteps, takeSteps } from "../../service/install.ts";
import { askMachine } from "../../service/machine.ts";
import type { Machine, Remark } from "../../service/machine.ts";
import type { Role } from "../../service/names.ts";
import { untilAtWork } from "../../service/at_work.ts";
import { paintFor, spellFacts, spellJson } from "../print.ts";
import type { Fact } from "../print.ts";
import { openConfig } from "../project.ts";
import { asCaller, isOfMachine, servicesHere } from "../service_here.ts";
import { lookAtService } from "../service_look.ts";
import { pageWords } from "../service_page.ts";
import { modeFor, planServices, requireReady } from "../service_plan.ts";
import type { ServicePlan } from "../service_plan.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

const workSeconds = 60;

export default defineVerb({
  name: "install",
  summary: "Run serve as a service of this machine: it comes back after a crash and after a reboot",
  flags: {
    user: { kind: "boolean", brief: "A service of this user (the default)" },
    system: { kind: "boolean", brief: "A service of the whole machine that runs as the user who calls sudo" },
    monitor: { kind: "boolean", brief: "A second service that runs monitor, too" },
    page: { kind: "integer", min: 1, max: 65535, placeholder: "PORT", brief: "Have serve show its page on this port" },
    "dry-run": { kind: "boolean", brief: "Show what would be written and done, and do nothing" },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: [
    "agent-runner install",
    "agent-runner install --monitor --dry-run",
    "agent-runner install --system --dry-run",
  ],
  async run({ flags, configPath, isJson }, givenWorld) {
    if (flags.user && flags.system) throw usageError("'--user' and '--system' are both given", "Give one of them");
    const serveWords = await pageWords(flags.page);
    const machine = await askMachine(givenWorld.host.environment(), givenWorld);
    const world = await asCaller(machine, givenWorld);
    const config = openConfig({ configPath }, world);
    const mode = modeFor(machine, { isSystem: flags.system });
    const roles: readonly Role[] = flags.monitor ? ["serve", "monitor"] : ["serve"];
    const plan = await planServices({ config, machine, mode, roles, serveWords }, world);
    if (flags["dry-run"]) return showPlan({ plan, isJson }, world);
    requireReady(plan);
    await requireNoOther(config, world);
    const wasThere = (await servicesHere(config, world)).length > 0;
    const isStarted = !isOfMachine(mode);
    await install(plan, isStarted, world);
    const [serve, monitor] = plan.services;
    const pid = isStarted && serve !== undefined ? await workOf(plan, config, world) : null;
    const result = {
      unit_path: serve?.path ?? null,
      monitor_unit_path: monitor?.path ?? null,
      enabled: true,
      started: pid !== null,
      mode,
      unit: serve?.name ?? null,
      pid,
      environment: plan.specs[0]?.environment ?? {},
      notes: plan.notes,
    };
    if (isJson) world.stdout.write(`${spellJson(result)}\n`);
    else await tellDone({ plan, machine, pid, wasThere, isStarted, page: flags.page }, world);
    return exitCode.ok;
  },
});

async function install(plan: ServicePlan, isStarted: boolean, world: World): Promise<void> {
  const { keeper, services } = plan;
  const fault = await takeSteps(installSteps(services, { keeper, files: world.files, isStarted }));
  if (fault === null) return;
  const left = fault.left.length === 0 ? "nothing of it is left" : `this is left of it: ${fault.left.join("; ")}`;
  throw new OperatorError(`Cannot ${visible(fault.what)}: ${visible(fault.reason)}; ${visible(left)}`, {
    fix: `Mend that and call install again; '${
      fault.what.startsWith("start")
        ? "agent-runner serve' shows in this terminal why it"
        : "agent-runner doctor' shows what"
    } does not work`,
  });
}

/** Its pid once it works; null when it has left again. */
async function workOf({ keeper, services }: ServicePlan, config: Config, world: World): Promise<number | null> {
  const name = services[0]!.name;
  return await untilAtWork(config.runtime.logDir, {
    deadlineSeconds: workSeconds,
    hasLeft: async () => ["inactive", "failed"].includes((await keeper.state(name)).active),
  }, world);
}

/** A service that finds the lock held would only be started again and again. */
async function requireNoOther(config: Config, world: World): Promise<void> {
  const state = await lookAtService(config, world);
  if (!state.active || state.unit_file !== null) return;
  throw new OperatorError(`A supervisor works here already, without a service (pid ${state.pid ?? "unknown"})`, {
    fix: "Run 'agent-runner stop' first, which lets its round finish",
    exitCode: exitCode.busy,
  });
}

function showPlan(
  { plan, isJson }: { readonly plan: ServicePlan; readonly isJson: boolean },
  world: World,
): number {
  const { keeper, services, problems, notes } = plan;
  const isStarted = !isOfMachine(keeper.mode);
  const steps = installSteps(services, { keeper, files: world.files, isStarted }).map(({ what }) => what).slice(1);
  if (isJson) world.stdout.write(`${spellJson({ mode: keeper.mode, services, steps, problems, notes })}\n`);
  else {
    for (const { path, text } of services) world.stdout.write(`# ${visible(path)}\n${text}\n`);
    world.stdout.write(`${steps.map((step) => `would ${visible(step)}`).join("\n")}\n`);
    tellRemarks(notes, world);
  }
  requireReady(plan);
  return exitCode.ok;
}

async function tellDone(
  done: {
    readonly plan: ServicePlan;
    readonly machine: Machine;
    readonly pid: number | null;
    readonly wasThere: boolean;
    readonly isStarted: boolean;
    readonly page: number | undefined;
  },
  world: World,
): Promise<void> {
  const { plan, pid, wasThere, isStarted, page } = done;
  const { stdout } = world;
  const { keeper, services, specs } = plan;
  const environment = Object.entries(specs[0]?.environment ?? {});
  const facts: Fact[] = [
    ...services.map(({ path }): Fact => ["unit", visible(path)]),
    ["runs", visible(specs[0]?.argv.join(" ") ?? "")],
    ...pageFacts(page),
    ...environment.map(([name, value]): Fact => [name, visible(value)]),
    ["started", !isStarted ? "no" : pid === null ? "yes, and it has left again" : `yes, pid ${pid}`],
  ];
  stdout.write(`${(await spellFacts(facts, { width: stdout.columns, paint: paintFor(stdout) })).join("\n")}\n`);
  const name = services[0]?.name ?? "";
  if (!isStarted) world.stderr.write(`agent-runner: next: ${keeper.command("start", name)}\n`);
  else if (pid === null) world.stderr.write(`agent-runner: see why it left: ${keeper.logCommand(name)}\n`);
  if (wasThere) {
    world.stderr.write("agent-runner: what already runs is as it was: 'agent-runner restart' applies a change\n");
  }
  tellRemarks(plan.notes, world);
}

function tellRemarks(notes: readonly Remark[], world: World): void {
  for (const { text, fix } of notes) world.stderr.write(`agent-runner: note: ${visible(text)}\n  ${visible(fix)}\n`);
}

/** Where the page is, here and from elsewhere. */
function pageFacts(port: number | undefined): readonly Fact[] {
  if (port === undefined) return [];
  return [["page", `http://localhost:${port}/, from another machine after: ssh -L ${port}:127.0.0.1:${port} HOST`]];
}
