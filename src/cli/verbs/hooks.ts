// hooks: which executables the configuration calls and when, and a try of each before a round depends on it.
import { activeHooks } from "../../config/active_hooks.ts";
import type { ActiveHook } from "../../config/active_hooks.ts";
import type { Config } from "../../config/schema.ts";
import { defenses } from "../../defenses/registry.ts";
import { exitCode, usageError } from "../../core/errors.ts";
import { hookPoints } from "../../core/hook.ts";
import type { HookPoint } from "../../core/hook.ts";
import { nearest, shellQuote, visible } from "../../core/text.ts";
import type { Trial } from "../../hooks/trial.ts";
import { openEventSource } from "../../store/event_source.ts";
import { readProjectView } from "../../view/project_view.ts";
import { readingLogs } from "../log_folder.ts";
import { spellJson, spellTable } from "../print.ts";
import { openConfig } from "../project.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

/** A hook as the list shows it. */
interface ListedHook extends ActiveHook {
  /** `[plugins] disable` does not name it. */
  readonly isOn: boolean;
  /** Path of its executable; null when there is none. */
  readonly executable: string | null;
}

export default defineVerb({
  name: "hooks",
  summary: "List the hooks of the configuration, or try one with a made-up request",
  flags: {
    point: {
      kind: "choice",
      values: hookPoints,
      brief: "The only point at which it is tried; all of its own if absent",
    },
  },
  positional: {
    placeholder: "list|test NAME",
    brief: "what to do; list when absent",
    max: 2,
    values: ["list", "test"],
  },
  needs: ["read", "run", "env", "sys"],
  examples: [
    "agent-runner hooks list",
    "agent-runner hooks test notify",
    "agent-runner hooks test notify --point round_after --json",
  ],
  async run(args, world) {
    const [action = "list", name] = args.positional;
    const point = args.flags.point as HookPoint | undefined;
    if (action !== "list" && action !== "test") {
      throw usageError(
        `"hooks" does not know "${action}"`,
        "Write agent-runner hooks list, or agent-runner hooks test NAME",
      );
    }
    if (action === "list" && (name !== undefined || point !== undefined)) {
      throw usageError(
        `"hooks list" takes no ${name === undefined ? "--point" : "name"}`,
        "Write agent-runner hooks list",
      );
    }
    if (action === "test" && name === undefined) {
      throw usageError("No hook is named", "Write agent-runner hooks test NAME");
    }
    const config = openConfig({ ...args, withPrices: false }, world);
    const hooks = listed(config, world);
    if (name === undefined) await list(hooks, { isJson: args.isJson, world });
    else return await test(hookNamed(name, hooks), { config, point, isJson: args.isJson, world });
    return exitCode.ok;
  },
});

function listed(config: Config, world: World): readonly ListedHook[] {
  const path = world.host.environment().PATH ?? "/usr/bin:/bin";
  const { workDir } = config.runtime;
  return activeHooks({ ...config, plugins: { ...config.plugins, disable: [] } }).map((hook) => ({
    ...hook,
    isOn: !config.plugins.disable.includes(hook.name),
    executable: world.processes.find(hook.command[0] ?? "", { path: hook.env.PATH ?? path, workDir }),
  }));
}

function hookNamed(name: string, hooks: readonly ListedHook[]): ListedHook {
  const found = hooks.find((hook) => hook.name === name);
  if (found) return found;
  const names = hooks.map((hook) => hook.name);
  const guess = nearest(name, names);
  const known = names.length === 0 ? "The configuration has no [hooks.<name>]" : `The hooks are ${names.join(", ")}`;
  throw usageError(`There is no hook "${visible(name)}"`, guess === null ? known : `Did you mean "${guess}"?`);
}

