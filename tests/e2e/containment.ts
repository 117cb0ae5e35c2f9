// Agents of a few lines of shell, and what the containment tests ask of the machine about them.
import { signal } from "./project.ts";
import type { Project, ProjectOptions } from "./project.ts";

/** What every such agent does first; `result` ends a round well. */
const prelude = `out=$FAKE_OUT; round=$AGENT_RUNNER_ROUND_NUM
echo "$round $$ $(date +%s.%N)" >>"$out/starts"
result() { echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"session_id":"s","result":"done"}'; }
begin() { : >"$out/started"; }
`;

/** Options of a project whose agent is this script. */
export function scripted(script: string, options: ProjectOptions = {}): ProjectOptions {
  return { ...options, agent: { command: ["/bin/bash", "-c", `${prelude}${script}`], ...options.agent } };
}

/**
 * Shell for a process that carries nothing of the round but a name for the test to find: no parent, no session, no
 * environment.
 */
export const hide =
  `hide() { (env -i setsid bash -c "exec -a E2E_TAG=$E2E_TAG sleep 600" </dev/null >/dev/null 2>&1 &); }
`;

/** A process that hides is there. */
export async function untilHidden(project: Project): Promise<void> {
  await project.until("the hidden process", () => hiddenPids(project).length > 0);
}

/** Processes that were hidden by `hide`. */
export function hiddenPids(project: Project): number[] {
  const { stdout } = new Deno.Command("ps", { args: ["axww", "-o", "pid=,stat=,args="], env: { LC_ALL: "C" } })
    .outputSync();
  return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    return match && !match[2]!.startsWith("Z") && match[3]!.startsWith(`E2E_TAG=${project.tag} `)
      ? [Number(match[1])]
      : [];
  });
}

/** Stops a process for a while, as a terminal or a debugger does. */
export async function stopFor(pid: number, milliseconds: number): Promise<void> {
  signal(pid, "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  signal(pid, "SIGCONT");
}

/** Milliseconds since 1970 at which an event was written. */
export function timeOf(event: Readonly<Record<string, unknown>> | undefined): number {
  return Date.parse(String(event?.ts));
}
