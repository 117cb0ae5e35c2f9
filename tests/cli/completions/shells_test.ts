// Guards the completion scripts where they are used: real shells offer the verbs, flags and values, and nothing hidden.
import assert from "node:assert/strict";
import completions from "../../../src/cli/verbs/completions.ts";
import { verbs } from "../../../src/cli/registry.ts";
import { OperatorError } from "../../../src/core/errors.ts";
import { memoryFiles } from "../../fakes/memory_files.ts";
import { stage } from "../stage.ts";
import { hasShell, inShell, scriptOf } from "./shells.ts";
import type { Shell } from "./shells.ts";

const names = verbs.map(({ name }) => name).sort();
const modes = ["anomaly", "events", "http", "narrate"];

/** Line -> what must be offered; "..." at the end: and more. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  "agent-runner ": names,
  "agent-runner mon": ["monitor"],
  "agent-runner _f": [],
  "agent-runner --config other.toml mon": ["monitor"],
  "agent-runner monitor --mode ": modes,
  "agent-runner monitor --mo": ["--mode"],
  "agent-runner peek --round ": [],
  "agent-runner config ": ["check", "show"],
  "agent-runner salvage re": ["restore"],
  "agent-runner completions ": ["bash", "fish", "zsh"],
  "agent-runner init --preset ge": ["gemini"],
  "agent-runner verdict --agent qw": ["qwen"],
  "agent-runner events --kind monitor_s": ["monitor_started"],
};

for (const shell of ["bash", "zsh", "fish"] as const) {
  Deno.test({
    name: `completions ${shell}: the shell offers verbs, flags and values`,
    ignore: !await hasShell(shell),
    fn: () =>
      inShell(shell, async (complete) => {
        const offers = await complete(Object.keys(wanted));
        const bare = Object.entries(offers).map(([line, found]) => [line, found.map(bareOffer)]);
        assert.deepEqual(Object.fromEntries(bare), wanted);
      }),
  });

  Deno.test({
    name: `completions ${shell}: paths are offered where a file is wanted, and lists are gone on with`,
    ignore: !await hasShell(shell),
    fn: () =>
      inShell(shell, async (complete) => {
        const lines = ["agent-runner --config ot", "agent-runner verdict --log ot", ...listLines[shell]];
        const offers = await complete(lines);
        for (const line of lines.slice(0, 2)) assert.deepEqual(offers[line]!.map(bareOffer), ["other.toml"], line);
        for (const line of listLines[shell]) {
          assert.match(offers[line]!.join(" "), /^(round_end,)?monitor_started/, line);
        }
      }),
  });
}

/** zsh keeps what stands before the comma to itself. */
const listLines: Readonly<Record<Shell, readonly string[]>> = {
  bash: ["agent-runner events --kind round_end,monitor_s", "agent-runner events --kind=monitor_s"],
  zsh: ["agent-runner events --kind round_end,monitor_s"],
  fish: ["agent-runner events --kind round_end,monitor_s"],
};

/** fish tells what an offer means behind it; a shell may end an offer with a space. */
function bareOffer(offer: string): string {
  return offer.split(" ")[0]!;
}

Deno.test("completions: in bash, a value that stands before is no word of its own", async () => {
  await inShell("bash", async (complete) => {
    const lines = [
      "agent-runner --config=other.toml hooks --point=round_after te",
      "agent-runner hooks --point round_after te",
      "agent-runner hooks test te",
      "agent-runner nonsense --",
      "agent-runner monitor --mode=nar",
    ];
    assert.deepEqual(Object.values(await complete(lines)), [["test"], ["test"], [], [], ["narrate"]]);
  });
});

Deno.test("completions: no script names a hidden verb or flag", async () => {
  for (const shell of ["bash", "zsh", "fish"]) assert.doesNotMatch(await scriptOf(shell), /[ '"]_(feed|prepare)\b/);
});

Deno.test("completions refuses a shell it does not know, and to be called without one", async () => {
  const { world, out } = stage({ files: memoryFiles(), workDir: "/home/me" });
  const call = (positional: readonly string[]) =>
    completions.run({ flags: {}, positional, configPath: "agent-runner.toml", isJson: false }, world);
  const refused = async (positional: readonly string[]) => {
    const thrown = await call(positional).then(() => null, (reason: unknown) => reason);
    assert.ok(thrown instanceof OperatorError);
    return [thrown.message, thrown.fix, thrown.exitCode];
  };
  assert.deepEqual(await refused([]), ["No shell is named", "Write agent-runner completions bash, zsh or fish", 2]);
  assert.deepEqual(await refused(["bsh"]), [
    "There is no completion for 'bsh'",
    "Did you mean 'agent-runner completions bash'?",
    2,
  ]);
  assert.deepEqual(await refused(["powershell"]), [
    "There is no completion for 'powershell'",
    "There are scripts for bash, zsh and fish",
    2,
  ]);
  assert.equal(out(), "");
});
