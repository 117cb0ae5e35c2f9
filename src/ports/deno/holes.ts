// Holes by fallocate(1) of util-linux; other systems have no command for it.
import type { Holes } from "../holes.ts";
import type { Processes } from "../processes.ts";

const timeoutMs = 20_000;

export function denoHoles(processes: Processes): Holes {
  return {
    async punch(path, { from, length }) {
      const argv = ["fallocate", "--punch-hole", "--offset", String(from), "--length", String(length), "--", path];
      const outcome = await processes.run({ argv, environment: { LC_ALL: "C" }, timeoutMs });
      switch (outcome.kind) {
        case "exited": {
          if (outcome.code === 0) return null;
          const said = new TextDecoder().decode(outcome.stderr).trim().split("\n")[0] ?? "";
          return said === "" ? `fallocate ended with code ${outcome.code}` : said;
        }
        case "timed_out":
          return `fallocate did not end within ${timeoutMs / 1000} s`;
        case "absent":
          return "there is no fallocate (util-linux) on PATH";
        default:
          return outcome satisfies never;
      }
    },
  };
}
