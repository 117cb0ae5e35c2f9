// Is the command there that an agent's "done" has to pass.
import { findVerifyCommand, verifyFix } from "../../loop/verify_command.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

const name = "verify";

/** Nothing where none is configured. */
export function checkVerify({ config, world }: ProjectScene): readonly Finding[] {
  const { verify } = config.progress;
  if (verify === null) return [];
  const found = findVerifyCommand(config, verify, world);
  switch (found.kind) {
    case "found":
      return [ok(name, `${verify.join(" ")} (${found.file})`)];
    case "later":
      return [warn(name, {
        found: `${found.reason}: until it is there, no .agent-done is believed`,
        fix: "Write it and make it executable, have the agent write it, or mend progress.verify",
      })];
    case "missing":
      return [fail(name, { found: found.reason, fix: verifyFix })];
    default:
      return found satisfies never;
  }
}
