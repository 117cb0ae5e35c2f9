// Guards the floors: a folder imports from lower floors or itself, never from a neighbour.
import assert from "node:assert/strict";
import plugin from "../../scripts/lint/house.ts";
import { floors, importFault, mayNameDeno, placeOf, resolveImport } from "../../scripts/floors.ts";
import { filesBelow, readText } from "../../scripts/tree.ts";
import { readGraph } from "./graph.ts";
import type { Edge } from "./graph.ts";

function faultsOf(edges: readonly Edge[]): readonly string[] {
  return edges.map(({ from, to }) => importFault(from, to)).filter((fault) => fault !== null);
}

Deno.test("the program imports only downwards", async () => {
  const { edges, files, errors } = await readGraph("main.ts");
  assert.deepEqual(errors, []);
  assert.ok(files.length > 20, "the graph of main.ts is too small to be the program");
  assert.deepEqual(faultsOf(edges), []);
});

Deno.test("files that main.ts does not reach import only downwards", () => {
  const edges = filesBelow("src", ".ts").flatMap((from) => {
    const text = readText(from) ?? "";
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((found) => found[1]!);
    return specifiers.map((specifier) => ({ from, to: resolveImport(from, specifier) ?? specifier }));
  });
  assert.ok(edges.length > 20, "no imports were found");
  assert.deepEqual(faultsOf(edges), []);
});

Deno.test("every folder of src stands on one floor", () => {
  const homeless = filesBelow("src", ".ts").filter((path) => (placeOf(path)?.floor ?? -1) < 0);
  assert.deepEqual(homeless, []);
  const names = floors.flatMap((row) => row.folders);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("readGraph() and importFault() find a climb, a neighbour and a type import in a tree that has them", async () => {
  const base = await Deno.makeTempDir({ prefix: "floors-" });
  try {
    const files = {
      "main.ts": 'import "./src/core/a.ts"; import "./src/vcs/b.ts";\n',
      "src/core/a.ts": 'import type { S } from "../store/s.ts"; export const a: S = 1;\n',
      "src/store/s.ts": "export type S = number;\n",
      "src/vcs/b.ts": 'export const load = () => import("../agents/c.ts");\n',
      "src/agents/c.ts": 'import "../core/a.ts"; import "../utils/u.ts";\n',
      "src/utils/u.ts": "export {};\n",
    };
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${base}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${base}/${path}`, text);
    }
    const { edges } = await readGraph("main.ts", await Deno.realPath(base));
    assert.deepEqual([...faultsOf(edges)].sort(), [
      "'src/core/a.ts' (floor 0) imports 'src/store/s.ts' (floor 2): a higher floor",
      "'src/utils/u.ts' stands on no floor",
      "'src/vcs/b.ts' (floor 3) imports 'src/agents/c.ts' (floor 3): a neighbour",
    ]);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

Deno.test("importFault() refuses what lies outside the house, and leaves scripts alone", () => {
  assert.match(importFault("src/cli/app.ts", "scripts/say.ts") ?? "", /outside the house/);
  assert.equal(importFault("scripts/gen.ts", "src/cli/verb.ts"), null);
  assert.equal(importFault("main.ts", "deno.json"), null);
});

Deno.test("the lint plugin reports a climb, a Node module and Deno outside the ports", () => {
  const source = `import type { V } from "../cli/verb.ts";
import "node:fs";
export * from "../store/a.ts";
export const b = import("../view/c.ts");
export const pid = Deno.pid;
`;
  const rules = Deno.lint.runPlugin(plugin, "/x/src/core/a.ts", source).map((report) => report.id);
  assert.deepEqual(rules.sort(), ["house/deno-in-ports", ...Array(4).fill("house/floors")]);
  const allowed = 'import "../../core/text.ts";\nexport const pid = Deno.pid;\n';
  assert.deepEqual(Deno.lint.runPlugin(plugin, "/x/src/ports/deno/a.ts", allowed), []);
});

Deno.test("mayNameDeno() allows the ports, main.ts, scripts and tests only", () => {
  assert.deepEqual(
    ["src/ports/deno/clock.ts", "main.ts", "scripts/gen.ts", "tests/a_test.ts"].map(mayNameDeno),
    [true, true, true, true],
  );
  assert.deepEqual(["src/ports/clock.ts", "src/cli/app.ts"].map(mayNameDeno), [false, false]);
});
