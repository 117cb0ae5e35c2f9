// The files `init` puts into a project.
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";

/** Where the prompt of a new project is, relative to its folder. */
export const promptPath = "prompts/main.md";

/** Names of the files, relative to the folder, that are there now. */
export interface Scaffold {
  /** Written or changed, in this order: configuration, prompt, .gitignore. */
  readonly created: readonly string[];
  /** Former files that git could not give back, under their new names. */
  readonly kept: readonly string[];
}

export interface ScaffoldPlan {
  readonly folder: string;
  /** Name of the configuration file in it. */
  readonly configName: string;
  readonly configText: string;
  /** Replace a prompt that is there already. */
  readonly mayOverwrite: boolean;
  /** Files, relative to the folder, whose present content is not in git. */
  readonly unsaved: ReadonlySet<string>;
}

const ignoredLine = "logs/";
const sharedFileMode = 0o644;
const sharedFolderMode = 0o755;

/** Writes the files. @throws FileFault */
export function writeScaffold(plan: ScaffoldPlan, files: Files): Scaffold {
  const created: string[] = [];
  const kept: string[] = [];
  const put = (name: string, text: string) => {
    const path = joinPath(plan.folder, name);
    const former = files.readText(path);
    if (former !== null && former !== text && plan.unsaved.has(name)) {
      kept.push(setAside(name, { folder: plan.folder, files }));
    }
    files.writeAtomic(path, text);
    files.chmod(path, sharedFileMode);
    created.push(name);
  };
  put(plan.configName, plan.configText);
  const promptFolder = joinPath(plan.folder, "prompts");
  if (files.stat(promptFolder) === null) {
    files.makeDir(promptFolder);
    files.chmod(promptFolder, sharedFolderMode);
  }
  if (plan.mayOverwrite || files.stat(joinPath(plan.folder, promptPath)) === null) put(promptPath, promptText);
  if (ignoreLogs(plan.folder, files)) created.push(".gitignore");
  return { created, kept };
}

function setAside(name: string, at: { readonly folder: string; readonly files: Files }): string {
  const { folder, files } = at;
  for (let number = 1;; number++) {
    const aside = `${name}.bak${number === 1 ? "" : number}`;
    if (files.lstat(joinPath(folder, aside)) !== null) continue;
    files.rename(joinPath(folder, name), joinPath(folder, aside));
    return aside;
  }
}

/** Adds the line for logs kept inside the project; true when it was missing. */
function ignoreLogs(folder: string, files: Files): boolean {
  const path = joinPath(folder, ".gitignore");
  const text = files.readText(path);
  if (text?.split(/\r?\n/).includes(ignoredLine) === true) return false;
  const newline = text?.includes("\r\n") === true ? "\r\n" : "\n";
  const joint = text === null || text === "" || text.endsWith("\n") ? "" : newline;
  files.append(path, new TextEncoder().encode(`${joint}${ignoredLine}${newline}`));
  if (text === null) files.chmod(path, sharedFileMode);
  return true;
}

/** The first prompt of a project; longer than the shortest one a round is started with. */
export const promptText = `# What to do in each round

You work on this project in rounds. Each round is a new session: you know nothing of the earlier ones but what is
in the repository and in the block \`round-context\` (JSON) above this text. Read that block first.

1. \`round_num\` is 1: get to know the project. Read its README, run its tests, write down what you find.
2. \`previous\` says that the last round failed: find out why before you do anything else.
3. There is an \`orphan_stash\`: an earlier round left work behind, saved under the SHA in \`ref\`. Look at it with
   \`git stash show -p <sha>\`. If it is worth keeping, bring it back with \`git stash apply <sha>\`; else leave it.
4. Then take the next step. Replace this paragraph with what you want done: the goal, where the list of tasks is,
   how to tell that a task is finished, and what must not be touched.
5. Keep steps small: when one works and its tests pass, commit it, and push if there is a remote.
6. Before you end, see that nothing is left uncommitted, and write down for the next round what is left to do.

When all is done, write one sentence that says so into the file \`$AGENT_RUNNER_LOG_DIR/.agent-done\`; no further round is started then.
`;
