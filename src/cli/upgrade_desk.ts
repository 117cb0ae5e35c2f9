// Puts together what an upgrade works with, for the verb and for whoever finds one that was cut short.
import type { Config } from "../config/schema.ts";
import { exitCode, OperatorError } from "../core/errors.ts";
import { joinPath } from "../core/path.ts";
import { visible } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import { claim, upgradePaths } from "../service/upgrade_files.ts";
import type { Claim, UpgradePaths } from "../service/upgrade_files.ts";
import { smokeTest } from "../service/upgrade_smoke.ts";
import { serviceByVerbs } from "../service/upgrade_service.ts";
import type { RestartService } from "../service/upgrade_service.ts";
import type { UpgradeParts } from "../service/upgrade.ts";
import { openEventSink } from "../store/event_sink.ts";
import { serviceHere } from "./service_here.ts";
import type { UpgradeMeans, World } from "./world.ts";

/** An upgrade's tools; `parts.service` is null without a project. */
export interface UpgradeDesk {
  readonly means: UpgradeMeans;
  readonly paths: UpgradePaths;
  readonly parts: UpgradeParts;
}

/** Throws `OperatorError` where the program is no binary. @param config null without a project */
export async function openDesk(
  config: Config | null,
  { configPath, tell }: { readonly configPath: string; readonly tell: (text: string) => void },
  world: World,
): Promise<UpgradeDesk> {
  const means = await world.upgradeMeans();
  const binary = means.program.path;
  if (binary === null) {
    throw new OperatorError("This program runs from its source: there is no binary to upgrade", {
      fix: "Bring the source up to date with git, or install a binary with scripts/install.sh",
    });
  }
  const { clock, files, processes } = world;
  const paths = upgradePaths(binary);
  const absolute = joinPath(world.host.workDir(), configPath);
  const sink = config === null ? null : openEventSink({ files, clock, logDir: config.runtime.logDir });
  return {
    means,
    paths,
    parts: {
      clock,
      files,
      binaries: means.binaries,
      paths,
      tell,
      service: config === null ? null : serviceOf(config, { binary, configPath: absolute, world }),
      smoke: (spec) => smokeTest({ ...spec, config: config === null ? null : absolute }, processes),
      emit: sink === null ? null : (kind, payload) => sink.emit(kind, payload),
    },
  };
}

/** What keeps the supervisor of this project running. */
function serviceOf(
  config: Config,
  { binary, configPath, world }: { readonly binary: string; readonly configPath: string; readonly world: World },
): RestartService {
  const { clock, files, lock, processes } = world;
  return serviceByVerbs({
    clock,
    files,
    lock,
    processes,
    logDir: config.runtime.logDir,
    call: [binary, "--config", configPath],
    async findService() {
      const service = await serviceHere(config, world);
      if (service === null) return null;
      const { mode, isForeign, keeper, name } = service;
      return { mode, isForeign, command: keeper.command("restart", name) };
    },
  });
}

/** The right to upgrade, or an `OperatorError` where another upgrade has it or the folder is not to be written. */
export async function claimUpgrade(paths: UpgradePaths, world: World): Promise<Claim> {
  const own = await guardFolder(paths, () => claim(paths, world));
  if (own !== null) return own;
  throw new OperatorError(`Another upgrade of '${visible(paths.binary)}' is under way`, {
    fix: "Wait until it has ended",
    exitCode: exitCode.failure,
  });
}

/** Runs what changes files beside the binary; a fault of the disk becomes an `OperatorError`. */
export async function guardFolder<T>(paths: UpgradePaths, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    throw new OperatorError(`'${visible(paths.folder)}' cannot be written: ${visible(thrown.message)}`, {
      fix: thrown.kind === "full"
        ? "Make room on that disk"
        : "Run this as the user who owns the binary, or install it into ~/.local/bin; this program never uses sudo",
    });
  }
}
