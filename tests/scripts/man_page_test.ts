// Guards the manual page: nothing in a brief is taken for roff, and groff reads the page without a warning.
import assert from "node:assert/strict";
import { escape, manPage } from "../../scripts/gen/man_page.ts";
import { loadVerbs } from "../../scripts/gen/plug_ins.ts";
import { runProgram } from "../../scripts/toolchain.ts";
import { readText, root } from "../../scripts/tree.ts";
import type { Verb } from "../../src/cli/verb.ts";

const page = readText("docs/agent-runner.1") ?? "";

async function hasGroff(): Promise<boolean> {
  try {
    return (await runProgram(["groff", "--version"], { limitSeconds: 20 })).code === 0;
  } catch {
    return false;
  }
}

function groff(path: string, flags: readonly string[]) {
  return runProgram(["groff", "-man", "-Tascii", "-P-c", ...flags, path], { limitSeconds: 60 });
}

Deno.test("escape() keeps roff out of a text", () => {
  assert.equal(escape('.TH it\'s \\fB-a "b"'), "\\&.TH it\\(aqs \\efB\\-a \\(dqb\\(dq");
  assert.equal(escape("'so"), "\\(aqso");
});

Deno.test("manPage() leaves hidden flags out and writes each verb with its flags", () => {
  const flags = {
    mode: { kind: "choice", brief: "how", values: ["a", "b"] },
    inner: { kind: "boolean", brief: "Inner", hidden: true },
  } as const;
  const verb: Verb = { name: "try", summary: "Try it", flags, needs: [], run: () => Promise.resolve(0) };
  const text = manPage([verb]);
  assert.match(text, /\.SS "agent\\-runner try \[flags\]"\nTry it\.\n\.TP\n\\fB\\-\\-mode a\|b\\fR\nHow\.\n/);
  assert.doesNotMatch(text, /inner/i);
});

Deno.test("the manual page names every verb", async () => {
  for (const { value } of await loadVerbs()) {
    assert.ok(page.includes(`.SS "${escape(`agent-runner ${value.name}`)}`), value.name);
  }
});

Deno.test({
  name: "groff reads the manual page without a warning, and shows what stands in it",
  ignore: !await hasGroff(),
  async fn() {
    const { code, stdout, stderr } = await groff(`${root}/docs/agent-runner.1`, ["-ww"]);
    assert.deepEqual([code, stderr], [0, ""]);
    // deno-lint-ignore no-control-regex -- a letter is struck twice to make it bold
    const shown = stdout.replaceAll(/.\x08/g, "");
    assert.match(shown, /agent-runner monitor \[flags\]\n[\s\S]*--mode anomaly\|narrate\|events\|http\n/);
    assert.match(shown, /78 +The configuration or a start-up check failed/);
  },
});

Deno.test({
  name: "groff warns of a page that is broken",
  ignore: !await hasGroff(),
  async fn() {
    const path = await Deno.makeTempFile({ suffix: ".1" });
    try {
      await Deno.writeTextFile(path, `${page}\n.NOSUCH\n`);
      assert.match((await groff(path, ["-ww"])).stderr, /NOSUCH/);
    } finally {
      await Deno.remove(path);
    }
  },
});
