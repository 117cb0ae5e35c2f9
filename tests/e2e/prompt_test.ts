// Proves that the prompt reaches the agent byte for byte, or not at all and with a reason.
import assert from "node:assert/strict";
import { oneRound } from "./one_round.ts";
import { names, Project } from "./project.ts";

const plain = "inject_context = false";

/** Everything that a shell, a template or a decoder could stumble over, but for NUL. */
const oddCharacters = [
  "Odd, \"double\" and 'single' quotes, `backticks`, $(touch pwned) ${HOME} $& $1 $$ %s %n \\n \\ \\\\ !! *?[] ~ & ; | < >",
  "\r\nCRLF line\r\nlone \r carriage, tab\t, form\f, vertical\v, bell\u0007, escape\u001b[31m, delete\u007f",
  "separators \u2028 \u2029 \u0085, no-break\u00a0, zero-width \u200b\u200d\ufeff, bidi \u202e, replacement \ufffd",
  "ünïcödé 漢字 😀 \u{10ffff} combining e\u0301",
  Array.from({ length: 31 }, (_, i) => String.fromCharCode(i + 1)).join(""),
  "{prompt} {session_id} {project} ---\n--flag -x\n# comment\n\n  trailing spaces  \n\n\n",
  "no newline at the end",
].join("\n").padEnd(600, "padding ");

Deno.test("round hands a prompt of 1 MB over by stdin, whether or not the agent reads it", async () => {
  const prompt = "A line of a very long prompt, with ümlauts.\n".repeat(24_000);
  assert.ok(new TextEncoder().encode(prompt).length > 1024 * 1024);
  await using project = await Project.make({ plan: ["prompt_unread", "prompt_stdin"], prompt, toml: plain });
  for (let i = 0; i < 2; i++) {
    const round = await oneRound(project);
    assert.deepEqual([round.exit.exit_code, round.verdict.verdict], [0, "ok"]);
  }
  assert.equal(Deno.readTextFileSync(`${project.out}/prompt`), prompt);
  assert.deepEqual(names(`${project.logs}/rounds`).filter((name) => !name.endsWith(".log")), []);
});

Deno.test("round delivers every odd character byte for byte, by stdin and by argv", async () => {
  await using byStdin = await Project.make({ mode: "prompt_stdin", prompt: oddCharacters, toml: plain });
  await oneRound(byStdin);
  assert.deepEqual(Deno.readFileSync(`${byStdin.out}/prompt`), new TextEncoder().encode(oddCharacters));
  const template = ["--first", "{prompt}", "--both={prompt}{prompt}", "", "{prompt}"];
  await using byArgv = await Project.make({
    mode: "args",
    prompt: oddCharacters,
    toml: plain,
    agent: { prompt_delivery: "argv", prompt_arg_template: template },
  });
  await oneRound(byArgv);
  const words = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Deno.readFileSync(`${byArgv.out}/args`));
  assert.deepEqual(words.split("\0").slice(0, -1), [
    "--first",
    oddCharacters,
    `--both=${oddCharacters}${oddCharacters}`,
    "",
    oddCharacters,
  ]);
  assert.equal(await byArgv.git("status", "--porcelain"), "");
});

Deno.test("round and serve refuse an argument the kernel cannot take before anything is started", async () => {
  await using project = await Project.make({
    prompt: "x".repeat(140_000),
    agent: { prompt_delivery: "argv", prompt_arg_template: ["{prompt}"] },
  });
  const round = await project.run(["round"]);
  assert.equal(round.code, 78);
  assert.match(round.stderr, /^STARTUP FAIL: prompt_smoke_passes: .*140\d{3} bytes.* \| how-to-fix: .*"stdin"/m);
  const serve = await project.run(["serve"]);
  assert.equal(serve.code, 0);
  assert.match(serve.stdout, /stopped: the start-up battery failed: prompt_smoke_passes/);
  assert.equal(project.ofKind("smoke_check_failed").length, 2);
  assert.equal(project.ofKind("config_broken").length, 1);
  assert.deepEqual([project.ofKind("round_start"), names(project.out)], [[], []]);
});

Deno.test("round refuses an argument that only the context before the prompt makes too long", async () => {
  await using project = await Project.make({
    prompt: "x".repeat(131_000),
    agent: { prompt_delivery: "argv", prompt_arg_template: ["{prompt}"] },
  });
  const { code, stderr } = await project.run(["round"]);
  assert.equal(code, 78);
  assert.match(stderr, /STARTUP FAIL: prompt_smoke_passes: an argument of \d+ bytes is more than the kernel takes/);
  assert.deepEqual(names(project.out), []);
});

Deno.test("round gives a command that takes no prompt an empty stdin, and needs no prompt file", async () => {
  await using project = await Project.make({
    mode: "prompt_stdin",
    agent: { prompt_delivery: "none", prompt_arg_template: ["--loop"] },
  });
  await Deno.remove(`${project.work}/prompts/main.md`);
  const round = await oneRound(project);
  assert.equal(round.exit.exit_code, 0);
  assert.equal(Deno.readTextFileSync(`${project.out}/prompt`), "");
});
