// Finds the services of a project among the files of the service managers; no process is asked.
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { ServiceMode } from "../core/service.ts";
import { joinPath } from "../core/path.ts";
import { agentFolder, daemonFolder } from "./launchd.ts";
import { isServiceFile } from "./names.ts";
import type { Role } from "./names.ts";
import { readPlistMark } from "./plist_text.ts";
import { systemUnitFolder, userUnitFolder } from "./systemd.ts";
import { readUnitMark } from "./unit_text.ts";
import type { ServiceMark } from "./unit_text.ts";

/** One service that is written down on this machine. */
export interface Installed {
  readonly mode: ServiceMode;
  readonly role: Role;
  readonly path: string;
  /** Name of the unit, or label of the job. */
  readonly name: string;
  /** Null for one that is not ours although it has such a name. */
  readonly mark: ServiceMark | null;
}

export interface Home {
  readonly homeDir: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where each manager keeps its files. */
export function serviceFolders({ homeDir, environment }: Home): Readonly<Record<ServiceMode, string>> {
  return {
    systemd_user: userUnitFolder(homeDir, environment),
    systemd_system: systemUnitFolder,
    launchd_agent: agentFolder(homeDir),
    launchd_daemon: daemonFolder,
  };
}

/** Every service with a name of ours. What cannot be read is left out. */
export function findServices(home: Home, files: Files): readonly Installed[] {
  return Object.entries(serviceFolders(home)).flatMap(([key, folder]) => {
    const mode = key as ServiceMode;
    return namesIn(folder, files).flatMap((file) => readService(mode, joinPath(folder, file), files));
  });
}

/** Those of the project with that configuration. */
export function servicesOf(configFile: string, home: Home, files: Files): readonly Installed[] {
  return findServices(home, files).filter(({ mark }) => mark?.configFile === configFile);
}

function namesIn(folder: string, files: Files): readonly string[] {
  try {
    return files.list(folder).filter(isServiceFile);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return [];
  }
}

function readService(mode: ServiceMode, path: string, files: Files): readonly Installed[] {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const isUnit = mode.startsWith("systemd");
  if (isUnit !== file.endsWith(".service")) return [];
  try {
    const text = files.readText(path) ?? "";
    const role = file.startsWith("agent-runner-monitor") ? "monitor" : "serve";
    const name = isUnit ? file : file.replace(/\.plist$/, "");
    return [{ mode, role, path, name, mark: isUnit ? readUnitMark(text) : readPlistMark(text) }];
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return [];
  }
}
