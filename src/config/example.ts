// Writes an example configuration that shows every key of the table with what holds without it.
import { configReference, type ReferenceRow } from "./reference.ts";
import { SCHEMA_URL } from "./schema.ts";

const widest = 118;

/** Keys that the example really sets; all others are commented out. */
const set: Readonly<Record<string, string>> = {
  "agent.command":
    '["claude", "-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "bypassPermissions"]',
  "agent.prompt_arg_template": "[]",
  "agent.env": '{ DISABLE_AUTOUPDATER = "1" }',
  "agent.prompt_delivery": '"stdin"',
  "runtime.work_dir": '"."',
  "runtime.log_dir": '"~/.agent-runner/{project}/logs"',
  "runtime.linger_s": "30",
  "prompt.file": '"./prompts/main.md"',
};

const head = `#:schema ${SCHEMA_URL}
# A configuration with every key there is. Keys that are commented out show what holds without them;
# "for example" marks those that have no default. \`agent-runner init\` writes a much shorter one.
`;

/** The text of the example; it loads without a problem. */
export function exampleConfig(): string {
  let text = head;
  let table = "";
  for (const row of configReference()) {
    if (row.table !== table) text += `\n${headerOf(row)}\n`;
    else text += "\n";
    table = row.table;
    text += `${commentOf(row)}\n${lineOf(row)}\n`;
  }
  return text;
}

function headerOf(row: ReferenceRow): string {
  return `${isOptionalTable(row) ? "# " : ""}[${row.table.replace("<name>", nameFor(row))}]`;
}

function nameFor(row: ReferenceRow): string {
  if (row.table.startsWith("notify.")) return "phone";
  return row.table.startsWith("hooks.") ? "notify" : "review";
}

/** Such a table would mean something even when it is empty. */
function isOptionalTable(row: ReferenceRow): boolean {
  return /^(?:phases\.|hooks\.|notify\.|\[)/.test(row.table);
}

function lineOf(row: ReferenceRow): string {
  const value = set[`${row.table}.${row.key}`];
  if (value !== undefined) return `${row.key} = ${value}`;
  return row.default === "unset" || row.default === "required"
    ? `# ${row.key} = ${row.example}   # for example`
    : `# ${row.key} = ${row.default}`;
}

function commentOf(row: ReferenceRow): string {
  const older = row.olderNames.length > 0 ? ` Older name: ${row.olderNames.join(", ")}.` : "";
  const lines: string[] = [];
  let line = "#";
  for (const word of `${row.doc}${older}`.replaceAll("`", "").split(" ")) {
    if (line.length + word.length >= widest) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}
