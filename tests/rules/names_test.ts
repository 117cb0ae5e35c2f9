// Guards that names agree: files, registries, tests that guard a defense, presets, event kinds.
import assert from "node:assert/strict";
import { loadAgents, loadDefenses, loadDetectors, loadVerbs } from "../../scripts/gen/plug_ins.ts";
import { filesBelow, readText } from "../../scripts/tree.ts";
import { eventKinds } from "../../src/core/event.ts";
import { witnessEventKinds } from "../../src/core/event_witness.ts";

/** Kinds that nothing in the source writes yet, each with the reason. */
const withoutEmitter: Readonly<Record<string, string>> = {};

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[a-z]+$/, "");
}

function duplicates(names: readonly string[]): readonly string[] {
  return names.filter((name, i) => names.indexOf(name) !== i);
}

/** Literal first arguments of `emit(...)` in a text. */
function emittedKinds(text: string): readonly string[] {
  return [...text.matchAll(/\bemit\(\s*"([^"]+)"/g)].map((found) => found[1]!);
}

Deno.test("every verb's file has the verb's name", async () => {
  const verbs = await loadVerbs();
  assert.ok(verbs.length > 0);
  assert.deepEqual(verbs.filter(({ path, value }) => baseName(path) !== value.name.replaceAll("-", "_")), []);
});

Deno.test("every detector's file has the detector's name, and every name and place once", async () => {
  const detectors = await loadDetectors();
  assert.ok(detectors.length >= 23);
  assert.deepEqual(detectors.filter(({ path, value }) => baseName(path) !== value.name), []);
  assert.deepEqual(duplicates(detectors.map(({ value }) => String(value.order))), []);
});

Deno.test("agents and defenses have files of their name, and every name once", async () => {
  const agents = (await loadAgents()).map(({ path, value }) => ({ path, name: value.name }));
  assert.deepEqual(agents.filter(({ path, name }) => baseName(path) !== name), []);
  const names = (await loadDefenses()).map(({ value }) => value.name);
  assert.ok(names.length >= 12);
  assert.deepEqual(duplicates(names), []);
  assert.deepEqual(duplicates((await loadDefenses()).map(({ value }) => String(value.order))), []);
  assert.deepEqual(duplicates(["a", "b", "a"]), ["a"]);
});

Deno.test("the test that guards a defense exists by its name, and the incident is written down", async () => {
  const incidents = readText("docs/incidents.md") ?? "";
  const faults = (await loadDefenses()).flatMap(({ path, value }) => [
    ...value.guardedBy.startsWith("tests/") && hasTest(readText(value.guardedBy) ?? "", value.guardTest)
      ? []
      : [`${path}: no test '${value.guardTest}' in '${value.guardedBy}'`],
    ...hasHeading(incidents, value.incident) ? [] : [`${path}: no incident '${value.incident}'`],
  ]);
  assert.deepEqual(faults, []);
});

Deno.test("every incident is one that a defense codifies", async () => {
  const slugs = new Set((await loadDefenses()).map(({ value }) => value.incident));
  const headings = (readText("docs/incidents.md") ?? "").split("\n").filter((line) => line.startsWith("## "));
  assert.ok(headings.length >= 12);
  assert.deepEqual(headings.filter((heading) => ![...slugs].some((slug) => hasHeading(heading, slug))), []);
});

/** What the table of situations names in its last column: a file and how the name of a test in it begins. */
function namedTests(text: string): readonly { readonly row: string; readonly path: string; readonly name: string }[] {
  const rows = text.split("\n").filter((line) => /^\| .*`tests\//.test(line));
  return rows.map((row) => {
    const [, path = "", name = ""] = /\| `(tests\/\S+)`: (.+?) *\|$/.exec(row) ?? [];
    return { row, path, name };
  });
}

Deno.test("every situation in docs/containment.md names a test that exists", () => {
  const named = namedTests(readText("docs/containment.md") ?? "");
  assert.ok(named.length >= 20, `${named.length} situations`);
  assert.deepEqual(named.filter(({ path, name }) => !hasTest(readText(path) ?? "", name)), []);
  assert.deepEqual(namedTests("| a | b | `tests/a_test.ts`: x does y |\n| Net | none |").map(({ name }) => name), [
    "x does y",
  ]);
  assert.deepEqual(namedTests("| a | `tests/a_test.ts` |").map(({ name }) => name), [""], "a row without a name");
});

/** Whether a file has a test whose name begins with these words, as they stand in the source. */
function hasTest(text: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return name.length > 10 && new RegExp(`[tT]est\\w*\\(\\s*["'\`]${escaped}`).test(text);
}

Deno.test("hasTest() finds a test by the beginning of its name", () => {
  const text = 'Deno.test("serve ends it at once (SIGTERM)", () => {});\ntestAbreast(\n  `serve ${verb} again`, f);';
  assert.ok(hasTest(text, "serve ends it at once (SIGT"));
  assert.ok(hasTest(text, "serve ${verb} again"));
  for (const name of ["ends it at once", "serve ends it at noon", "serve", ""]) {
    assert.equal(hasTest(text, name), false);
  }
});

/** Whether a document has a heading that a link with this slug finds. */
function hasHeading(text: string, slug: string): boolean {
  return text.split("\n").some((line) =>
    /^#+ /.test(line) &&
    line.replace(/^#+ /, "").toLowerCase().replaceAll(/[^a-z0-9 _-]/g, "").replaceAll(" ", "-") === slug
  );
}

Deno.test("hasHeading() finds a heading by its slug", () => {
  assert.equal(hasHeading("# A\n\n## Two supervisors, one folder\n", "two-supervisors-one-folder"), true);
  assert.equal(hasHeading("two-supervisors-one-folder", "two-supervisors-one-folder"), false);
});

Deno.test("every preset is loaded by a contract test", () => {
  const presets = filesBelow("presets", ".toml").map(baseName);
  assert.ok(presets.length >= 10, presets.join(" "));
  const text = readText("tests/contract/presets_test.ts") ?? "";
  const isWholeFolder = /readDir(Sync)?\(|filesBelow\(\s*"presets"|assets\(\s*"presets"/.test(text);
  assert.deepEqual(isWholeFolder ? [] : presets.filter((name) => !text.includes(`"${name}"`)), []);
});

Deno.test("every kind that the source writes is in the table", () => {
  const faults = filesBelow("src", ".ts").flatMap((path) =>
    emittedKinds(readText(path) ?? "").filter((kind) => !Object.hasOwn(eventKinds, kind)).map((kind) =>
      `${path}: ${kind}`
    )
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(emittedKinds('events.emit("round_end", {}); sink.emit(\n  "x", {})'), ["round_end", "x"]);
});

Deno.test("every kind of the table is written by the source, or says why not", () => {
  const sources = filesBelow("src", ".ts").filter((path) => !/^src\/(core|view)\//.test(path))
    .map((path) => readText(path) ?? "").join("\n");
  const silent = Object.keys(eventKinds).filter((kind) =>
    !Object.hasOwn(witnessEventKinds, kind) && !sources.includes(`"${kind}"`)
  );
  assert.deepEqual(silent.sort(), Object.keys(withoutEmitter).sort());
});
