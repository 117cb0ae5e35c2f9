// A real git repository in a throw-away folder, with a HOME of its own, for tests that must not trust a fake.
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import type { Processes } from "../../src/ports/processes.ts";
import { checkTree, logFolderWithin } from "../../src/vcs/dirty.ts";
import type { DirtyTree, TreeCheck } from "../../src/vcs/dirty.ts";
import { openGit } from "../../src/vcs/git.ts";
import type { Git } from "../../src/vcs/git.ts";
import { applyDirtyPolicy } from "../../src/vcs/policy.ts";
import type { DirtyAction } from "../../src/vcs/policy.ts";
import type { StepContext, StepOutcome } from "../../src/vcs/step.ts";

export interface TempRepository {
  readonly root: string;
  readonly processes: Processes;
  readonly git: Git;
  /** Runs a shell script in a folder of the repository; returns stdout, throws when it fails. */
  sh(script: string, folder?: string): Promise<string>;
  gitAt(folder: string): Git;
  check(git?: Git, logDir?: string): Promise<TreeCheck>;
  apply(action: DirtyAction, options?: ApplyOptions): Promise<StepOutcome>;
}

export interface ApplyOptions extends Partial<StepContext> {
  readonly logDir?: string;
}

const realClock = denoClock();

/** Runs `body` in a new repository (with one commit, unless `isUnborn`) and removes it afterwards. */
export async function inRepository(
  body: (repository: TempRepository) => Promise<void>,
  options: { readonly isUnborn?: boolean } = {},
): Promise<void> {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "agent-runner-vcs-" }));
  const repository = repositoryIn(base);
  try {
    Deno.mkdirSync(`${base}/home`);
    Deno.mkdirSync(repository.root);
    await repository.sh(
      "git config --global user.name Tester; git config --global user.email tester@example.invalid;" +
        "git config --global init.defaultBranch main; git config --global protocol.file.allow always; git init -q",
    );
    if (!options.isUnborn) await repository.sh("echo one > file; echo two > other; git add . && git commit -qm first");
    await body(repository);
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}

function repositoryIn(base: string): TempRepository {
  const root = `${base}/work`;
  const environment = { HOME: `${base}/home`, GIT_CONFIG_NOSYSTEM: "1", XDG_CONFIG_HOME: `${base}/home/.config` };
  const real = denoProcesses();
  const processes: Processes = {
    ...real,
    run: (spec) => real.run({ ...spec, environment: { ...environment, ...spec.environment } }),
  };
  const files = denoFiles();
  const gitAt = (workDir: string) => openGit({ processes, workDir });
  const git = gitAt(root);

  async function sh(script: string, folder = root): Promise<string> {
    const outcome = await processes.run({ argv: ["sh", "-c", script], workDir: folder, timeoutMs: 60_000 });
    if (outcome.kind !== "exited") throw new Error(`${script}: ${outcome.kind}`);
    if (outcome.code !== 0) throw new Error(`${script}: ${new TextDecoder().decode(outcome.stderr)}`);
    return new TextDecoder().decode(outcome.stdout);
  }

  function logFolderOf(workDir: string, logDir: string | undefined): string | null {
    return logDir === undefined ? null : logFolderWithin(files, { workDir, logDir });
  }

  function check(checked: Git = git, logDir?: string): Promise<TreeCheck> {
    return checkTree({ git: checked, logFolder: logFolderOf(checked.workDir, logDir) });
  }

  async function apply(action: DirtyAction, given: ApplyOptions = {}): Promise<StepOutcome> {
    const used = given.git ?? git;
    const tree = given.tree ?? await check(used, given.logDir) as DirtyTree;
    if (tree.kind !== "dirty") throw new Error(`The tree is ${JSON.stringify(tree)}`);
    const logFolder = logFolderOf(used.workDir, given.logDir);
    return await applyDirtyPolicy({
      git: used,
      files,
      clock: realClock,
      round: 4,
      phase: null,
      logFolder,
      idempotencySeconds: 5,
      lockPatienceMs: 300,
      ...given,
      tree,
      action,
    });
  }

  return { root, processes, git, sh, gitAt, check, apply };
}

/** Paths of a dirty tree, sorted; throws when it is not dirty. */
export function dirtyPaths(tree: TreeCheck): readonly string[] {
  if (tree.kind !== "dirty") throw new Error(`The tree is ${JSON.stringify(tree)}`);
  return tree.files.map((file) => file.path).sort();
}
