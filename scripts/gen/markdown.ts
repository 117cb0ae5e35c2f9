// Writes Markdown tables whose cells cannot break them.

/** A table; `deno fmt` aligns it afterwards. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}

/** A table of plain records: one column a key of the first, lists joined by commas. */
export function recordTable(records: readonly object[]): string {
  const keys = Object.keys(records[0] ?? {});
  const head = keys.map((key) => spellKey(key));
  return table(head, records.map((record) => keys.map((key) => spellValue(Reflect.get(record, key)))));
}

/** `nextState` -> `Next state`. */
function spellKey(key: string): string {
  const words = key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function spellValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(spellValue).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A word as code. */
export function code(text: string): string {
  return `\`${text}\``;
}
