// Guards the generator: what it writes is on disk, and it refuses marks that do not fit.
import assert from "node:assert/strict";
import { generate } from "../../scripts/gen.ts";
import { recordTable, table } from "../../scripts/gen/markdown.ts";
import { isStale } from "../../scripts/gen/output.ts";
import { missingFields } from "../../scripts/gen/plug_ins.ts";
import { fillRegions } from "../../scripts/gen/regions.ts";
import { renderers } from "../../scripts/gen/renderers.ts";
import { spellField } from "../../scripts/gen/tables.ts";
import { filesBelow, readText } from "../../scripts/tree.ts";

const options = { path: "a.md", renderers: { one: () => "first\n", two: () => Promise.resolve("second") } };

Deno.test("registries and documents are as the generator writes them", async () => {
  const outputs = await generate();
  assert.ok(outputs.length >= 5);
  assert.deepEqual(outputs.filter(isStale).map((output) => output.path), []);
});

Deno.test("isStale() sees a changed file and a missing one", async () => {
  const fresh = (await generate({ isDocsOnly: true }))[0]!;
  assert.equal(isStale({ ...fresh, text: `${fresh.text} ` }), true);
  assert.equal(isStale({ path: "docs/no-such-file.md", text: "" }), true);
});

Deno.test("every region that can be written stands in a document", () => {
  const text = filesBelow("docs", ".md").map((path) => readText(path) ?? "").join("\n");
  const absent = Object.keys(renderers).filter((name) => !text.includes(`<!-- gen:${name} -->`));
  assert.deepEqual(absent, []);
});

Deno.test("fillRegions() replaces what stands between the marks and nothing else", async () => {
  const text = "a\n<!-- gen:one -->\nold\n<!-- /gen:one -->\nb <!-- gen:two --><!-- /gen:two --> c\n";
  const filled = await fillRegions(text, options);
  assert.equal(
    filled,
    "a\n<!-- gen:one -->\n\nfirst\n\n<!-- /gen:one -->\nb <!-- gen:two -->\n\nsecond\n\n<!-- /gen:two --> c\n",
  );
  assert.equal(await fillRegions(filled, options), filled);
  assert.equal(await fillRegions("no marks", options), "no marks");
});

Deno.test("fillRegions() refuses an unknown name, a missing close, a lone close and nesting", async () => {
  const bad = {
    "x\n<!-- gen:three --><!-- /gen:three -->": /'a\.md', line 2: no region is named 'three'; known: one, two/,
    "<!-- gen:constructor --><!-- /gen:constructor -->": /no region is named 'constructor'/,
    "<!-- gen:one -->": /region 'one' has no '<!-- \/gen:one -->'/,
    "<!-- /gen:one -->": /region 'one' is closed but not open/,
    "<!-- gen:one --><!-- gen:two --><!-- /gen:two --><!-- /gen:one -->": /'two' begins inside 'one'/,
    "<!-- gen:one --><!-- /gen:two -->": /region 'two' is closed but not open/,
  };
  for (const [text, message] of Object.entries(bad)) await assert.rejects(fillRegions(text, options), { message });
});

Deno.test("table() keeps cells in their columns", () => {
  assert.equal(table(["a"], [["x|y"], ["two\nlines"]]), "| a |\n| --- |\n| x\\|y |\n| two lines |");
  assert.equal(
    recordTable([{ state: "running", nextState: null, actions: ["a", "b"] }]),
    "| State | Next state | Actions |\n| --- | --- | --- |\n| running |  | a, b |",
  );
});

Deno.test("spellField() says what a field holds", () => {
  assert.equal(spellField("int"), "(int)");
  assert.equal(spellField("string|null?"), "(string or null, may be absent)");
  assert.equal(spellField("objects"), "(list of objects)");
});

Deno.test("missingFields() names what a plug-in lacks", () => {
  assert.deepEqual(missingFields(undefined, ["name", "run"]), ["name", "run"]);
  assert.deepEqual(missingFields({ name: "x" }, ["name", "run"]), ["run"]);
  assert.deepEqual(missingFields({ name: "x", run: null }, ["name", "run"]), []);
});
