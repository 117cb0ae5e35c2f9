// Runs a scenario where only the loopback interface exists and where, if the machine allows it, no other process is seen.
import { fromFileUrl } from "../paths.ts";
import { install } from "./npm_install.ts";
import type { RealCli } from "./real_cli.ts";
import type { Report } from "./report.ts";
import type { ScenarioName } from "./scenarios.ts";

const inside = fromFileUrl(new URL("./run_scenario.ts", import.meta.url));
const ownNetwork = ["-n"];
const ownProcesses = ["-n", "-p", "--fork", "--kill-child", "--mount-proc"];
// The shell stays: as the first process it reaps what is orphaned.
const withLoopback = 'ip link set lo up && "$@"; exit $?';

/** How scenarios can be kept apart here, or why they cannot. */
export type Apart = { readonly flags: readonly string[] } | { readonly obstacle: string };

/** Tries it out. */
export function apart(): Apart {
  if (Deno.env.get("AGENT_RUNNER_REAL_AGENTS") !== "1") return { obstacle: "AGENT_RUNNER_REAL_AGENTS is not 1" };
  let said = "";
  for (const flags of [ownProcesses, ownNetwork]) {
    try {
      const args = [...flags, "ip", "link", "set", "lo", "up"];
      const { success, stderr } = new Deno.Command("unshare", { args }).outputSync();
      if (success) return { flags };
      said = new TextDecoder().decode(stderr).trim();
    } catch {
      return { obstacle: "the command 'unshare' is missing" };
    }
  }
  return { obstacle: `no network namespace of its own: ${said}` };
}

/** One scenario with one CLI, from the installation to its report. */
export async function runApart(cli: RealCli, scenario: ScenarioName, flags: readonly string[]): Promise<Report> {
  const { binary, path } = await install(cli.program);
  const keepIn = Deno.env.get("AGENT_RUNNER_REAL_LOGS");
  const words = [
    ...[Deno.execPath(), "run", "--allow-all", "--no-check", "--cached-only", inside],
    ...[cli.name, scenario, binary, path],
    flags.includes("-p") ? "own-pids" : "shared-pids",
    keepIn ? `${keepIn}/${cli.name}-${scenario}` : "",
  ];
  const run = new Deno.Command("unshare", {
    args: [...flags, "sh", "-c", withLoopback, "sh", ...words],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await run.output();
  const [said, report] = [stderr, stdout].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`${cli.name} ${scenario} did not get to its end: ${said}`);
  if (keepIn) Deno.writeTextFileSync(`${keepIn}/${cli.name}-${scenario}/report.json`, report!);
  return JSON.parse(report!);
}
