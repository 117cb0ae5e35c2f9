// Lists the verbs, so that the program loads only the one it runs. Written by `deno task gen`.

/** Every verb, sorted by name. */
export const verbs = [
  {
    name: "cancel",
    summary: "Have the agent of the running round finish early; the loop goes on with the next round",
    load: () => import("./verbs/cancel.ts"),
  },
  {
    name: "completions",
    summary: "Print the script that completes agent-runner in a shell",
    load: () => import("./verbs/completions.ts"),
  },
  {
    name: "config",
    summary: "Check the configuration, or show what it comes to",
    load: () => import("./verbs/config.ts"),
  },
  {
    name: "defenses",
    summary: "Show every defense: whether it is on, its value, its incident and the test that guards it",
    load: () => import("./verbs/defenses.ts"),
  },
  {
    name: "demo",
    summary: "Watch four rounds of a scripted agent in a throw-away project",
    load: () => import("./verbs/demo.ts"),
  },
  {
    name: "doctor",
    summary: "Check everything a night of rounds needs, and mend what is safe to mend",
    load: () => import("./verbs/doctor.ts"),
  },
  { name: "events", summary: "Show what happened, or follow it", load: () => import("./verbs/events.ts") },
  {
    name: "hint",
    summary: "Tell the agent of the next round something, once: it is added to that round's prompt",
    load: () => import("./verbs/hint.ts"),
  },
  {
    name: "hooks",
    summary: "List the hooks of the configuration, or try one with a made-up request",
    load: () => import("./verbs/hooks.ts"),
  },
  {
    name: "import",
    summary:
      "Take over a project of cli-agent-runner, the Python program: its records are copied, nothing of it is changed",
    load: () => import("./verbs/import.ts"),
  },
  {
    name: "init",
    summary: "Write agent-runner.toml and a first prompt into a project",
    load: () => import("./verbs/init.ts"),
  },
  {
    name: "install",
    summary: "Run serve as a service of this machine: it comes back after a crash and after a reboot",
    load: () => import("./verbs/install.ts"),
  },
  {
    name: "kill",
    summary: "End the supervisor, the agent and all that rounds started, within 5 seconds",
    load: () => import("./verbs/kill.ts"),
  },
  {
    name: "monitor",
    summary: "Watch a project, here or over ssh: tell what goes wrong, and stop what does harm",
    load: () => import("./verbs/monitor.ts"),
  },
  {
    name: "notify",
    summary: "Show where notices go and what waits to be sent, or send a test",
    load: () => import("./verbs/notify.ts"),
  },
  {
    name: "pause",
    summary: "Let the running round finish, then begin no further one until 'resume'; serve goes on running",
    load: () => import("./verbs/pause.ts"),
  },
  {
    name: "peek",
    summary: "Show what goes on: the running round, the last ones, the supervisor, the machine",
    load: () => import("./verbs/peek.ts"),
  },
  {
    name: "reset",
    summary: "Forget the failures that ended the loop, so that the next one counts as the first",
    load: () => import("./verbs/reset.ts"),
  },
  {
    name: "restart",
    summary: "Have a new serve take over, with the configuration as it is now; a running round goes on",
    load: () => import("./verbs/restart.ts"),
  },
  {
    name: "resume",
    summary: "End the pause that 'pause' began: rounds begin again at once",
    load: () => import("./verbs/resume.ts"),
  },
  {
    name: "retry-now",
    summary: "End the wait between rounds that serve is in: the next round starts at once",
    load: () => import("./verbs/retry_now.ts"),
  },
  { name: "round", summary: "Carry out one round and leave", load: () => import("./verbs/round.ts") },
  {
    name: "salvage",
    summary: "Show, bring back or let go what rounds left uncommitted",
    load: () => import("./verbs/salvage.ts"),
  },
  {
    name: "serve",
    summary: "Run the agent round after round until something asks for an end",
    load: () => import("./verbs/serve.ts"),
  },
  {
    name: "start",
    summary: "Run serve in the background: by its service where one is installed, else with a log of its own",
    load: () => import("./verbs/start.ts"),
  },
  {
    name: "status",
    summary: "Show whether a supervisor runs, since when, and what it does",
    load: () => import("./verbs/status.ts"),
  },
  {
    name: "stop",
    summary: "Let the running round finish, then end the supervisor, and wait until it is gone",
    load: () => import("./verbs/stop.ts"),
  },
  {
    name: "stop-after-round",
    summary: "Ask serve to end after the running round, and return at once ('stop' waits until it is gone)",
    load: () => import("./verbs/stop_after_round.ts"),
  },
  {
    name: "uninstall",
    summary: "Let the running round finish and take the services of this project away; its logs stay",
    load: () => import("./verbs/uninstall.ts"),
  },
  {
    name: "upgrade",
    summary: "Put a newer version in place of this one; it is undone by itself where that one does not work",
    load: () => import("./verbs/upgrade.ts"),
  },
  {
    name: "usage",
    summary: "Add up rounds, tokens, cost, time and commits: in all, or by day, phase, model or agent",
    load: () => import("./verbs/usage.ts"),
  },
  {
    name: "verdict",
    summary: "Judge any log of an agent offline, with the evidence",
    load: () => import("./verbs/verdict.ts"),
  },
  {
    name: "watch",
    summary: "Show what goes on until Ctrl-C, and follow every change",
    load: () => import("./verbs/watch.ts"),
  },
] as const;
