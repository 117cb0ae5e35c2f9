// Guards the form of source files: size, first sentence, name, and where `Deno` may be named.
import assert from "node:assert/strict";
import { mayNameDeno } from "../../scripts/floors.ts";
import { filesBelow, readText } from "../../scripts/tree.ts";

const lineLimit = 250;

function houseFiles(): readonly string[] {
  return ["main.ts", ...filesBelow("src", ".ts"), ...filesBelow("scripts", ".ts")];
}

function sizeFault(text: string): string | null {
  const lines = text.split("\n").length - 1;
  return lines > lineLimit ? `${lines} lines, at most ${lineLimit}` : null;
}

function firstLineFault(text: string): string | null {
  const first = text.split("\n", 1)[0] ?? "";
  return /^\/\/ \S+ .*\.$/.test(first) ? null : `the first line is no sentence: ${first}`;
}

function nameFault(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/^(utils?|helpers?|common|manager|misc|index)\./.test(name)) return "a name that says nothing";
  return /^[a-z][a-z0-9_]*(\.[a-z]+)+$/.test(name) ? null : "the name is not snake_case";
}

/** Removes strings, templates and comments, so that only code can match. */
function codeOnly(text: string): string {
  return text.replaceAll(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g,
    '""',
  );
}

function denoFault(path: string, text: string): string | null {
  if (mayNameDeno(path)) return null;
  return /\bDeno\b/.test(codeOnly(text)) ? "names 'Deno' outside the ports" : null;
}

function barrelFault(text: string): string | null {
  return /^export \* from/m.test(text) ? "re-exports a whole module" : null;
}

const mayExportDefault = /^src\/(cli\/verbs|agents|defenses|monitor\/detectors)\/|^scripts\/lint\//;

function defaultFault(path: string, text: string): string | null {
  return /^export default /m.test(text) && !mayExportDefault.test(path) ? "has a default export" : null;
}

function eachFile(paths: readonly string[], faultOf: (text: string, path: string) => string | null): readonly string[] {
  assert.ok(paths.length > 20, "the tree was not found");
  return paths.flatMap((path) => {
    const fault = faultOf(readText(path) ?? "", path);
    return fault === null ? [] : [`${path}: ${fault}`];
  });
}

Deno.test("no source file is longer than 250 lines", () => {
  assert.deepEqual(eachFile(houseFiles(), sizeFault), []);
  assert.notEqual(sizeFault("x\n".repeat(251)), null);
  assert.equal(sizeFault("x\n".repeat(250)), null);
});

Deno.test("every source file and test begins with a sentence on why it exists", () => {
  assert.deepEqual(eachFile([...houseFiles(), ...filesBelow("tests", ".ts")], firstLineFault), []);
  for (const text of ["import x;", "// Word.", "// No full stop", "/** Doc. */", ""]) {
    assert.notEqual(firstLineFault(text), null);
  }
});

Deno.test("files have snake_case names that say something", () => {
  assert.deepEqual(eachFile([...houseFiles(), ...filesBelow("tests", ".ts")], (_, path) => nameFault(path)), []);
  for (const path of ["src/core/TextThing.ts", "src/core/kebab-case.ts", "src/core/utils.ts", "src/core/index.ts"]) {
    assert.notEqual(nameFault(path), null);
  }
});

Deno.test("only the ports and main.ts name Deno", () => {
  assert.deepEqual(eachFile(houseFiles(), (text, path) => denoFault(path, text)), []);
  assert.notEqual(denoFault("src/core/a.ts", "export const pid = Deno.pid;"), null);
  assert.notEqual(denoFault("src/core/a.ts", "export type E = typeof Deno.env;"), null);
  assert.equal(denoFault("src/core/a.ts", '// Deno is "Deno".\nexport const a = "Deno.pid";'), null);
});

Deno.test("there are no barrels, and default exports only in one-per-file plug-ins", () => {
  assert.deepEqual(eachFile(houseFiles(), (text, path) => barrelFault(text) ?? defaultFault(path, text)), []);
  assert.notEqual(barrelFault('export * from "./a.ts";'), null);
  assert.notEqual(defaultFault("src/core/a.ts", "export default 1;"), null);
  assert.equal(defaultFault("src/cli/verbs/a.ts", "export default 1;"), null);
});
