// Guards the commands that documents show but do not run: each names a verb that exists, with flags that it takes.
import assert from "node:assert/strict";
import { loadVerbs } from "../../scripts/gen/plug_ins.ts";
import { filesBelow, readText } from "../../scripts/tree.ts";
import type { Verb } from "../../src/cli/verb.ts";

const globals = ["config", "json", "help", "version"];
/** Not in the list of verbs. */
const others = ["help", "_feed", "_details"];

const verbs: ReadonlyMap<string, Verb> = new Map((await loadVerbs()).map(({ value }) => [value.name, value]));

/** What stands after `agent-runner` in code spans, in blocks and in indented lines. */
function commandsOf(text: string): readonly string[] {
  const spans = [...text.matchAll(/`agent-runner\s+([^`]+)`/g)];
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$|^ {4}\S.*$/gm)].map((found) =>
    found[1] ?? found[0].trim()
  );
  const lines = [...blocks.join("\n").matchAll(/^(?:\$ |.*&& )?agent-runner ([^`\n]+)$/gm)];
  return [...spans, ...lines].map((found) => found[1]!);
}

function faultOf(command: string): string | null {
  const words = command.replaceAll(/'[^']*'|"[^"]*"/g, "TEXT").split(/\s+/);
  const end = words.findIndex((word) => /^[|>#;&]/.test(word));
  const own = end < 0 ? words : words.slice(0, end);
  const name = own.find((word, index) => !word.startsWith("-") && own[index - 1] !== "--config");
  // Such as "VERB" and "...".
  if (name === undefined || !/^[a-z_-]+$/.test(name) || others.includes(name)) return null;
  const verb = verbs.get(name);
  if (verb === undefined) return `there is no verb '${name}'`;
  const flags = own.filter((word) => word.startsWith("--")).map((word) => word.slice(2).replace(/[=\]].*$/, ""));
  const unknown = flags.find((flag) => flag !== "" && !globals.includes(flag) && !Object.hasOwn(verb.flags, flag));
  return unknown === undefined ? null : `'${name}' takes no '--${unknown}'`;
}

Deno.test("every command that a document shows has a verb and flags that exist", () => {
  const paths = [...filesBelow("docs", ".md"), ...filesBelow("", ".md").filter((path) => !path.includes("/"))];
  const shown = paths.flatMap((path) => commandsOf(readText(path) ?? "").map((command) => ({ path, command })));
  assert.ok(shown.length > 150, `only ${shown.length} commands were found`);
  const faults = shown.flatMap(({ path, command }) => {
    const fault = faultOf(command);
    return fault === null ? [] : [`${path}: agent-runner ${command}: ${fault}`];
  });
  assert.deepEqual(faults, []);
});

Deno.test("faultOf() finds an unknown verb and an unknown flag, and nothing else", () => {
  assert.equal(faultOf("frob --json"), "there is no verb 'frob'");
  assert.equal(faultOf("peek --loud"), "'peek' takes no '--loud'");
  assert.equal(faultOf("--config x.toml frob"), "there is no verb 'frob'");
  assert.equal(faultOf("peek --round latest --log   # one round --loud"), null);
  assert.equal(faultOf("events --kind=round_end | jq --loud"), null);
  assert.equal(faultOf("VERB --help"), null);
});
