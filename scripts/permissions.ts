// The one table of what the program may ever do; tasks, tests and the compiled binary take their flags from it.
import type { Grant } from "../src/cli/verb.ts";

/** One permission category of the ceiling and the reason it is needed. */
export interface CeilingRow {
  readonly grant: Grant;
  /** What the grant is limited to; absent: the whole category. */
  readonly only?: string;
  readonly why: string;
}

/** Categories the program can have at most; each verb gives up what it does not need. FFI is never among them. */
export const ceiling: readonly CeilingRow[] = [
  { grant: "read", why: "The configuration, the prompts, the log folder and the agent's output" },
  { grant: "write", why: "The log folder; the project's folder for `init` and `demo`" },
  { grant: "env", why: "The agent gets the environment of the supervisor" },
  {
    grant: "run",
    why:
      "The agent, hooks, `git`, `ps`, `df`, `sh`, `grep`, `fallocate`, `systemd-run`, `systemctl` and `systemd-notify`; for " +
      "`doctor` also `find`, `id`, `uname`, `timedatectl` and `launchctl`, for services `launchctl`, `uname`, `id` and `su`, " +
      "for `doctor` and `monitor --host` `ssh`, for `upgrade`, notices and telemetry `curl`, for notices also `sendmail`, `notify-send` and `osascript`; for every program, because signalling a process group needs that",
  },
  {
    grant: "net",
    only: "127.0.0.1,[::1],0.0.0.0,[::]",
    why:
      "The page of `monitor --mode http` and `serve --page` listens on this machine; no other address can be reached",
  },
  { grant: "sys", why: "Memory, load and host name for the metrics" },
];

/** Flags for `deno run`, `deno compile` and the tasks in `deno.json`. */
export function runFlags(): string[] {
  return [
    "--no-prompt",
    ...ceiling.map(({ grant, only }) => `--allow-${grant}${only === undefined ? "" : `=${only}`}`),
  ];
}
