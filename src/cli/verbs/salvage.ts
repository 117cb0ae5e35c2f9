// salvage: what rounds left uncommitted, kept as commits: seen, brought back, let go.
import { usageError } from "../../core/errors.ts";
import { nearest } from "../../core/text.ts";
import { readingLogs } from "../log_folder.ts";
import { openConfig } from "../project.ts";
import type { SalvageTask } from "../salvage_act.ts";
import { openDesk, selectOne } from "../salvage_select.ts";
import { defineVerb } from "../verb.ts";
import type { FlagValues } from "../verb.ts";

const flagSpecs = {
  patch: { kind: "boolean", brief: "show: the changes themselves, as a patch" },
  onto: { kind: "string", placeholder: "BRANCH", brief: "restore: make this branch instead; the tree stays as it is" },
  path: {
    kind: "string",
    isRepeatable: true,
    placeholder: "PATH",
    suggests: "paths",
    brief: "restore: only this file or folder; may be given again",
  },
  force: { kind: "boolean", brief: "drop: also what no later round has been told of" },
} as const;

type Flags = FlagValues<typeof flagSpecs>;

const actions = ["list", "show", "restore", "drop"] as const;
type Action = typeof actions[number];

export default defineVerb({
  name: "salvage",
  summary: "Show, bring back or let go what rounds left uncommitted",
  flags: flagSpecs,
  positional: {
    placeholder: "list|show|restore|drop SALVAGE",
    brief: "what to do (list when absent), and with which: a round's number or the start of a SHA",
    max: 100,
    values: ["list", "show", "restore", "drop"],
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: [
    "agent-runner salvage list",
    "agent-runner salvage show 12 --patch",
    "agent-runner salvage restore 3f9a1c2b --path src/main.c",
    "agent-runner salvage restore 12 --onto salvaged-work",
    "agent-runner salvage drop 12",
  ],
  async run({ flags, positional, isJson, configPath }, world) {
    const [word = "list", ...names] = positional;
    const action = actionOf(word);
    refuseStrays(action, flags, names);
    const desk = await openDesk(openConfig({ configPath, withPrices: false }, world), world);
    return await readingLogs(() => act({ desk, isJson, world }, { action, names, flags }));
  },
});

async function act(
  task: SalvageTask,
  { action, names, flags }: { readonly action: Action; readonly names: readonly string[]; readonly flags: Flags },
): Promise<number> {
  const { desk, isJson, world } = task;
  if (action === "list") return await (await import("../salvage_show.ts")).listSalvages(desk, isJson, world);
  const [first, ...others] = names;
  const salvage = selectOne(desk.salvages, first);
  if (action === "show") {
    const { showSalvage } = await import("../salvage_show.ts");
    return await showSalvage(desk, { salvage, withPatch: flags.patch, isJson }, world);
  }
  const { dropAll, restoreOnto, restoreToTree } = await import("../salvage_act.ts");
  if (action === "drop") {
    const all = new Set([salvage, ...others.map((name) => selectOne(desk.salvages, name))]);
    return await dropAll([...all], flags.force, task);
  }
  if (flags.onto !== undefined) return await restoreOnto(salvage, flags.onto, task);
  return await restoreToTree(salvage, flags.path, task);
}

function actionOf(word: string): Action {
  const action = actions.find((name) => name === word);
  if (action !== undefined) return action;
  const meant = nearest(word, actions);
  const all = "Write agent-runner salvage list, show, restore or drop";
  throw usageError(`'salvage' does not know '${word}'`, meant === null ? all : `Did you mean '${meant}'? ${all}`);
}

/** A flag that would do nothing is a mistake worth a word before anything is done. */
function refuseStrays(action: Action, flags: Flags, names: readonly string[]): void {
  const given = {
    patch: flags.patch ? "show" : null,
    onto: flags.onto === undefined ? null : "restore",
    path: flags.path.length === 0 ? null : "restore",
    force: flags.force ? "drop" : null,
  };
  for (const [flag, owner] of Object.entries(given)) {
    if (owner !== null && owner !== action) throw usageError(`'--${flag}' is for 'salvage ${owner}'`, "Leave it out");
  }
  if (flags.onto !== undefined && flags.path.length > 0) {
    throw usageError("A branch takes a salvage whole", "Give either --onto or --path");
  }
  const most = action === "list" ? 0 : action === "drop" ? Infinity : 1;
  if (names.length <= most) return;
  const fix = most === 0 ? "To see a single one, write agent-runner salvage show" : "Name one salvage at a time";
  throw usageError(`'salvage ${action}' takes no '${names[most]!}'`, fix);
}
