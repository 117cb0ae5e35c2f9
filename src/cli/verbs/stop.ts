// stop: has the supervisor leave after its round, and its service manager not start it again.
import { exitCode } from "../../core/errors.ts";
import { visible } from "../../core/text.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { asOwner, serviceHere, settle } from "../service_here.ts";
import { lookAtService } from "../service_look.ts";
import { stopAndWait } from "../stop_wait.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "stop",
  summary: "Let the running round finish, then end the supervisor, and wait until it is gone",
  flags: {
    timeout: {
      kind: "number",
      placeholder: "SECONDS",
      brief: "Wait no longer than this (default: as long as a round may take); the supervisor stops all the same",
    },
  },
  needs: ["read", "run", "env", "sys"],
  examples: ["agent-runner stop", "agent-runner stop --timeout 60"],
  async run(args, givenWorld) {
    const world = await asOwner(args.configPath, givenWorld);
    const config = await openRunning(args, world);
    const before = await lookAtService(config, world);
    if (before.active) await stopAndWait(config, { timeoutSeconds: args.flags.timeout, isQuiet: args.isJson }, world);
    const service = await serviceHere(config, world);
    const wasDue = service !== null && await settle(service, world);
    if (args.isJson) world.stdout.write(`${spellJson(await lookAtService(config, world))}\n`);
    else if (!before.active) {
      const text = wasDue
        ? `No supervisor ran, but '${visible(service.name)}' was about to start one: it does not any more`
        : `No supervisor runs on '${visible(config.runtime.logDir)}': there is nothing to stop`;
      world.stdout.write(`${text}\n`);
    }
    return exitCode.ok;
  },
});
