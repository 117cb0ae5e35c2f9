// The service of a project on this machine, with the manager that keeps it, for the verbs that control it.
import { exitCode, OperatorError } from "../core/errors.ts";
import type { ServiceMode } from "../core/service.ts";
import { joinPath } from "../core/path.ts";
import { visible } from "../core/text.ts";
import type { Config } from "../config/schema.ts";
import { serviceFolders, servicesOf } from "../service/installed.ts";
import type { Home, Installed } from "../service/installed.ts";
import type { Keeper, KeeperState } from "../service/keeper.ts";
import { launchdKeeper } from "../service/launchd.ts";
import { askMachine, homeOf } from "../service/machine.ts";
import type { Machine } from "../service/machine.ts";
import type { Role } from "../service/names.ts";
import { systemdKeeper } from "../service/systemd.ts";
import { longestStopSeconds } from "./service_look.ts";
import type { World } from "./world.ts";

/** A service that is installed. */
export interface ServiceHere extends Installed {
  readonly keeper: Keeper;
  /** It is one of the whole machine, and this process has no rights over it. */
  readonly isForeign: boolean;
}

/** Its supervisor leaves a moment after its lock is free. */
const settleMs = 5_000;
const lookMs = 100;

export function homeHere({ host }: World): Home {
  return { homeDir: host.homeDir(), environment: host.environment() };
}

/** The file by which services know their project. */
export function configPathOf(config: Config, { files }: World): string {
  return files.realPath(config.file) ?? config.file;
}

/** Those of the project that are installed, `serve` first. No process is asked where there is none. */
export async function servicesHere(config: Config, world: World): Promise<readonly ServiceHere[]> {
  const found = servicesOf(configPathOf(config, world), homeHere(world), world.files);
  if (found.length === 0) return [];
  const machine = await askMachine(world.host.environment(), world);
  const order: readonly Role[] = ["serve", "monitor"];
  return found.toSorted((a, b) => order.indexOf(a.role) - order.indexOf(b.role)).map((installed) => ({
    ...installed,
    keeper: keeperFor(installed.mode, { config, machine, version: 0 }, world),
    isForeign: isOfMachine(installed.mode) && machine.uid !== 0,
  }));
}

/** The one that runs serve; null when none is installed. */
export async function serviceHere(config: Config, world: World): Promise<ServiceHere | null> {
  return (await servicesHere(config, world)).find(({ role }) => role === "serve") ?? null;
}

/** The world as the user sees it who called sudo: the home folder of root leads to other logs. */
export async function asCaller(machine: Machine, world: World): Promise<World> {
  if (machine.caller === null) return world;
  const home = await homeOf(machine.caller, world.processes);
  if (home === null) return world;
  const { asset, assets } = world;
  return {
    ...world,
    asset: asset.bind(world),
    assets: assets.bind(world),
    host: { ...world.host, homeDir: () => home },
  };
}

/** The same for a project that has a service of the whole machine, and else the world as it is. */
export async function asOwner(configPath: string, world: World): Promise<World> {
  const { files, host } = world;
  const environment = host.environment();
  if (!environment.SUDO_USER) return world;
  const path = joinPath(host.workDir(), configPath);
  const found = servicesOf(files.realPath(path) ?? path, homeHere(world), files);
  if (!found.some(({ mode }) => isOfMachine(mode))) return world;
  return await asCaller(await askMachine(environment, world), world);
}

export function isOfMachine(mode: ServiceMode): boolean {
  return mode === "systemd_system" || mode === "launchd_daemon";
}

/** @param facts `version`: of systemd, 0 when nothing is to be written */
export function keeperFor(
  mode: ServiceMode,
  facts: { readonly config: Config; readonly machine: Machine; readonly version: number },
  world: World,
): Keeper {
  const folder = serviceFolders(homeHere(world))[mode];
  const isSystem = isOfMachine(mode);
  const { processes } = world;
  return mode.startsWith("launchd")
    ? launchdKeeper({ isSystem, folder, uid: facts.machine.uid, processes })
    : systemdKeeper({
      isSystem,
      folder,
      version: facts.version,
      stopSeconds: longestStopSeconds(facts.config),
      processes,
    });
}

/** Throws where only root may do this, with the words that do it. */
export function requireRights(service: ServiceHere, action: "start" | "stop" | "restart"): void {
  if (!service.isForeign) return;
  throw new OperatorError(`'${visible(service.name)}' is a service of the whole machine, and this is not root`, {
    fix: `Run: ${service.keeper.command(action, service.name)}`,
  });
}

/**
 * Called once no supervisor holds the lock: waits until the manager has seen that, and has it give up another start that
 * it has planned. @returns whether one was planned
 */
export async function settle(service: ServiceHere, { clock }: World): Promise<boolean> {
  const end = clock.monotonic() + settleMs;
  let state = await service.keeper.state(service.name);
  while (isLeaving(state) && clock.monotonic() < end) {
    await clock.sleep(lookMs);
    state = await service.keeper.state(service.name);
  }
  if (["inactive", "failed", "unknown"].includes(state.active)) return false;
  requireRights(service, "stop");
  const asked = await service.keeper.stop(service.name);
  if (asked.kind === "done") return true;
  throw new OperatorError(`'${visible(service.name)}' cannot be stopped: ${visible(asked.reason)}`, {
    fix: `Run: ${service.keeper.command("stop", service.name)}`,
    exitCode: exitCode.failure,
  });
}

/** Its process is still there; before another start there is none. */
function isLeaving({ active, pid, sub }: KeeperState): boolean {
  return active === "deactivating" || (active === "active" && pid !== null) || sub === "stop-sigterm";
}
