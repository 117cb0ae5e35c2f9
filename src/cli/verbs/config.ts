// `agent-runner config`: is the configuration right, and what does it come to.
import { codeName } from "../../core/config.ts";
import { exitCode, OperatorError } from "../../core/errors.ts";
import { isRow, type Rows } from "../../config/row.ts";
import { type Config, hookTable, notifyTable, tables } from "../../config/schema.ts";
import { spellProblem, spellWarning } from "../../config/report.ts";
import { spellKey, spellToml } from "../../config/spell_toml.ts";
import { redact } from "../../core/redact.ts";
import { looksSecret } from "../../core/redact_names.ts";
import { visible } from "../../core/text.ts";
import { spellJson, visibleLines } from "../print.ts";
import { loadProject, openConfig } from "../project.ts";
import { defineVerb, type VerbArgs } from "../verb.ts";
import type { World } from "../world.ts";

const masked = "(hidden)";

export default defineVerb({
  name: "config",
  summary: "Check the configuration, or show what it comes to",
  flags: {},
  positional: { placeholder: "check|show", brief: "what to do; check when absent", max: 1, values: ["check", "show"] },
  needs: ["read", "env", "sys"],
  examples: ["agent-runner config check", "agent-runner config show --json"],
  run(args, world) {
    const [action = "check"] = args.positional;
    switch (action) {
      case "check":
        return Promise.resolve(check(args, world));
      case "show":
        return Promise.resolve(show(args, world));
      default: {
        const fix = "Write agent-runner config check, or agent-runner config show";
        throw new OperatorError(`"config" does not know "${action}"`, { fix, exitCode: exitCode.usage });
      }
    }
  },
});

function check(args: VerbArgs<Record<never, never>>, world: World): number {
  const loaded = loadProject(args, world);
  const isOk = loaded.kind === "ok";
  const file = isOk ? loaded.config.file : loaded.file;
  const problems = isOk ? [] : loaded.problems;
  const warnings = isOk ? loaded.warnings : [];
  if (args.isJson) {
    world.stdout.write(`${spellJson({ ok: isOk, file, problems, warnings })}\n`);
    return isOk ? exitCode.ok : exitCode.config;
  }
  for (const warning of warnings) world.stderr.write(`${visible(spellWarning(warning, file))}\n`);
  for (const problem of problems) world.stdout.write(`${visibleLines(spellProblem(problem, file))}\n`);
  if (isOk) world.stdout.write("ok\n");
  return isOk ? exitCode.ok : exitCode.config;
}

function show(args: VerbArgs<Record<never, never>>, world: World): number {
  const config = openConfig(args, world);
  const values = {
    ...wireTable(tables, config),
    phases: wirePhases(config),
    plugins: wirePlugins(config),
    hooks: wireHooks(config),
    notify: wireNotify(config),
  };
  if (args.isJson) world.stdout.write(`${spellJson({ file: config.file, ...values })}\n`);
  else world.stdout.write(visibleLines(`# ${visible(config.file)}\n${spellTables(values)}`));
  return exitCode.ok;
}

type Wire = { [key: string]: unknown };

function wireTable(rows: Rows, values: object): Wire {
  const wire: Wire = {};
  for (const [key, entry] of Object.entries(rows)) {
    const value: unknown = (values as Wire)[codeName(key)];
    if (isRow(entry)) {
      if (value !== undefined) wire[key] = key === "env" ? withoutSecrets(value as Record<string, string>) : value;
    } else if (typeof value === "object" && value !== null) {
      wire[key] = wireTable(entry, value);
    }
  }
  return wire;
}

function wirePhases(config: Config): Wire {
  const wire: Wire = { list: config.phases.list };
  for (const [name, override] of Object.entries(config.phases.overrides)) {
    wire[name] = {
      round_timeout_s: override.roundTimeoutSeconds,
      disable_pre_round_hooks: override.disablePreRoundHooks,
      prompt: { files: override.promptFiles },
    };
  }
  return wire;
}

function wirePlugins(config: Config): Wire {
  return { disable: config.plugins.disable, ...config.plugins.raw };
}

function wireHooks(config: Config): Wire {
  return Object.fromEntries(Object.entries(config.hooks).map(([name, hook]) => [name, wireTable(hookTable, hook)]));
}

/** The address of a sink is often all that one needs to write to it. */
function wireNotify(config: Config): Wire {
  return Object.fromEntries(
    Object.entries(config.notify).map(([name, sink]) => {
      const shown = { ...sink, url: sink.url === null ? null : `${new URL(sink.url).origin}/${masked}` };
      return [name, wireTable(notifyTable, shown)];
    }),
  );
}

function withoutSecrets(variables: Readonly<Record<string, string>>): Wire {
  // Here too much masked costs nothing.
  const isSecret = (name: string, value: string) =>
    looksSecret(name) || /(?:^|_)(?:key|pass|auth)(?:_|$)/i.test(name) || redact(value) !== value;
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, isSecret(name, value) ? masked : value]),
  );
}

function spellTables(values: Wire, path: readonly string[] = []): string {
  let text = "";
  let inner = "";
  for (const [key, value] of Object.entries(values)) {
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isTable) inner += spellTables(value as Wire, [...path, key]);
    else if (value === null) text += `# ${spellKey(key)} is unset\n`;
    else text += `${spellKey(key)} = ${spellToml(value)}\n`;
  }
  const header = path.length > 0 && text !== "" ? `\n[${path.map(spellKey).join(".")}]\n` : "";
  return header + text + inner;
}