async function list(
  hooks: readonly ListedHook[],
  { isJson, world }: { readonly isJson: boolean; readonly world: World },
): Promise<void> {
  if (isJson) return void world.stdout.write(`${spellJson(hooks.map(wireHook))}\n`);
  if (hooks.length === 0) {
    return void world.stdout.write("No hooks are configured; docs/hooks.md tells how to write one.\n");
  }
  const lines = await spellTable({
    head: ["NAME", "STATE", "PRIORITY", "TIMEOUT", "POINTS", "COMMAND"],
    rows: hooks.map((hook) => [
      visible(hook.name),
      stateOf(hook),
      String(hook.priority),
      `${hook.timeoutSeconds}s`,
      hook.points.join(" "),
      visible(hook.command.map(shellQuote).join(" ")),
    ]),
    right: [2, 3],
    width: world.stdout.isTerminal ? world.stdout.columns : Infinity,
  });
  world.stdout.write(`${lines.join("\n")}\n`);
}

function stateOf(hook: ListedHook): string {
  if (!hook.isOn) return "off";
  return hook.executable === null ? "not found" : "on";
}

function wireHook(hook: ListedHook) {
  return {
    name: hook.name,
    state: stateOf(hook),
    priority: hook.priority,
    timeout_s: hook.timeoutSeconds,
    points: hook.points,
    command: hook.command,
    executable: hook.executable,
    // Values may be secrets.
    env: Object.keys(hook.env),
    pass_env: hook.passEnv,
  };
}

async function test(
  hook: ListedHook,
  options: {
    readonly config: Config;
    readonly point: HookPoint | undefined;
    readonly isJson: boolean;
    readonly world: World;
  },
): Promise<number> {
  const { config, point, isJson, world } = options;
  if (point !== undefined && !hook.points.includes(point)) {
    throw usageError(
      `The hook "${hook.name}" is not called at "${point}"`,
      `It is called at ${hook.points.join(", ")}`,
    );
  }
  const points = hookPoints.filter((known) => point === undefined ? hook.points.includes(known) : known === point);
  const { tryHook } = await import("../../hooks/trial.ts");
  const stop = new AbortController();
  const unlisten = world.signals.listen(["SIGINT", "SIGTERM", "SIGHUP"], () => stop.abort());
  const trials: Trial[] = [];
  try {
    const view = points.includes("monitor_detect") ? await viewOf(config, world) : {};
    for (const tried of points) {
      if (stop.signal.aborted) break;
      const trial = await tryHook(config, { hook, point: tried, view, stop: stop.signal }, world);
      trials.push(trial);
      if (!isJson) world.stdout.write(spellTrial(trial));
    }
  } finally {
    unlisten();
  }
  if (isJson) world.stdout.write(`${spellJson({ hook: hook.name, trials: trials.map(wireTrial) })}\n`);
  return trials.length === points.length && trials.every((trial) => trial.isOk) ? exitCode.ok : exitCode.failure;
}

async function viewOf(config: Config, world: World): Promise<Readonly<Record<string, unknown>>> {
  const { files, lock } = world;
  const events = openEventSource({ files, logDir: config.runtime.logDir });
  const question = { config, files, events, lock, now: world.clock.now(), defenses };
  return { ...await readingLogs(() => readProjectView(question)) };
}

function spellTrial(trial: Trial): string {
  const { point, fault, answer, changed } = trial;
  const lines = [`${point}: ${fault === null ? "ok" : `failed (${fault.kind})`} after ${trial.seconds.toFixed(1)}s`];
  if (fault !== null) lines.push(`  ${visible(fault.message)}`);
  if (answer !== null) lines.push(`  answer: ${visible(JSON.stringify(answer))}`);
  for (const path of changed) lines.push(`  changed '${visible(path)}' although it was told dry_run`);
  const said = fault?.said.split("\n").filter((line) => line.trim() !== "") ?? [];
  for (const line of said) lines.push(`  stderr: ${visible(line)}`);
  return `${lines.join("\n")}\n`;
}

function wireTrial({ point, isOk, answer, fault, changed, seconds }: Trial) {
  return { point, ok: isOk, answer, fault, changed_prompt_files: changed, duration_s: seconds };
}
