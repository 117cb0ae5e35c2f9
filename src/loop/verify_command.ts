// Looks whether the command of progress.verify can be run at all, before a night depends on it.
import type { Config } from "../config/schema.ts";
import { exitCode, OperatorError } from "../core/errors.ts";
import type { Host } from "../ports/host.ts";
import type { Processes } from "../ports/processes.ts";

/** `later`: it lies in the project, where the agent may still write it. */
export type VerifyCommand =
  | { readonly kind: "found"; readonly file: string }
  | { readonly kind: "later" | "missing"; readonly reason: string };

/** Where the command is, seen with the agent's environment from the work folder. */
export function findVerifyCommand(
  config: Pick<Config, "agent" | "runtime">,
  command: readonly string[],
  ports: { readonly host: Host; readonly processes: Processes },
): VerifyCommand {
  const [word = ""] = command;
  const { workDir } = config.runtime;
  const path = { ...ports.host.environment(), ...config.agent.env }.PATH ?? "/usr/bin:/bin";
  const file = ports.processes.find(word, { path, workDir });
  if (file !== null) return { kind: "found", file };
  return word.includes("/")
    ? { kind: "later", reason: `'${word}' is no file that may be executed, seen from '${workDir}'` }
    : { kind: "missing", reason: `'${word}' is not found on PATH ${path}` };
}

/** Throws `OperatorError` with exit 78 where no round could ever make the command work. */
export function requireVerifyCommand(
  config: Pick<Config, "agent" | "runtime" | "progress">,
  ports: { readonly host: Host; readonly processes: Processes },
): void {
  const { verify } = config.progress;
  if (verify === null) return;
  const found = findVerifyCommand(config, verify, ports);
  if (found.kind !== "missing") return;
  throw new OperatorError(`The command of progress.verify cannot be run: ${found.reason}`, {
    fix: verifyFix,
    exitCode: exitCode.config,
  });
}

export const verifyFix = "Install it, set PATH in [agent.env], or mend progress.verify";
