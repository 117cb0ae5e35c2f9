// Names of services: one for each project and role, the same at every call, and never that of another project.
import { fingerprintOf } from "../config/fingerprint.ts";
import { escapeInstance } from "./unit_words.ts";

/** `serve` works, `monitor` watches it. */
export type Role = "serve" | "monitor";

export const roles: readonly Role[] = ["serve", "monitor"];

const stems: Readonly<Record<Role, string>> = { serve: "agent-runner", monitor: "agent-runner-monitor" };

/** A file name may have so many bytes; the rest is for what systemd puts behind it. */
const longestInstance = 180;

/** Names a project may go by, the plain one first; the second one is its own even where folders have the same name. */
export function instanceNames(project: string, configFile: string): readonly [plain: string, own: string] {
  const base = project === "" || project === "/" ? "default" : project;
  const plain = escapeInstance(base);
  const own = `${shortened(plain)}-${fingerprintOf(configFile).slice(0, 8)}`;
  return [plain.length > longestInstance ? own : plain, own];
}

/** Cut between characters, not within the spelling of one. */
function shortened(instance: string): string {
  return instance.slice(0, longestInstance).replace(/\\(x[0-9a-f]?)?$/, "");
}

/** Name of a systemd unit. */
export function unitName(role: Role, instance: string): string {
  return `${stems[role]}@${instance}.service`;
}

/** Label of a launchd job; launchd knows no backslash, so the bytes are spelled with `=`. */
export function jobLabel(role: Role, instance: string): string {
  return `${stems[role]}.${instance.replaceAll("\\x", "=").replaceAll(":", "=3a")}`;
}

/** Whether a file name may be that of a service of ours. */
export function isServiceFile(name: string): boolean {
  return /^agent-runner(-monitor)?(@.+\.service|\..+\.plist)$/.test(name);
}
