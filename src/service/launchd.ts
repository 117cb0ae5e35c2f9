// launchd as the keeper of services: agents of a user who is logged in, or daemons of the whole machine.
import { handoverSignal } from "../core/round.ts";
import { joinPath } from "../core/path.ts";
import { shellQuote } from "../core/text.ts";
import type { Processes } from "../ports/processes.ts";
import { askProgram } from "./keeper.ts";
import type { Asked, Keeper, KeeperState } from "./keeper.ts";
import { jobLabel } from "./names.ts";
import type { Role } from "./names.ts";
import { plistText, readPlistMark } from "./plist_text.ts";
import { unknownState } from "./systemd.ts";

export interface LaunchdOptions {
  /** A daemon of the machine. */
  readonly isSystem: boolean;
  readonly folder: string;
  readonly uid: number;
  readonly processes: Processes;
}

/** Folder of the agents of a user. */
export function agentFolder(homeDir: string): string {
  return joinPath(homeDir, "Library/LaunchAgents");
}

export const daemonFolder = "/Library/LaunchDaemons";

/** launchctl says this of a job that it does not know. */
const absentPattern = /could not find|no such process|not find service/i;
/** It is still letting go of an earlier one of that name. */
const goingPattern = /already in progress|: 3[67]:/i;
const attempts = 20;
const pauseSeconds = "0.25";

export function launchdKeeper({ isSystem, folder, uid, processes }: LaunchdOptions): Keeper {
  const domain = isSystem ? "system" : `gui/${uid}`;
  const target = (label: string) => `${domain}/${label}`;
  const pathOf = (role: Role, instance: string) => joinPath(folder, `${jobLabel(role, instance)}.plist`);
  const ask = (...words: readonly string[]) => askProgram(["launchctl", ...words], { processes });
  const does = async (...words: readonly string[]) => (await ask(...words)).asked;
  const isLoaded = async (label: string) => (await does("print", target(label))).kind === "done";
  const load = async (label: string) => {
    for (let attempt = 1;; attempt++) {
      const asked = await does("bootstrap", domain, joinPath(folder, `${label}.plist`));
      const isGoing = asked.kind === "failed" && goingPattern.test(asked.reason);
      if (!isGoing || attempt === attempts) return asked;
      await askProgram(["sleep", pauseSeconds], { processes });
    }
  };
  const unload = async (label: string) => unless(absentPattern, await does("bootout", target(label)));
  return {
    mode: isSystem ? "launchd_daemon" : "launchd_agent",
    folder,
    fileMode: 0o644,
    nameOf: jobLabel,
    pathOf,
    textOf: plistText,
    markOf: readPlistMark,
    // launchd reads a file when it is loaded: what it has of an earlier one is let go by `stop`.
    reload: () => Promise.resolve({ kind: "done" }),
    enable: (label) => does("enable", target(label)),
    // What is written about a label that is gone would only stay for ever; the file is taken away.
    disable: unload,
    start: async (label) => await isLoaded(label) ? await does("kickstart", target(label)) : await load(label),
    stop: unload,
    dismiss: unload,
    async restart(label) {
      await does("kill", handoverSignal, target(label));
      // Loaded anew: only then the file is read as it is now.
      const gone = await unload(label);
      return gone.kind === "done" ? await load(label) : gone;
    },
    async state(label) {
      const { asked, out } = await ask("print", target(label));
      if (asked.kind === "done") return readJob(label, out);
      return absentPattern.test(asked.reason) ? { ...unknownState(label), active: "inactive" } : unknownState(label);
    },
    command(action, label) {
      const words = action === "stop" ? "bootout" : action === "start" ? "kickstart" : `kill ${handoverSignal}`;
      return `${isSystem ? "sudo " : ""}launchctl ${words} ${shellQuote(target(label))}`;
    },
    logCommand: () => "agent-runner events --window 20",
  };
}

function unless(pattern: RegExp, asked: Asked): Asked {
  return asked.kind === "failed" && pattern.test(asked.reason) ? { kind: "done" } : asked;
}

/** Reads what `launchctl print` says, which is meant for people: of what is missing nothing is told. */
export function readJob(unit: string, text: string): KeeperState {
  const value = (name: string) => new RegExp(`^\\t?\\s*${name} = (.+)$`, "m").exec(text)?.[1]?.trim() ?? null;
  const pid = Number(value("pid") ?? NaN);
  const state = value("state");
  const runs = Number(value("runs") ?? NaN);
  const isRunning = state === "running";
  const lastExit = value("last exit code");
  const hasFailed = lastExit !== null && /^[1-9]/.test(lastExit);
  return {
    unit,
    active: isRunning ? "active" : hasFailed ? "activating" : "inactive",
    sub: state,
    pid: Number.isSafeInteger(pid) ? pid : null,
    enabled: true,
    restarts: Number.isSafeInteger(runs) ? Math.max(0, runs - 1) : null,
  };
}
