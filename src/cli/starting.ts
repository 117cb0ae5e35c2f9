// Starts the supervisor of a project: by its service manager where it has a service, else in the background.
import { exitCode, OperatorError } from "../core/errors.ts";
import { joinPath } from "../core/path.ts";
import { serviceVariables, withoutService } from "../core/service.ts";
import { visible } from "../core/text.ts";
import type { Config } from "../config/schema.ts";
import { FileFault } from "../ports/files.ts";
import { untilAtWork } from "../service/at_work.ts";
import { startDetached } from "../service/detach.ts";
import type { DetachOutcome } from "../service/detach.ts";
import { serveLogPath } from "../service/serve_log.ts";
import { requireRights } from "./service_here.ts";
import type { ServiceHere } from "./service_here.ts";
import type { World } from "./world.ts";

const workSeconds = 60;

/** What runs now. `log`: how its lines are read. */
export interface Started {
  readonly pid: number;
  readonly log: string;
}

/** Throws `OperatorError` when it does not run afterwards. */
export async function startService(
  service: ServiceHere,
  options: { readonly config: Config; readonly action: "start" | "restart"; readonly besidePid?: number | null },
  world: World,
): Promise<Started> {
  const { keeper, name } = service;
  requireRights(service, options.action);
  const asked = await keeper[options.action](name);
  const log = keeper.logCommand(name);
  if (asked.kind === "failed") {
    throw new OperatorError(`'${visible(name)}' cannot be ${options.action}ed: ${visible(asked.reason)}`, {
      fix: `See its last lines: ${log}; 'agent-runner serve' shows the same in this terminal`,
    });
  }
  const pid = await untilAtWork(options.config.runtime.logDir, {
    deadlineSeconds: workSeconds,
    besidePid: options.besidePid ?? null,
    hasLeft: async () => ["inactive", "failed"].includes((await keeper.state(name)).active),
  }, world);
  if (pid !== null) return { pid, log };
  throw new OperatorError(`'${visible(name)}' was started, and serve has left again`, {
    fix: `See why: ${log}; 'agent-runner status' tells the reason on record`,
  });
}

/** Without a service manager. Throws `OperatorError` when it does not run afterwards. */
export async function startPlain(
  options: { readonly config: Config; readonly configPath: string; readonly isJson: boolean },
  world: World,
): Promise<Started> {
  const log = serveLogPath(options.config.runtime.logDir);
  const outcome = await detach(options.config, options.configPath, world);
  if (outcome.kind !== "running") throw failureOf(outcome, log, { isJson: options.isJson, world });
  return { pid: outcome.pid, log };
}

async function detach(config: Config, configPath: string, world: World): Promise<DetachOutcome> {
  const { host } = world;
  const workDir = host.workDir();
  try {
    return await startDetached({
      argv: [...host.serveCommand, "--config", joinPath(workDir, configPath), "serve"],
      logDir: config.runtime.logDir,
      workDir,
      environment: { ...withoutService(host.environment()), [serviceVariables.mode]: "plain" },
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
