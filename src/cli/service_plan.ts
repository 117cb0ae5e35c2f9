// Plans the services of a project: which manager, which names, what they run, with which environment.
import { exitCode, OperatorError } from "../core/errors.ts";
import { dirName } from "../core/path.ts";
import type { ServiceMode } from "../core/service.ts";
import { visible } from "../core/text.ts";
import type { Config } from "../config/schema.ts";
import { findServices } from "../service/installed.ts";
import type { Installed } from "../service/installed.ts";
import type { WrittenService } from "../service/install.ts";
import type { Keeper } from "../service/keeper.ts";
import { checkLaunchd } from "../service/launchd_ready.ts";
import { loginPathOf } from "../service/machine.ts";
import type { Findings, Machine, Remark } from "../service/machine.ts";
import { instanceNames } from "../service/names.ts";
import type { Role } from "../service/names.ts";
import type { ServiceSpec } from "../service/spec.ts";
import { checkSystemd } from "../service/systemd_ready.ts";
import { pathFault } from "../service/unit_words.ts";
import { configPathOf, homeHere, isOfMachine, keeperFor } from "./service_here.ts";
import { longestStopSeconds } from "./service_look.ts";
import type { World } from "./world.ts";

export interface PlanOptions {
  readonly config: Config;
  readonly machine: Machine;
  readonly mode: ServiceMode;
  readonly roles: readonly Role[];
  /** Words for serve behind its name. */
  readonly serveWords: readonly string[];
}

/** What would be done, and what speaks against it. */
export interface ServicePlan extends Findings {
  readonly keeper: Keeper;
  readonly services: readonly WrittenService[];
  readonly specs: readonly ServiceSpec[];
}

/** Room beside a round's own limits, for serve, the shim and hooks. */
const spare = { memoryMb: 256, tasks: 128 } as const;
const leastWatchdogSeconds = 300;

/** The manager of this machine. Throws `OperatorError` where the program knows none. */
export function modeFor(machine: Machine, { isSystem }: { readonly isSystem: boolean }): ServiceMode {
  if (machine.system === "macos") return isSystem ? "launchd_daemon" : "launchd_agent";
  if (machine.system === "linux") return isSystem ? "systemd_system" : "systemd_user";
  throw new OperatorError("This machine has neither systemd nor launchd, and no other service manager is known", {
    fix: "Run 'agent-runner start' (no service manager needed)",
  });
}

/** Asks the machine, writes nothing. */
export async function planServices(options: PlanOptions, world: World): Promise<ServicePlan> {
  const { config, machine, mode } = options;
  const isSystem = isOfMachine(mode);
  const { files, processes, host } = world;
  const environment = host.environment();
  const ready = mode.startsWith("launchd")
    ? { version: 0, ...await checkLaunchd({ isSystem, machine, processes }) }
    : await checkSystemd({
      isSystem,
      machine,
      environment,
      limitsMemory: config.runtime.roundMemoryMaxMb !== null,
      files,
      processes,
    });
  const keeper = keeperFor(mode, { config, machine, version: ready.version }, world);
  const problems = [...ready.problems];
  const path = isSystem && machine.caller !== null ? await loginPathOf(machine.caller, processes) : null;
  const captured = capturedEnvironment({ ...environment, ...(path === null ? {} : { PATH: path }) });
  const all = findServices(homeHere(world), files);
  const instance = freeInstance(options, { keeper, all }, world);
  if (instance === null) problems.push(takenNames(keeper));
  const specs = options.roles.map((role) => ({
    ...specOf(role, instance ?? config.project, options, world),
    file: keeper.pathOf(role, instance ?? config.project),
    environment: captured,
  }));
  problems.push(
    ...pathProblems(specs),
    ...conflicts(options, { all, specs }, world),
    ...agentProblems(config, captured, world),
  );
  const services = specs.map((spec) => ({
    name: keeper.nameOf(spec.role, spec.instance),
    path: spec.file,
    text: keeper.textOf(spec),
  }));
  return { keeper, services, specs, problems, notes: ready.notes };
}

function specOf(
  role: Role,
  instance: string,
  { config, machine, mode, serveWords }: PlanOptions,
  world: World,
): Omit<ServiceSpec, "file" | "environment"> {
  const configFile = configPathOf(config, world);
  const { roundMemoryMaxMb: memory, roundTasksMax: tasks } = config.runtime;
  return {
    mode,
    role,
    instance,
    project: config.project,
    argv: [...world.host.serveCommand, "--config", configFile, role, ...(role === "serve" ? serveWords : [])],
    workDir: dirName(configFile),
    configFile,
    logDir: config.runtime.logDir,
    user: isOfMachine(mode) ? machine.caller : null,
    stopSeconds: longestStopSeconds(config),
    watchdogSeconds: watchdogSeconds(config),
    memoryMb: memory === null ? null : memory + spare.memoryMb,
    tasksMax: tasks === null ? null : tasks + spare.tasks,
  };
}

