// The part of the verb that looks: the list of salvages, one of them, and its patch.
import { exitCode, OperatorError } from "../core/errors.ts";
import { describeFault } from "../vcs/git_call.ts";
import { changesBetween, emptyTree } from "../vcs/salvage_changes.ts";
import { nameText } from "../vcs/byte_names.ts";
import type { KnownSalvage } from "../vcs/salvage_mend.ts";
import { spellJson } from "./print.ts";
import { spellPatch, spellSalvage, spellSalvages, wireSalvage } from "./salvage_page.ts";
import type { SalvageDesk } from "./salvage_select.ts";
import type { World } from "./world.ts";

const mostPatchBytes = 64 * 1024 * 1024;

export async function listSalvages(desk: SalvageDesk, isJson: boolean, world: World): Promise<number> {
  const text = isJson
    ? `${spellJson(desk.salvages.map(wireSalvage))}\n`
    : await spellSalvages(desk.salvages, { stream: world.stdout, now: world.clock.now() });
  world.stdout.write(text);
  return exitCode.ok;
}

/** @throws OperatorError when git cannot read the salvage. */
export async function showSalvage(
  desk: SalvageDesk,
  wanted: { readonly salvage: KnownSalvage; readonly withPatch: boolean; readonly isJson: boolean },
  world: World,
): Promise<number> {
  const { salvage, isJson } = wanted;
  const changes = await changesBetween(desk.git.call, { from: salvage.base, to: salvage.sha, prefix: salvage.prefix });
  if ("kind" in changes) throw unreadable(salvage, describeFault(changes));
  const patch = wanted.withPatch ? await patchOf(desk, salvage, world) : null;
  if (isJson) {
    const files = changes.map(({ letter, name }) => ({ change: letter, path: nameText(name) }));
    const answer = { ...wireSalvage(salvage), files, ...(patch === null ? {} : { patch }) };
    world.stdout.write(`${spellJson(answer)}\n`);
  } else if (patch !== null) world.stdout.write(spellPatch(patch, world.stdout));
  else world.stdout.write(await spellSalvage(salvage, { changes, stream: world.stdout }));
  return exitCode.ok;
}

async function patchOf(desk: SalvageDesk, salvage: KnownSalvage, world: World): Promise<string> {
  const { call } = desk.git;
  const base = salvage.base ?? await emptyTree(call);
  if (typeof base !== "string") throw unreadable(salvage, describeFault(base));
  const form = ["--binary", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"];
  const made = await call(["-c", "diff.relative=false", "diff", ...form, base, salvage.sha, "--"], {
    maxOutputBytes: mostPatchBytes,
    timeoutMs: 120_000,
  });
  if (made.kind !== "ok") throw unreadable(salvage, describeFault(made));
  const patch = new TextDecoder("utf-8", { ignoreBOM: true }).decode(made.stdout);
  if (made.isCut || patch.includes("\ufffd")) {
    const why = made.isCut ? "is longer than is shown" : "holds bytes that are not UTF-8";
    world.stderr.write(`agent-runner: The patch ${why}; all of it: git diff --binary ${base} ${salvage.sha}\n`);
  }
  return patch;
}

function unreadable({ sha }: KnownSalvage, why: string): OperatorError {
  return new OperatorError(`The salvage ${sha.slice(0, 12)} cannot be read: ${why}`, {
    fix: "See what 'git fsck' says in the project",
  });
}
