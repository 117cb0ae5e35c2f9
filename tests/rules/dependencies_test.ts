// Guards start-up time and memory: no Node module and no CommonJS package is reachable from main.ts.
import assert from "node:assert/strict";
import { readText, root } from "../../scripts/tree.ts";
import { readGraph } from "./graph.ts";

interface Manifest {
  readonly type?: string;
}

function packageFault(manifest: Manifest, sources: Readonly<Record<string, string>>): string | null {
  if (manifest.type !== "module") return "is not an ES module package";
  for (const [path, text] of Object.entries(sources)) {
    if (/(?:from|import)\s*\(?\s*["']node:/.test(text)) return `imports a Node module in '${path}'`;
    if (/\brequire\(["']/.test(text)) return `requires a module in '${path}'`;
  }
  return null;
}

function sourcesOf(folder: string): Readonly<Record<string, string>> {
  const sources: Record<string, string> = {};
  const visit = (path: string) => {
    for (const entry of Deno.readDirSync(path)) {
      const inside = `${path}/${entry.name}`;
      if (entry.isDirectory) visit(inside);
      else if (/\.m?js$/.test(entry.name)) sources[inside.slice(folder.length + 1)] = Deno.readTextFileSync(inside);
    }
  };
  visit(folder);
  return sources;
}

Deno.test("main.ts reaches no Node module", async () => {
  const { nodeModules } = await readGraph("main.ts");
  assert.deepEqual(nodeModules, []);
});

Deno.test("readGraph() reports a Node module when there is one", async () => {
  const { nodeModules } = await readGraph("tests/rules/dependencies_test.ts");
  assert.deepEqual(nodeModules, ["node:assert/strict"]);
});

Deno.test("every package that main.ts reaches is an ES module package without Node modules", async () => {
  const { packages } = await readGraph("main.ts");
  assert.ok(packages.length > 0, "no package was found");
  const faults = packages.flatMap(({ name, localPath }) => {
    const manifest: Manifest = JSON.parse(Deno.readTextFileSync(`${localPath}/package.json`));
    const fault = packageFault(manifest, sourcesOf(localPath));
    return fault === null ? [] : [`${name} ${fault}`];
  });
  assert.deepEqual(faults, []);
});

Deno.test("readGraph() follows packages to what they depend on", async () => {
  const base = await Deno.makeTempDir({ prefix: "graph-" });
  try {
    await Deno.writeTextFile(`${base}/deno.json`, readText("deno.json")!.replace(/"plugins": .*/, ""));
    await Deno.writeTextFile(`${base}/deno.lock`, readText("deno.lock")!);
    await Deno.writeTextFile(`${base}/a.ts`, 'import "fast-check";\n');
    const { packages } = await readGraph("a.ts", base);
    assert.deepEqual(packages.map((found) => found.name).sort(), ["fast-check", "pure-rand"]);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

Deno.test("packageFault() refuses CommonJS and Node modules", () => {
  assert.match(packageFault({}, {}) ?? "", /not an ES module/);
  assert.match(packageFault({ type: "module" }, { "a.js": 'import fs from "node:fs";' }) ?? "", /Node module/);
  assert.match(packageFault({ type: "module" }, { "a.mjs": 'const x = require("fs");' }) ?? "", /requires/);
  assert.equal(packageFault({ type: "module" }, { "a.js": 'import b from "./b.js";' }), null);
});

Deno.test("deno.json pins every package to one version, and names the only registry", () => {
  const { imports } = JSON.parse(readText("deno.json") ?? "{}");
  for (const [name, specifier] of Object.entries<string>(imports)) {
    assert.match(specifier, new RegExp(`^npm:${name}@\\d+\\.\\d+\\.\\d+$`));
  }
});

Deno.test("deno.lock covers every package and has no address in it", () => {
  const lock = readText("deno.lock");
  assert.ok(lock !== null, "there is no 'deno.lock'");
  assert.equal(JSON.parse(lock).version, "5", "the Deno that compiles the binary reads version 5");
  assert.doesNotMatch(lock, /https?:\/\//);
  assert.doesNotMatch(lock, /"tarball"/);
  const { imports } = JSON.parse(readText("deno.json") ?? "{}");
  for (const specifier of Object.values<string>(imports)) {
    assert.ok(lock.includes(`"${specifier}"`), `'deno.lock' lacks '${specifier}'`);
  }
});

Deno.test("no folder of Node packages stands beside the program, where it would be embedded", () => {
  const names = [...Deno.readDirSync(root)].map((entry) => entry.name);
  assert.ok(!names.includes("node_modules") && !names.includes("package.json"), names.join(" "));
});
