// notify: which sinks the configuration names and what waits for them, and a message to each to see that it arrives.
import { OperatorError, usageError } from "../../core/errors.ts";
import { nearest, visible } from "../../core/text.ts";
import { openConfig } from "../project.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "notify",
  summary: "Show where notices go and what waits to be sent, or send a test",
  flags: { sink: { kind: "string", placeholder: "NAME", brief: "test: the only sink that gets it; all if absent" } },
  positional: { placeholder: "list|test", brief: "what to do; list when absent", max: 1, values: ["list", "test"] },
  needs: ["read", "run", "env", "sys"],
  examples: ["agent-runner notify", "agent-runner notify test", "agent-runner notify test --sink phone --json"],
  async run(args, world) {
    const [action = "list"] = args.positional;
    const { sink } = args.flags;
    if (action !== "list" && action !== "test") {
      throw usageError(
        `"notify" does not know "${visible(action)}"`,
        "Write agent-runner notify list, or agent-runner notify test",
      );
    }
    if (action === "list" && sink !== undefined) throw usageError("--sink belongs to 'notify test'", "Leave it out");
    const config = openConfig({ ...args, withPrices: false }, world);
    const { listSinks, testSinks } = await import("../notify_page.ts");
    if (action === "list") return await listSinks(config, { isJson: args.isJson, world });
    const names = Object.keys(config.notify);
    if (names.length === 0) {
      throw new OperatorError("No sink is configured", {
        fix: "Write a table [notify.NAME]; docs/notify.md shows one of each kind",
      });
    }
    if (sink !== undefined && !names.includes(sink)) {
      const guess = nearest(sink, names);
      const fix = guess === null ? `The sinks are ${names.join(", ")}` : `Did you mean "${guess}"?`;
      throw usageError(`There is no sink "${visible(sink)}"`, fix);
    }
    const tested = sink === undefined ? names : [sink];
    return await testSinks(config, { names: tested, isJson: args.isJson, world });
  },
});
