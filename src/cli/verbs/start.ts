// start: runs serve as a process of its own that outlives the terminal, where no service manager does that.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { joinPath } from "../../core/path.ts";
import { visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import { FileFault } from "../../ports/files.ts";
import { startDetached } from "../../service/detach.ts";
import type { DetachOutcome } from "../../service/detach.ts";
import { serveLogPath } from "../../service/serve_log.ts";
import { spellJson } from "../print.ts";
import { openConfig } from "../project.ts";
import { lookAtService } from "../service_look.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

export default defineVerb({
  name: "start",
  summary: "Run serve in the background: it outlives the terminal and writes to a log of its own",
  flags: {},
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner start"],
  async run(args, world) {
    const config = openConfig(args, world);
    const { logDir } = config.runtime;
    const before = await lookAtService(config, world);
    if (before.active) {
      throw new OperatorError(`A supervisor already works on '${logDir}' (pid ${before.pid ?? "unknown"})`, {
        fix: "See 'agent-runner status'; 'agent-runner stop' ends it after its round",
        exitCode: exitCode.busy,
      });
    }
    const log = serveLogPath(logDir);
    const outcome = await detach(config, args.configPath, world);
    if (outcome.kind !== "running") throw failureOf(outcome, log, { isJson: args.isJson, world });
    if (args.isJson) world.stdout.write(`${spellJson({ ...await lookAtService(config, world), log })}\n`);
    else world.stdout.write(`started (pid ${outcome.pid}); its log is ${visible(log)}\n`);
    return exitCode.ok;
  },
});

async function detach(config: Config, configPath: string, world: World): Promise<DetachOutcome> {
  const { host } = world;
  const workDir = host.workDir();
  try {
    return await startDetached({
      argv: [...host.serveCommand, "--config", joinPath(workDir, configPath), "serve"],
      logDir: config.runtime.logDir,
      workDir,
      environment: host.environment(),
    }, world);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    throw new OperatorError(`The log '${thrown.path}' cannot be written: ${thrown.message}`, {
      fix: "Make the log folder writable for this user, or set runtime.log_dir to a folder that is",
      exitCode: exitCode.config,
    });
  }
}

type Failure = Exclude<DetachOutcome, { readonly kind: "running" }>;

function failureOf(
  outcome: Failure,
  log: string,
  { isJson, world }: { readonly isJson: boolean; readonly world: World },
): OperatorError {
  const fix = `Run 'agent-runner serve' to watch it start; its log is ${log}`;
  if (outcome.kind === "failed") return new OperatorError(`serve cannot be started: ${outcome.reason}`, { fix });
  const { lines } = outcome;
  if (!isJson) { for (const line of lines) world.stderr.write(`  ${visible(line)}\n`); }
  const last = isJson && lines.length > 0 ? `: ${lines.join(" | ")}` : "";
  if (outcome.kind === "late") {
    const text = `serve did not take the lock within ${outcome.seconds} s and was ended${last}`;
    return new OperatorError(text, { fix });
  }
  // One that ends as it was meant to leaves with 0, but nothing runs now.
  return new OperatorError(`serve left at once with exit code ${outcome.code}${last}`, {
    fix,
    exitCode: outcome.code === exitCode.ok ? exitCode.failure : outcome.code,
  });
}
