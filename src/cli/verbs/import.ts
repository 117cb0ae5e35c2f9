// import: looks at a project of the predecessor, and takes its records over into a log folder of their own.
import { configError, spellProblem } from "../../config/report.ts";
import type { Config } from "../../config/schema.ts";
import { withLogDir } from "../../config/set_log_dir.ts";
import { exitCode, OperatorError, usageError } from "../../core/errors.ts";
import { dirName, joinPath } from "../../core/path.ts";
import { spellBytes, visible } from "../../core/text.ts";
import { FileFault } from "../../ports/files.ts";
import { copyLogs, findLogs } from "../../service/import_logs.ts";
import { readJsonObject } from "../../store/json_file.ts";
import { openEventSource } from "../../store/event_source.ts";
import { StatusFile } from "../../store/status.ts";
import { lockPath } from "../../view/service_view.ts";
import { readingLogs } from "../log_folder.ts";
import { spellJson } from "../print.ts";
import { loadProject } from "../project.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

export default defineVerb({
  name: "import",
  summary:
    "Take over a project of cli-agent-runner, the Python program: its records are copied, nothing of it is changed",
  flags: {
    "apply": { kind: "boolean", brief: "Do it; without this it is only said what would be done" },
    "dry-run": { kind: "boolean", brief: "Only say what would be done (the default)" },
    "logs": { kind: "string", placeholder: "DIR", brief: "New log folder (default: 'records' beside the old one)" },
  },
  positional: { placeholder: "folder", brief: "the project's folder, with its agent-runner.toml", max: 1 },
  needs: ["read", "write", "env", "sys"],
  examples: ["agent-runner import ~/shop", "agent-runner import ~/shop --apply"],
  async run(args, world) {
    const [folder] = args.positional;
    const { apply: isApplying, "dry-run": isDry, logs } = args.flags;
    if (folder === undefined) throw usageError("No project is named", "Name its folder: agent-runner import FOLDER");
    if (isApplying && isDry) throw usageError("'--apply' and '--dry-run' are both given", "Give one of them");
    const path = joinPath(world.host.workDir(), folder, "agent-runner.toml");
    if (await readingLogs(() => world.files.stat(path)) === null) {
      throw new OperatorError(`There is no project in '${visible(folder)}': it holds no agent-runner.toml`, {
        fix: "Name the folder that holds it: agent-runner import FOLDER",
        exitCode: exitCode.config,
      });
    }
    const { config, warnings } = open(path, world);
    const from = config.runtime.logDir;
    const to = logs === undefined ? joinPath(dirName(from), "records") : joinPath(world.host.workDir(), logs);
    await requireReady(config, to, world);
    const facts = await readingLogs(() => look(config, { to, warnings, isApplying }, world));
    if (isApplying) apply(config, { from, to }, world);
    world.stdout.write(
      args.isJson ? `${spellJson(facts)}\n` : `${spell(facts, config.file).map(visible).join("\n")}\n`,
    );
    return exitCode.ok;
  },
});

function open(configPath: string, world: World) {
  const loaded = loadProject({ configPath, withPrices: false }, world);
  if (loaded.kind === "broken") throw configError(loaded.file, loaded.problems);
  return {
    config: loaded.config,
    warnings: loaded.warnings.map((problem) => spellProblem(problem, loaded.config.file)),
  };
}

/** Where the configuration of the predecessor is kept. */
function keptPath({ file }: Config): string {
  return `${file}.before-import`;
}

async function requireReady(config: Config, to: string, world: World): Promise<void> {
  const from = config.runtime.logDir;
  const kept = keptPath(config);
  if (await readingLogs(() => world.files.lstat(kept) !== null)) {
    throw new OperatorError(`This project was taken over before: '${visible(kept)}' is there`, {
      fix: "Move that file back over agent-runner.toml to do it once more",
    });
  }
  if (to === from) throw usageError(`'${visible(to)}' is the old log folder`, "Name another one with --logs");
  const { schema } = await readingLogs(() => readJsonObject(world.files, joinPath(from, "status.json"))) ?? {};
  if (typeof schema === "number" && schema >= 2) {
    throw new OperatorError(`This project is agent-runner's already: so says 'status.json' in '${visible(from)}'`, {
      fix: "There is nothing to take over; 'agent-runner serve' goes on with it",
    });
  }
  if (await world.lock.isHeld(lockPath(from))) {
    throw new OperatorError(`A supervisor is at work on '${visible(from)}'`, {
      fix: "Stop it with the program that started it, and try again",
      exitCode: exitCode.busy,
    });
  }
  const isThere = await readingLogs(() => world.files.stat(to)?.isFile === true || world.files.list(to).length > 0);
  if (isThere) {
    throw new OperatorError(`There is something at '${visible(to)}' already`, {
      fix: "Name a folder that is not there yet with --logs, or move that one away",
    });
  }
}