/** No single command that the loop waits for may take so long that it counts as a hang. */
export function watchdogSeconds(config: Config): number {
  const longest = Math.max(
    config.progress.verify === null ? 0 : config.progress.verifyTimeoutSeconds,
    ...Object.values(config.hooks).map(({ timeoutSeconds }) => timeoutSeconds),
  );
  return Math.max(leastWatchdogSeconds, Math.ceil(longest * 1.5) + 60);
}

/** What programs look for in their environment and a service manager does not give them. Secrets are none of it. */
export function capturedEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name, value]) =>
    /^(PATH|LANG|LANGUAGE|LC_[A-Z]+|DENO_DIR|XDG_CONFIG_HOME)$/.test(name) && value !== ""
  );
  return { PATH: "/usr/local/bin:/usr/bin:/bin", ...Object.fromEntries(kept.toSorted(([a], [b]) => a < b ? -1 : 1)) };
}

/** The name that this project has already, or the first one that nobody has. */
function freeInstance(
  { config, mode, roles }: PlanOptions,
  { keeper, all }: { readonly keeper: Keeper; readonly all: readonly Installed[] },
  world: World,
): string | null {
  const configFile = configPathOf(config, world);
  const names = instanceNames(config.project, configFile);
  const owner = (instance: string) =>
    roles.map((role) => all.find((one) => one.mode === mode && one.path === keeper.pathOf(role, instance)));
  const isFree = (instance: string) =>
    owner(instance).every((one) => one === undefined || one.mark?.configFile === configFile) &&
    roles.every((role) =>
      world.files.lstat(keeper.pathOf(role, instance)) === null || owner(instance).some((one) => one !== undefined)
    );
  const has = (instance: string) =>
    all.some((one) => one.mark?.configFile === configFile && one.path === keeper.pathOf("serve", instance));
  return names.find(has) ?? names.find(isFree) ?? null;
}

function takenNames({ folder }: Keeper): Remark {
  return {
    text: `Other files have the names of this project's services in '${folder}'`,
    fix: "See what they are, and move them away",
  };
}

function pathProblems(specs: readonly ServiceSpec[]): Remark[] {
  const paths = new Set(
    specs.flatMap(({ argv, workDir, configFile, logDir }) => [argv[0] ?? "", workDir, configFile, logDir]),
  );
  return [...paths].flatMap((path) => {
    const fault = pathFault(path);
    if (fault === null) return [];
    return [{ text: `'${visible(path)}' ${fault}: no service can be written with it`, fix: "Give it a plainer name" }];
  });
}

/** Another service of this project, or one of another project with the same logs. */
function conflicts(
  { config, mode }: PlanOptions,
  { all, specs }: { readonly all: readonly Installed[]; readonly specs: readonly ServiceSpec[] },
  world: World,
): Remark[] {
  const configFile = configPathOf(config, world);
  const own = all.find((one) => one.mark?.configFile === configFile && one.mode !== mode);
  if (own !== undefined) {
    const sudo = isOfMachine(own.mode) ? "sudo " : "";
    return [{
      text: `This project already has a service of another kind: '${own.path}'`,
      fix: `Take it away first: ${sudo}agent-runner uninstall`,
    }];
  }
  const other = all.find((one) =>
    one.role === "serve" && one.mark !== null && one.mark.configFile !== configFile &&
    one.mark.logDir === specs[0]?.logDir
  );
  if (other === undefined) return [];
  return [{
    text:
      `The service '${other.name}' of '${other.mark?.configFile}' has the same log folder, '${config.runtime.logDir}'`,
    fix: "Give this project a runtime.log_dir of its own",
  }];
}

function agentProblems(config: Config, environment: Readonly<Record<string, string>>, { processes }: World): Remark[] {
  const [command = ""] = config.agent.command;
  const path = config.agent.env.PATH ?? environment.PATH ?? "";
  if (processes.find(command, { path, workDir: config.runtime.workDir }) !== null) return [];
  return [{
    text: `The agent '${visible(command)}' is not found on the PATH that the service would have: ${visible(path)}`,
    fix: "Call this from a shell that finds it, or write its whole path into agent.command",
  }];
}

/** Refuses with all that speaks against it. */
export function requireReady({ problems }: Findings): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const also = others.map(({ text }) => text).join("; ");
  throw new OperatorError(`${visible(first.text)}${also === "" ? "" : ` (also: ${visible(also)})`}`, {
    fix: visible(first.fix),
    exitCode: exitCode.failure,
  });
}
