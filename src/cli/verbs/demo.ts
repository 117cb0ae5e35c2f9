// The verb that shows everything in half a minute, with no agent installed and nothing left behind.
import { serve } from "../../loop/serve.ts";
import { makeDemoProject } from "../demo_project.ts";
import { openConfig } from "../project.ts";
import { supervised } from "../supervise.ts";
import { defineVerb } from "../verb.ts";
import peek from "./peek.ts";

const title = `Four rounds of a scripted agent in a throw-away git project:
  1. it commits its work
  2. it leaves work behind
  3. it hits a limit that resets in seconds
  4. it hangs, deaf to SIGTERM, with two children
`;

export default defineVerb({
  name: "demo",
  summary: "Watch four rounds of a scripted agent in a throw-away project",
  flags: { "keep": { kind: "boolean", brief: "Keep the project's folder" } },
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner demo", "agent-runner demo --keep"],
  async run(args, world) {
    if (!args.isJson) world.stdout.write(`${title}\n`);
    const project = await makeDemoProject(world);
    try {
      const call = { configPath: project.configPath, isJson: args.isJson };
      const config = openConfig(call, world);
      const code = await supervised(
        config,
        { isJson: args.isJson, version: world.version },
        world,
        (supervision) =>
          serve({
            isOnce: false,
            maxRounds: config.runtime.maxRounds,
            skipsBattery: false,
            // A real wait gets 5 to 30 seconds more, so that many runners do not come back together.
            jitterSeconds: () => 0,
          }, supervision),
      );
      await world.stdout.drain(2000);
      if (!args.isJson) world.stdout.write("\nAnd what 'agent-runner peek' shows of it:\n\n");
      await peek.run({ ...call, positional: [], flags: noFlags } as never, world);
      if (!args.isJson) world.stdout.write(closing(args.flags.keep, project.folder));
      return code;
    } finally {
      if (!args.flags.keep) project.remove();
    }
  },
});

const noFlags = Object.fromEntries(
  Object.entries(peek.flags).map(([name, flag]) => [name, flag.kind === "boolean" ? false : undefined]),
);

function closing(isKept: boolean, folder: string): string {
  const kept = isKept ? `The project is in ${folder}.` : "Nothing of it is left; with --keep it stays to be looked at.";
  return `\n${kept}\nNext: agent-runner init, in a project of yours.\n`;
}
