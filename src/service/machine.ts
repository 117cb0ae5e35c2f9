// Facts about the machine and its user that decide how a service can be installed here.
import type { Files } from "../ports/files.ts";
import type { Processes } from "../ports/processes.ts";

export interface Machine {
  readonly system: "linux" | "macos" | "other";
  readonly uid: number;
  readonly user: string;
  /** Who called sudo, when this is root because of it; null else. */
  readonly caller: string | null;
  /** A distribution with ways of its own. */
  readonly distribution: "dietpi" | "raspberry_pi_os" | "alpine" | null;
  readonly isContainer: boolean;
}

/** One thing that stands in the way, or that is good to know. */
export interface Remark {
  readonly text: string;
  /** What to do about it. */
  readonly fix: string;
}

/** What was found: with a problem nothing is installed. */
export interface Findings {
  readonly problems: readonly Remark[];
  readonly notes: readonly Remark[];
}

type Variables = Readonly<Record<string, string>>;

const timeoutMs = 10_000;

export async function askMachine(
  environment: Variables,
  { files, processes }: { readonly files: Files; readonly processes: Processes },
): Promise<Machine> {
  const said = await wordOf(["/bin/sh", "-c", "uname -s; id -u; id -un"], processes);
  const [name = "", uid = "", user = ""] = said?.split("\n") ?? [];
  const caller = environment.SUDO_USER;
  const isRoot = uid === "0";
  const isThere = (path: string) => files.stat(path) !== null;
  return {
    system: name === "Linux" ? "linux" : name === "Darwin" ? "macos" : "other",
    uid: /^\d+$/.test(uid) ? Number(uid) : -1,
    user,
    caller: isRoot && caller !== undefined && caller !== "" && caller !== "root" ? caller : null,
    distribution: isThere("/boot/dietpi/.version")
      ? "dietpi"
      : isThere("/etc/rpi-issue")
      ? "raspberry_pi_os"
      : isThere("/etc/alpine-release")
      ? "alpine"
      : null,
    isContainer: isThere("/.dockerenv") || isThere("/run/.containerenv") || environment.container !== undefined ||
      environment.KUBERNETES_SERVICE_HOST !== undefined,
  };
}

/** Home folder of another user; null when it cannot be told. */
export async function homeOf(user: string, processes: Processes): Promise<string | null> {
  // The name is one of an account, so the shell may expand it; any other is not asked about.
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(user)) return null;
  const home = await wordOf(["/bin/sh", "-c", `printf '%s\\n' ~${user.replace("$", "")}`], processes);
  return home?.startsWith("/") ? home : null;
}

/** PATH as a login of that user has it; null when it cannot be told. Only root may ask. */
export async function loginPathOf(user: string, processes: Processes): Promise<string | null> {
  const said = await wordOf(["su", "-", user, "-c", "printenv PATH"], processes);
  // What a profile says comes before it.
  const path = said?.split("\n").at(-1) ?? "";
  return path.includes("/") ? path : null;
}

/** The output of a command that succeeded, without white space around it; null in every other case. */
export async function wordOf(argv: readonly string[], processes: Processes): Promise<string | null> {
  const outcome = await processes.run({ argv, timeoutMs, maxOutputBytes: 64 * 1024, environment: { LC_ALL: "C" } });
  return outcome.kind === "exited" && outcome.code === 0 ? new TextDecoder().decode(outcome.stdout).trim() : null;
}
