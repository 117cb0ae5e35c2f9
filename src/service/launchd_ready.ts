// What must be so before a job of launchd is written, and what is good to know about agents on a Mac.
import type { Processes } from "../ports/processes.ts";
import { askProgram } from "./keeper.ts";
import type { Findings, Machine, Remark } from "./machine.ts";

export interface LaunchdQuestion {
  readonly isSystem: boolean;
  readonly machine: Machine;
  readonly processes: Processes;
}

const sleepNote: Remark = {
  text: "A Mac that sleeps runs no rounds: a wait goes on after it wakes up",
  fix: "Keep it awake while it is on power: sudo pmset -c sleep 0",
};

export async function checkLaunchd({ isSystem, machine, processes }: LaunchdQuestion): Promise<Findings> {
  const { uid, caller } = machine;
  if (isSystem && (uid !== 0 || caller === null)) {
    return {
      problems: [{
        text: "A daemon of the whole Mac can only be installed by root, for the user who called sudo",
        fix: "Run: sudo agent-runner install --system; or install without --system, for this user alone",
      }],
      notes: [],
    };
  }
  if (isSystem) {
    const text =
      "A daemon runs before anybody has logged in: the keychain is locked, and with it logins that agents keep there";
    return { problems: [], notes: [{ text, fix: "Give the agent a key in [agent.env]" }, sleepNote] };
  }
  if (caller !== null) {
    return {
      problems: [{
        text: `With sudo this would become a service of root, not of '${caller}'`,
        fix: "Run it without sudo, or with --system for a daemon that runs as that user",
      }],
      notes: [],
    };
  }
  const { asked } = await askProgram(["launchctl", "print", `gui/${uid}`], { processes, timeoutMs: 10_000 });
  if (asked.kind === "failed") {
    return {
      problems: [{
        text: `launchd has no session of this user on the screen: ${asked.reason}`,
        fix:
          "Log in on the Mac itself (automatic login keeps it so after a restart), or use 'sudo agent-runner install --system'",
      }],
      notes: [],
    };
  }
  const keychain: Remark = {
    text: "The service runs while this user is logged in on the Mac; the keychain is open for it then",
    fix: "Turn on automatic login for starts after a power cut, or use 'sudo agent-runner install --system'",
  };
  return { problems: [], notes: [keychain, sleepNote] };
}
