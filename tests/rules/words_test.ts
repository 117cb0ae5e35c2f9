// Guards what a stranger reads: no path of some machine, no registry's address, no talk about how the project is made.
import assert from "node:assert/strict";
import { filesBelow, readText } from "../../scripts/tree.ts";

/** Spelled in pieces, so that this file does not contain what it looks for. */
const forbidden: Readonly<Record<string, RegExp>> = {
  "a path of one machine": new RegExp(
    ["/wo" + "rk/", "/ro" + "ot/", "/tmp/bash" + "_jobs", "/tmp/br" + "ief"].join("|"),
  ),
  "the address of a registry": new RegExp(
    [
      "npm" + "js\\.org",
      "js" + "r\\.io",
      "dl\\.deno" + "\\.land",
      "deno\\.land/" + "(x|std)",
      "deb\\.debian" + "\\.org",
    ]
      .join("|"),
  ),
  "talk about how the project is made": new RegExp(
    [
      "\\bchat" + "bot\\b",
      "\\bAI[- ]" + "(generated|written|assisted)\\b",
      "\\bas an " + "AI\\b",
      "\\bco-authored" + "-by\\b",
      "\\b(this|the|my|your) br" + "ief\\b",
      "\\bissue " + "#?\\d+\\b",
      "\\bclean" + "[- ]room\\b",
      "\\bwork" + "place\\b",
      "\\bsub-?" + "agents?\\b.{0,20}\\b(wrote|built)\\b",
    ].join("|"),
    "i",
  ),
  "a note to come back later": new RegExp(["\\bTO" + "DO\\b", "\\bFIX" + "ME\\b", "\\bXX" + "X\\b"].join("|")),
};

function faultsOf(text: string): readonly string[] {
  return Object.entries(forbidden).flatMap(([what, pattern]) => {
    const found = pattern.exec(text);
    return found ? [`${what}: '${found[0]}', line ${text.slice(0, found.index).split("\n").length}`] : [];
  });
}

/** Recorded output of agent CLIs and the licence are quoted as they are. */
function isQuoted(path: string): boolean {
  return path.startsWith("tests/golden/") || path === "LICENSE" || /\.(png|ico|woff2)$/.test(path);
}

Deno.test("no file tells of a machine, a registry or how the project is made", () => {
  const paths = filesBelow("").filter((path) => !isQuoted(path));
  assert.ok(paths.includes("deno.json") && paths.includes(".ci/run"), "the tree was not found");
  const faults = paths.flatMap((path) => faultsOf(readText(path) ?? "").map((fault) => `${path}: ${fault}`));
  assert.deepEqual(faults, []);
});

Deno.test("faultsOf() finds each kind of word", () => {
  for (
    const text of [
      "cd /wo" + "rk/main",
      "https://registry.npm" + "js.org/x",
      "see issue" + " 12",
      "// TO" + "DO: later",
    ]
  ) {
    assert.equal(faultsOf(`first\n${text}`).length, 1, text);
    assert.match(faultsOf(`first\n${text}`)[0]!, /line 2$/);
  }
  assert.deepEqual(faultsOf("A coding agent works in /home/me/project, round after round."), []);
});
