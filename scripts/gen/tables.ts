// Renders what the docs show from the tables in the source.
import { eventKinds } from "../../src/core/event.ts";
import type { Verb } from "../../src/cli/verb.ts";
import { spellFlag } from "./flags.ts";
import { floors } from "../floors.ts";
import { ceiling } from "../permissions.ts";
import { exists } from "../tree.ts";
import { code, table } from "./markdown.ts";
import { loadDefenses, loadVerbs } from "./plug_ins.ts";

/** Region `event-kinds`: every kind, when it is written, what it carries. */
export function eventKindsTable(): string {
  const rows = Object.entries(eventKinds).map(([kind, row]) => {
    const fields = Object.entries(row.fields).map(([name, type]) => `${code(name)} ${spellField(type)}`);
    return [code(kind), row.when, fields.join(", ")];
  });
  return table(["Kind", "When", "Fields"], rows);
}

/** `string|null?` -> `string or null, may be absent`. */
export function spellField(type: string): string {
  const isOptional = type.endsWith("?");
  const bare = type.replace(/\?$/, "").replace("|null", " or null").replace("strings", "list of strings")
    .replace("objects", "list of objects");
  return isOptional ? `(${bare}, may be absent)` : `(${bare})`;
}

/** Region `floors-table`: the floors whose folders exist. */
export function floorsTable(): string {
  const rows = floors.map((row) => {
    const folders = row.folders.filter((folder) => exists(folder) || exists(`src/${folder}`));
    const spelled = folders.map((folder) => code(folder.endsWith(".ts") ? folder : `src/${folder}/`));
    return [String(row.floor), spelled.join(" "), row.what];
  });
  return table(["Floor", "Folders", "What stands there"], rows);
}

/** Region `permissions-table`: what the program can ever do, and why. */
export function permissionsTable(): string {
  return table(["Permission", "Why"], ceiling.map((row) => [code(row.grant), row.why]));
}

/** Region `defenses-table`: every defense, what it protects from, what guards it. */
export async function defensesTable(): Promise<string> {
  const rows = (await loadDefenses()).map(({ value }) => [
    code(value.name),
    value.protectsFrom,
    `[${value.incident}](incidents.md#${value.incident})`,
    code(value.guardedBy),
  ]);
  return table(["Defense", "Protects from", "Incident", "Guarded by"], rows);
}

/** Region `verb-table`: every verb in one line. */
export async function verbTable(): Promise<string> {
  const rows = (await loadVerbs()).map(({ value }) => [
    `[${value.name}](#${value.name})`,
    value.summary,
    value.needs.map(code).join(" ") || "nothing",
  ]);
  return table(["Verb", "What it does", "Keeps the permissions"], rows);
}

/** Region `verb-flags`: one section a verb with its flags and examples. */
export async function verbSections(): Promise<string> {
  return (await loadVerbs()).map(({ value }) => verbSection(value)).join("\n\n");
}

function verbSection(verb: Verb): string {
  const flags = Object.entries(verb.flags).filter(([, spec]) => spec.hidden !== true);
  const words = verb.positional ? ` [${verb.positional.placeholder}]` : "";
  const usage = `agent-runner ${verb.name}${flags.length > 0 ? " [flags]" : ""}${words}`;
  const parts = [`### ${verb.name}`, `${verb.summary}.`, `    ${usage}`];
  if (flags.length > 0) {
    parts.push(table(["Flag", "Meaning"], flags.map(([name, spec]) => [code(spellFlag(name, spec)), spec.brief])));
  }
  if (verb.positional) parts.push(`${code(verb.positional.placeholder)}: ${verb.positional.brief}.`);
  if (verb.examples && verb.examples.length > 0) parts.push(`\`\`\`text\n${verb.examples.join("\n")}\n\`\`\``);
  return parts.join("\n\n");
}
