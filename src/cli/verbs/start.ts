// start: has the service manager run serve, or runs it as a process that outlives the terminal where there is no service.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { visible } from "../../core/text.ts";
import { spellJson } from "../print.ts";
import { openConfig } from "../project.ts";
import { asOwner, serviceHere } from "../service_here.ts";
import { lookAtService } from "../service_look.ts";
import { startPlain, startService } from "../starting.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "start",
  summary: "Run serve in the background: by its service where one is installed, else with a log of its own",
  flags: {},
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner start"],
  async run(args, givenWorld) {
    const world = await asOwner(args.configPath, givenWorld);
    const config = openConfig(args, world);
    const { logDir } = config.runtime;
    const before = await lookAtService(config, world);
    if (before.active) {
      throw new OperatorError(`A supervisor already works on '${logDir}' (pid ${before.pid ?? "unknown"})`, {
        fix: "See 'agent-runner status'; 'agent-runner stop' ends it after its round",
        exitCode: exitCode.busy,
      });
    }
    const service = await serviceHere(config, world);
    const { pid, log } = service === null
      ? await startPlain({ config, configPath: args.configPath, isJson: args.isJson }, world)
      : await startService(service, { config, action: "start" }, world);
    if (args.isJson) world.stdout.write(`${spellJson({ ...await lookAtService(config, world), log })}\n`);
    else if (service === null) world.stdout.write(`started (pid ${pid}); its log is ${visible(log)}\n`);
    else world.stdout.write(`started by ${visible(service.name)} (pid ${pid}); its lines: ${visible(log)}\n`);
    return exitCode.ok;
  },
});
