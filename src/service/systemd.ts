// systemd as the keeper of services: of one user, or of the whole machine.
import { joinPath } from "../core/path.ts";
import { shellQuote } from "../core/text.ts";
import type { Processes } from "../ports/processes.ts";
import { askProgram } from "./keeper.ts";
import type { Keeper, KeeperState } from "./keeper.ts";
import { unitName } from "./names.ts";
import { readUnitMark, unitText } from "./unit_text.ts";

/** A start waits for serve to be ready, which the unit bounds. */
const startMs = 150_000;

const properties = ["ActiveState", "SubState", "MainPID", "UnitFileState", "NRestarts", "LoadState"];

export interface SystemdOptions {
  readonly isSystem: boolean;
  readonly folder: string;
  /** 0: unknown. */
  readonly version: number;
  /** Seconds that a stop may take. */
  readonly stopSeconds: number;
  readonly processes: Processes;
}

/** Folder of the units that a user wrote. */
export function userUnitFolder(homeDir: string, environment: Readonly<Record<string, string>>): string {
  const config = environment.XDG_CONFIG_HOME;
  return joinPath(config?.startsWith("/") ? config : joinPath(homeDir, ".config"), "systemd/user");
}

export const systemUnitFolder = "/etc/systemd/system";

/** The number in the first line of `systemctl --version`; 0 where there is none. */
export function readVersion(text: string): number {
  return Number(/^systemd (\d+)/m.exec(text)?.[1] ?? 0);
}

export function systemdKeeper({ isSystem, folder, version, stopSeconds, processes }: SystemdOptions): Keeper {
  const own = isSystem ? [] : ["--user"];
  const ask = (words: readonly string[], timeoutMs?: number) =>
    askProgram(["systemctl", ...own, "--no-ask-password", ...words], {
      processes,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  const does = async (words: readonly string[], timeoutMs?: number) => (await ask(words, timeoutMs)).asked;
  const stopMs = stopSeconds * 1000 + 30_000;
  return {
    mode: isSystem ? "systemd_system" : "systemd_user",
    folder,
    fileMode: isSystem ? 0o644 : 0o600,
    nameOf: unitName,
    pathOf: (role, instance) => joinPath(folder, unitName(role, instance)),
    textOf: (spec) => unitText(spec, version),
    markOf: readUnitMark,
    reload: () => does(["daemon-reload"]),
    enable: (name) => does(["enable", "--quiet", "--", name]),
    disable: (name) => does(["disable", "--quiet", "--", name]),
    start: (name) => does(["start", "--quiet", "--", name], startMs),
    stop: async (name) => {
      const stopped = await does(["stop", "--quiet", "--", name], stopMs);
      // Of a unit that failed nothing is to be left in the list.
      await does(["reset-failed", "--", name]);
      return stopped;
    },
    dismiss: (name) => does(["stop", "--no-block", "--quiet", "--", name]),
    restart: (name) => does(["restart", "--quiet", "--", name], stopMs + startMs),
    async state(name) {
      const { asked, out } = await ask(["show", `--property=${properties.join(",")}`, "--", name]);
      return asked.kind === "failed" ? unknownState(name) : readState(name, out);
    },
    command: (action, name) => `${isSystem ? "sudo systemctl" : "systemctl --user"} ${action} ${shellQuote(name)}`,
    logCommand: (name) => `journalctl ${isSystem ? "" : "--user "}-u ${shellQuote(name)} -n 30`,
  };
}

/** What is told where nobody answers. */
export function unknownState(unit: string): KeeperState {
  return { unit, active: "unknown", sub: null, pid: null, enabled: null, restarts: null };
}

/** Reads what `systemctl show` says. */
export function readState(unit: string, text: string): KeeperState {
  const values = new Map(
    text.split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  const count = (key: string) => /^\d+$/.test(values.get(key) ?? "") ? Number(values.get(key)) : null;
  const pid = count("MainPID");
  return {
    unit,
    active: values.get("ActiveState") || "unknown",
    sub: values.get("SubState") || null,
    pid: pid === 0 ? null : pid,
    enabled: /^enabled/.test(values.get("UnitFileState") ?? ""),
    restarts: count("NRestarts"),
  };
}
