// What must be so before a systemd unit is written, and what is good to know: found out and explained first.
import { shellQuote } from "../core/text.ts";
import type { Files } from "../ports/files.ts";
import type { Processes } from "../ports/processes.ts";
import { askProgram } from "./keeper.ts";
import { wordOf } from "./machine.ts";
import type { Findings, Machine, Remark } from "./machine.ts";

export interface SystemdQuestion {
  readonly isSystem: boolean;
  readonly machine: Machine;
  readonly environment: Readonly<Record<string, string>>;
  /** A limit on memory is to be written. */
  readonly limitsMemory: boolean;
  readonly files: Files;
  readonly processes: Processes;
}

export interface SystemdReadiness extends Findings {
  /** 0: unknown. */
  readonly version: number;
}

const plain = "Run 'agent-runner start' (no service manager needed), and have the init system of this machine call it";

export async function checkSystemd(question: SystemdQuestion): Promise<SystemdReadiness> {
  const { isSystem, processes } = question;
  const problems = isSystem ? rootProblems(question.machine) : sudoProblems(question.machine);
  if (problems.length > 0) return { version: 0, problems, notes: [] };
  const scope = isSystem ? [] : ["--user"];
  const { asked, out } = await askProgram(["systemctl", ...scope, "show", "--property=Version", "--value"], {
    processes,
    timeoutMs: 10_000,
  });
  const version = Number(/^(\d+)/.exec(out.trim())?.[1] ?? 0);
  if (asked.kind === "done" && version > 0) {
    return { version, problems: [], notes: await notesOf(question) };
  }
  const reason = asked.kind === "failed" ? asked.reason : "it told no version";
  return { version: 0, problems: [await unreachable(reason, question)], notes: [] };
}

function rootProblems({ uid, caller }: Machine): Remark[] {
  if (uid !== 0) {
    return [{
      text: "A service of the whole machine can only be installed by root",
      fix: "Run: sudo agent-runner install --system; or install without --system, for this user alone",
    }];
  }
  if (caller !== null) return [];
  return [{
    text: "It is not known as which user the service is to run: SUDO_USER is not set",
    fix: "Log in as the user whose agent works here and run: sudo agent-runner install --system",
  }];
}

function sudoProblems({ caller }: Machine): Remark[] {
  if (caller === null) return [];
  return [{
    text: `With sudo this would become a service of root, not of '${caller}'`,
    fix: "Run it without sudo, or with --system for a service of the whole machine that runs as that user",
  }];
}

async function unreachable(reason: string, { isSystem, machine, environment, processes, files }: SystemdQuestion) {
  const hasProgram = await wordOf(["systemctl", "--version"], processes) !== null;
  if (!hasProgram) return absent(machine);
  if (isSystem || files.stat("/run/systemd/system") === null) {
    const where = machine.isContainer ? "in this container" : "on this machine";
    return { text: `systemd does not run ${where}: ${reason}`, fix: plain };
  }
  return noUserManager(reason, machine, environment);
}

function absent({ distribution, isContainer }: Machine): Remark {
  if (distribution === "alpine") {
    return {
      text: "Alpine Linux has no systemd, and OpenRC services are not written by this program",
      fix:
        "Run 'agent-runner start' (no service manager needed); a file in /etc/local.d that calls it starts it at boot",
    };
  }
  if (isContainer) {
    return {
      text: "There is no systemd in this container",
      fix:
        "Make 'agent-runner serve' the command of the container and leave restarts to its policy, or use 'agent-runner start'",
    };
  }
  return { text: "There is no systemd on this machine", fix: plain };
}

/** Why the systemd of a user does not answer: most often the session has no way to it. */
function noUserManager(
  reason: string,
  machine: Machine,
  environment: Readonly<Record<string, string>>,
): Remark {
  const { uid, user, distribution } = machine;
  const system = "or use 'sudo agent-runner install --system'";
  const text = `The systemd of user '${user}' cannot be reached: ${reason}`;
  if (distribution === "dietpi") {
    const fix = "DietPi leaves its parts out: run 'sudo apt-get install libpam-systemd dbus-user-session', " +
      `then 'sudo loginctl enable-linger ${shellQuote(user)}', and log in again; ${system}`;
    return { text, fix };
  }
  if (!environment.XDG_RUNTIME_DIR) {
    const fix = `XDG_RUNTIME_DIR is not set, as after su or sudo: log in as '${user}' itself, or run ` +
      `'sudo loginctl enable-linger ${shellQuote(user)}' and 'export XDG_RUNTIME_DIR=/run/user/${uid}'; ${system}`;
    return { text, fix };
  }
  const fix = `Install dbus-user-session and libpam-systemd where they are missing, run ` +
    `'sudo loginctl enable-linger ${shellQuote(user)}', and log in again; ${system}`;
  return { text, fix };
}

async function notesOf(question: SystemdQuestion): Promise<Remark[]> {
  const { isSystem, machine, limitsMemory, files, processes } = question;
  const notes: Remark[] = [];
  if (!isSystem && files.lstat(`/var/lib/systemd/linger/${machine.user}`) === null) {
    notes.push({
      text: `The service ends with the last logout of '${machine.user}' and does not start at boot`,
      fix: `Run: loginctl enable-linger ${shellQuote(machine.user)}   (with sudo where it is refused)`,
    });
  }
  if (limitsMemory && !await hasMemoryController(processes)) {
    notes.push({
      text: "This kernel counts no memory for services, so that the limit on memory has no effect",
      fix: machine.distribution === "raspberry_pi_os" || machine.distribution === "dietpi"
        ? "Add 'cgroup_enable=memory' to the line in /boot/firmware/cmdline.txt (/boot/cmdline.txt on older systems), and reboot"
        : "Boot with the memory cgroup enabled, or take runtime.round_memory_max_mb out",
    });
  }
  return notes;
}

async function hasMemoryController(processes: Processes): Promise<boolean> {
  const script = "grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null || test -d /sys/fs/cgroup/memory";
  return await wordOf(["/bin/sh", "-c", script], processes) !== null;
}
