// Whether serve can show its page, asked of serve itself: a unit must not be written with a flag that it refuses.
import { exitCode, OperatorError } from "../core/errors.ts";
import type { FlagSpecs } from "./verb.ts";

/** Words for the command line of serve. Throws `OperatorError` where it knows no such flag. */
export async function pageWords(port: number | undefined): Promise<readonly string[]> {
  if (port === undefined) return [];
  const flags: FlagSpecs = (await import("./verbs/serve.ts")).default.flags;
  if (Object.hasOwn(flags, "page")) return ["--page", String(port)];
  throw new OperatorError("'--page' needs a serve that shows a page, and this one has none", {
    fix: "Leave '--page' out",
    exitCode: exitCode.usage,
  });
}
