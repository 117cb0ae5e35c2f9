// The verb that keeps an agent working: rounds in a loop, under the one lock of the log folder.
import { exitCode, OperatorError } from "../../core/errors.ts";
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
    "page": {
      kind: "integer",
      max: 65_535,
      placeholder: "port",
      brief: "Serve the page of 'monitor --mode http' beside the loop, to this machine alone (0: any free port)",
    },
    "page-token-file": {
      kind: "string",
      placeholder: "file",
      brief: "Show the page only to who has the token in this file",
    },
  },
  needs: ["read", "write", "run", "env", "sys"],
  alsoNeeds: ({ page }) => page === undefined ? [] : ["net"],
  examples: ["agent-runner serve", "agent-runner serve --max-rounds 3", "agent-runner serve --json | tee serve.jsonl"],
  load: loadWork,
  async run(args, world) {
    if (args.flags.once && args.flags["max-rounds"] !== undefined) {
      throw new OperatorError("'--once' and '--max-rounds' are both given", {
        fix: "Give one of them",
        exitCode: exitCode.usage,
      });
    }
    const config = args.config ?? (await import("../project.ts")).openConfig(args, world);
    const { serveRounds } = await loadWork();
    const { once, "max-rounds": maxRounds, page: port, "page-token-file": tokenFile } = args.flags;
    if (port === undefined && tokenFile !== undefined) {
      throw new OperatorError("'--page-token-file' belongs to '--page'", {
        fix: "Add --page PORT, or leave it out",
        exitCode: exitCode.usage,
      });
    }
    const page = port === undefined ? null : { port, tokenFile };
    return await serveRounds({ config, isJson: args.isJson, isOnce: once, maxRounds, page }, world);
  },
});

async function loadWork() {
  return await import("../serving.ts");
}
