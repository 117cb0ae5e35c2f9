// The verb that keeps an agent working: rounds in a loop, under the one lock of the log folder.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { jitterSeconds } from "../../loop/backoff.ts";
import { serve } from "../../loop/serve.ts";
import { skipsBattery, supervised } from "../supervise.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "serve",
  summary: "Run the agent round after round until something asks for an end",
  flags: {
    "once": { kind: "boolean", brief: "Leave after one round" },
    "max-rounds": {
      kind: "integer",
      min: 1,
      placeholder: "n",
      brief: "Leave after n rounds (before runtime.max_rounds)",
    },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner serve", "agent-runner serve --max-rounds 3", "agent-runner serve --json | tee serve.jsonl"],
  async run(args, world) {
    if (args.flags.once && args.flags["max-rounds"] !== undefined) {
      throw new OperatorError("'--once' and '--max-rounds' are both given", {
        fix: "Give one of them",
        exitCode: exitCode.usage,
      });
    }
    const config = args.config ?? (await import("../project.ts")).openConfig(args, world);
    return await supervised(
      config,
      { isJson: args.isJson, version: world.version },
      world,
      async ({ supervisor, stop, seats, tell }) => {
        const { tools } = supervisor;
        tools.sink.emit("serve_started", { pid: world.host.pid, version: world.version, config: config.file });
        tell({
          kind: "serving",
          text:
            `serving '${config.project}' with ${tools.agent.name} (pid ${world.host.pid}); logs in ${config.runtime.logDir}`,
          facts: { project: config.project, pid: world.host.pid, log_dir: config.runtime.logDir },
        });
        const started = await tools.hooks?.serveStart({ stop: stop.finish });
        if (started?.kind === "failed") {
          tools.sink.emit("serve_startup_hook_failed", started.payload);
          throw started.error;
        }
        return await serve({
          isOnce: args.flags.once,
          maxRounds: args.flags["max-rounds"] ?? config.runtime.maxRounds,
          skipsBattery: skipsBattery(world),
          jitterSeconds: () => jitterSeconds(Math.random()),
        }, { supervisor, stop, seats });
      },
    );
  },
});
