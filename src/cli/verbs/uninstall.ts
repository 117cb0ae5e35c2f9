// uninstall: takes the services of a project away, after its running round is finished; its logs stay.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { visible } from "../../core/text.ts";
import { removeServices } from "../../service/install.ts";
import { spellJson } from "../print.ts";
import { openConfig } from "../project.ts";
import { asOwner, requireRights, servicesHere } from "../service_here.ts";
import { lookAtService } from "../service_look.ts";
import { stopAndWait } from "../stop_wait.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "uninstall",
  summary: "Let the running round finish and take the services of this project away; its logs stay",
  flags: {
    timeout: {
      kind: "number",
      placeholder: "SECONDS",
      brief: "Wait no longer than this for the round (default: as long as it may take); nothing is taken away then",
    },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner uninstall"],
  async run({ flags, configPath, isJson }, givenWorld) {
    const world = await asOwner(configPath, givenWorld);
    const config = openConfig({ configPath, withPrices: false }, world);
    const services = await servicesHere(config, world);
    for (const service of services) requireRights(service, "stop");
    const serve = services.find(({ role }) => role === "serve");
    const before = await lookAtService(config, world);
    if (serve !== undefined && before.active && before.mode === serve.mode) {
      await stopAndWait(config, { timeoutSeconds: flags.timeout, isQuiet: isJson }, world);
    }
    const faults: string[] = [];
    // The monitor first: it would tell of a supervisor that is gone.
    for (const service of services.toReversed()) {
      faults.push(...await removeServices([service], { keeper: service.keeper, files: world.files }));
    }
    if (faults.length > 0) {
      throw new OperatorError(`Not everything is taken away: ${visible(faults.join("; "))}`, {
        fix: "Mend that and call uninstall again, or remove the file by hand",
      });
    }
    const removed = services.map(({ path }) => path);
    if (isJson) world.stdout.write(`${spellJson({ removed })}\n`);
    else if (removed.length === 0) {
      world.stdout.write("No service of this project is installed: there is nothing to take away\n");
    } else world.stdout.write(`${removed.map((path) => `removed ${visible(path)}`).join("\n")}\n`);
    return exitCode.ok;
  },
});
