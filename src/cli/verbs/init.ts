// `agent-runner init`: makes an existing project ready for its first round.
import { exitCode, messageOf, OperatorError } from "../../core/errors.ts";
import { baseName, dirName, joinPath } from "../../core/path.ts";
import { shellQuote, visible } from "../../core/text.ts";
import { defaultPreset, readPreset, renderPreset } from "../../config/presets.ts";
import { FileFault } from "../../ports/files.ts";
import { commitFiles, type CommitOutcome, commitSubject, requireWorkTree, unsavedFiles } from "../first_commit.ts";
import { promptPath, type Scaffold, type ScaffoldPlan, writeScaffold } from "../scaffold.ts";
import { spellJson } from "../print.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

const defaultName = "agent-runner.toml";

interface Initialised {
  readonly folder: string;
  /** What later calls need to find the configuration; empty where they find it by themselves. */
  readonly configFlag: string;
  readonly preset: string;
  readonly scaffold: Scaffold;
  /** Null when no commit was wanted. */
  readonly commit: CommitOutcome | null;
}

export default defineVerb({
  name: "init",
  summary: "Write agent-runner.toml and a first prompt into a project",
  flags: {
    preset: {
      kind: "string",
      placeholder: "name",
      suggests: "presets",
      brief: `agent to start from (default ${defaultPreset})`,
    },
    force: { kind: "boolean", brief: "replace an existing configuration and prompt" },
    commit: { kind: "boolean", brief: "commit the new files (the default)" },
    "no-commit": { kind: "boolean", brief: "leave the new files uncommitted" },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner init", "agent-runner init --preset codex --no-commit"],
  async run(args, world) {
    const { flags } = args;
    if (flags.commit && flags["no-commit"]) {
      const fix = "Write one of them; committing is the default";
      throw new OperatorError("--commit and --no-commit exclude each other", { fix, exitCode: exitCode.usage });
    }
    const preset = flags.preset ?? defaultPreset;
    const presetText = readPreset(preset, world);
    const path = joinPath(world.host.workDir(), args.configPath);
    const folder = dirName(path);
    const configName = baseName(path);
    requireRoom({ path, folder, mayOverwrite: flags.force }, world);
    const spot = { folder, processes: world.processes };
    await requireWorkTree(spot);
    const unsaved = await unsavedFiles([configName, promptPath, ".gitignore"], spot);
    const wasIgnoreUnsaved = unsaved.has(".gitignore") && world.files.stat(joinPath(folder, ".gitignore")) !== null;
    const configText = renderPreset(presetText, { project: baseName(folder) || "default" });
    const scaffold = write({ folder, configName, configText, mayOverwrite: flags.force, unsaved }, world);
    // A .gitignore with the user's own unfinished changes is left for the user to commit.
    const own = scaffold.created.filter((name) => name !== ".gitignore" || !wasIgnoreUnsaved);
    const commit = flags["no-commit"] ? null : await commitFiles(own, spot);
    const isFound = path === joinPath(world.host.workDir(), defaultName);
    const configFlag = isFound ? "" : ` --config ${shellQuote(args.configPath)}`;
    report({ folder, configFlag, preset, scaffold, commit }, { isJson: args.isJson, world });
    return exitCode.ok;
  },
});

function requireRoom(
  target: { readonly path: string; readonly folder: string; readonly mayOverwrite: boolean },
  world: World,
): void {
  if (world.files.stat(target.folder)?.isDirectory !== true) {
    throw new OperatorError(`There is no folder "${target.folder}"`, { fix: "Make it first, or mend --config" });
  }
  const present = world.files.stat(target.path);
  if (present?.isDirectory === true) {
    const fix = `Name the file: --config ${shellQuote(joinPath(target.path, defaultName))}`;
    throw new OperatorError(`"${target.path}" is a folder`, { fix });
  }
  if (present !== null && !target.mayOverwrite) {
    const fix = "Edit that file, or replace it and the prompt with `agent-runner init --force`";
    throw new OperatorError(`"${target.path}" exists already`, { fix });
  }
}

function write(plan: ScaffoldPlan, world: World): Scaffold {
  try {
    return writeScaffold(plan, world.files);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    const fix = "Free some space or mend the folder's rights, then run `agent-runner init --force`";
    throw new OperatorError(`Cannot write "${thrown.path}": ${messageOf(thrown)}`, { fix });
  }
}

function report(done: Initialised, to: { readonly isJson: boolean; readonly world: World }): void {
  const { stdout } = to.world;
  if (to.isJson) {
    const result = {
      work_dir: done.folder,
      files_created: done.scaffold.created,
      committed: done.commit?.isCommitted === true,
      preset: done.preset,
      reason: done.commit?.isCommitted === false ? done.commit.reason : null,
      files_kept: done.scaffold.kept,
    };
    stdout.write(`${spellJson(result)}\n`);
    return;
  }
  stdout.write(`Wrote ${done.scaffold.created.map(visible).join(", ")} (preset ${done.preset})\n`);
  if (done.scaffold.kept.length > 0) {
    stdout.write(`Kept what was there as ${done.scaffold.kept.map(visible).join(", ")}\n`);
  }
  if (done.commit?.isCommitted === true) stdout.write(`Committed as "${commitSubject}"\n`);
  if (done.commit?.isCommitted === false) {
    stdout.write(`Not committed: ${visible(done.commit.reason)}\n`);
    stdout.write(`  fix: ${fixOf(done.commit.reason)}, then commit them: what is not committed a round may put away\n`);
  }
  stdout.write(`\nSay in ${promptPath} what is to be done, then:\n`);
  stdout.write(
    `  agent-runner serve${done.configFlag}\n  agent-runner peek${done.configFlag}    # from another terminal\n`,
  );
}

/** Git without a name is what a new machine has. */
function fixOf(reason: string): string {
  return /empty ident|tell me who you are|auto-detect (?:email|name)|user\.(?:email|name)/i.test(reason)
    ? "Run 'git config --global user.name NAME' and 'git config --global user.email ADDRESS'"
    : "See to what git says";
}
