// Guards the keys that documents name in passing: a table and a key that stand together exist in the schema.
import assert from "node:assert/strict";
import { filesBelow, readText } from "../../scripts/tree.ts";
import { configReference } from "../../src/config/reference.ts";
import { removedKeys } from "../../src/config/schema.ts";

const rows = configReference();

/** Such as `[vcs] dirty_action`, `[budget.day]` and `[[agent.fallback]]`. */
function spansOf(text: string): readonly { readonly table: string; readonly key: string | undefined }[] {
  const found = text.matchAll(/`\[(\[?[a-z_]+(?:\.[a-z_<>]+)*\]?)\](?:\s+([a-z][a-z_0-9]*)[^`]*)?`/g);
  return [...found].map(([, table = "", key]) => ({ table, key }));
}

function isKnown({ table, key }: { readonly table: string; readonly key: string | undefined }): boolean {
  // What hooks make of their tables is theirs; "<name>" stands for each detector.
  if (table.startsWith("plugins.") || table === "monitor.<name>") return key === undefined;
  if (key !== undefined && Object.hasOwn(removedKeys, `${table}.${key}`)) return true;
  const own = rows.filter((row) => row.table === table || row.table.startsWith(`${table}.`));
  // A table of texts is one key of its parent.
  const isValue = rows.some((row) => `${row.table}.${row.key}` === table);
  if (own.length === 0) return isValue;
  return key === undefined || own.some((row) => row.key === key || row.table === `${table}.${key}`);
}

Deno.test("every table and key that a document names exists", () => {
  const paths = [...filesBelow("docs", ".md"), "README.md"];
  const spans = paths.flatMap((path) => spansOf(readText(path) ?? "").map((span) => ({ path, ...span })));
  assert.ok(spans.length > 80, `only ${spans.length} were found`);
  const unknown = spans.filter((span) => !isKnown(span)).map(({ path, table, key }) => `${path}: [${table}] ${key}`);
  assert.deepEqual(unknown, []);
});

Deno.test("isKnown() knows tables, keys and what is neither", () => {
  const [first, second, third, fourth, fifth] = spansOf(
    "`[vcs] dirty_action`, `[budget.day]`, `[agent.env]`, `[vcs] dirty_actoin` and `[bugdet.day]`",
  );
  assert.deepEqual([first, second, third, fourth, fifth].map((span) => isKnown(span!)), [
    true,
    true,
    true,
    false,
    false,
  ]);
});