type Facts = Awaited<ReturnType<typeof look>>;

async function look(
  config: Config,
  plan: { readonly to: string; readonly warnings: readonly string[]; readonly isApplying: boolean },
  world: World,
) {
  const { files, host } = world;
  const { logDir } = config.runtime;
  const found = findLogs(logDir, files);
  const scan = openEventSource({ files, logDir }).scan({ kinds: null, limit: null });
  let events = 0;
  for (const _ of scan.lines) events++;
  const unit = joinPath(host.homeDir(), `.config/systemd/user/agent-runner@${config.project}.service`);
  return await Promise.resolve({
    project: config.project,
    config: config.file,
    from_logs: logDir,
    to_logs: plan.to,
    files: found.files.length,
    bytes: found.files.reduce((sum, { bytes }) => sum + bytes, 0),
    events,
    bad_lines: scan.badLines(),
    rounds: found.files.filter(({ name }) => name.startsWith("rounds/")).length,
    last_round: new StatusFile(logDir, files).read().status?.round_num ?? null,
    left_out: found.left,
    warnings: plan.warnings,
    old_unit: files.stat(unit) === null ? null : unit,
    is_applied: plan.isApplying,
  });
}

/** The configuration comes last: until then all is as it was. */
function apply(config: Config, { from, to }: { readonly from: string; readonly to: string }, world: World): void {
  const { files } = world;
  try {
    const text = files.readText(config.file) ?? "";
    const changed = withLogDir(text, to);
    if (changed === null) {
      throw new OperatorError(`'${visible(config.file)}' does not write runtime.log_dir on a line of its own`, {
        fix: 'Write it as log_dir = "..." below [runtime], and try again; nothing was changed',
      });
    }
    copyLogs(findLogs(from, files).files, { from, to }, files);
    files.writeAtomic(keptPath(config), text, { isDurable: true });
    files.writeAtomic(config.file, changed, { isDurable: true });
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    throw new OperatorError(`'${visible(thrown.path)}' cannot be written: ${visible(thrown.message)}`, {
      fix: "Mend that and try again; the old project is as it was",
    });
  }
}

function spell(facts: Facts, file: string): string[] {
  const lines = [
    `${facts.is_applied ? "took over" : "would take over"} '${facts.project}' (${file})`,
    `  records   ${facts.files} files, ${spellBytes(facts.bytes)}: ${facts.events} events, ${facts.rounds} ${
      facts.rounds === 1 ? "log of a round" : "logs of rounds"
    }`,
    `  from      ${facts.from_logs} (stays as it is)`,
    `  to        ${facts.to_logs}`,
    `  next      round ${(facts.last_round ?? 0) + 1}`,
    `  config    log_dir is changed to the new folder; the old text is kept as ${file}.before-import`,
  ];
  if (facts.bad_lines > 0) {
    lines.push(`  unread    ${facts.bad_lines} lines of events cannot be read; they are copied as they are`);
  }
  if (facts.left_out.length > 0) lines.push(`  left out  ${facts.left_out.join(", ")}`);
  for (const warning of facts.warnings) lines.push(...warning.split("\n").map((line) => `  note      ${line.trim()}`));
  if (facts.old_unit !== null) {
    lines.push(`  note      ${facts.old_unit} starts the old program: agent-runner uninstall, with that one`);
  }
  lines.push(facts.is_applied ? "Next: agent-runner doctor" : "Nothing was changed. To do it: the same with --apply");
  return lines;
}
