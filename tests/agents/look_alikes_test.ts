// Proves that an agent may talk, print and write about trouble without being taken for one in trouble.
import assert from "node:assert/strict";
import { linesOf, readerFor, recordings } from "./feeding.ts";
import { type Golden, joined } from "./golden.ts";
import { lookAlikes } from "./look_alikes.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the recorded model said, whole and in the pieces in which some CLIs print it. */
const prose = ["All done: the answer is 42.", "I will run a command."];
const pieces = new Set(prose.flatMap((text) => text.match(/\S+ ?/g) ?? []));
const toolOutput = ".\n..\n.git\nREADME.md";
const toolCommand = "ls -a && echo hello-from-tool > made-by-tool.txt";

/** What takes the place of the model's words, of what its tool printed and of the command it ran; null leaves it. */
interface Disguise {
  readonly prose: string | null;
  readonly output: string | null;
  readonly command: string | null;
}

function diffOf(text: string): string {
  const added = text.split("\n").map((line) => `+${line}\n`).join("");
  return `diff --git a/src/retry.ts b/src/retry.ts\n--- a/src/retry.ts\n+++ b/src/retry.ts\n@@ -1,1 +1,9 @@\n-old\n${added}`;
}

function patchOf(text: string): string {
  return `apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: src/retry.ts\n${diffOf(text)}*** End Patch\nEOF`;
}

const places: Readonly<Record<string, (text: string) => Disguise>> = {
  "prose of the model": (text) => ({ prose: text, output: null, command: null }),
  "output of a tool": (text) => ({ prose: null, output: text, command: null }),
  "a diff and a command": (text) => ({ prose: null, output: diffOf(text), command: patchOf(text) }),
  "everything at once": (text) => ({ prose: text, output: text, command: text }),
};

function disguised(text: string, { prose: said, output, command }: Disguise): string {
  if (said !== null && pieces.has(text)) return said;
  // Arguments are themselves spelled as JSON by some CLIs.
  const spell = (part: string) => text.startsWith("{") ? JSON.stringify(part).slice(1, -1) : part;
  let result = text;
  for (const one of said === null ? [] : prose) result = result.replaceAll(one, () => spell(said!));
  if (output !== null) result = result.replaceAll(toolOutput, () => spell(output));
  if (command !== null) result = result.replaceAll(toolCommand, () => spell(command));
  return result;
}

function disguisedValue(value: unknown, disguise: Disguise): unknown {
  if (typeof value === "string") return disguised(value, disguise);
  if (Array.isArray(value)) return value.map((one) => disguisedValue(one, disguise));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, disguisedValue(one, disguise)]));
}

/** The recording's lines as they would have been printed. What a CLI copies to stderr while a tool works stands there. */
function disguisedLines({ stdout, stderr }: Golden, disguise: Disguise): readonly Uint8Array[] {
  const texts = linesOf(stdout).map((line) => decoder.decode(line));
  const warned = decoder.decode(stderr);
  const isCopy = warned.includes(toolOutput);
  const reported = texts.findIndex((text) => text.includes(JSON.stringify(toolOutput).slice(1, -1)));
  return texts.flatMap((text, i) => {
    const said = text[0] === "{" ? `${JSON.stringify(disguisedValue(JSON.parse(text), disguise))}\n` : text;
    return i === (isCopy ? reported : 0) ? [disguised(warned, disguise), said] : [said];
  }).map((text) => encoder.encode(text));
}

const stages = recordings.filter(({ name, expected }) =>
  ["ok", "tool", "resume-step2"].includes(name) && expected.verdicts.join() === "ok"
);

Deno.test("there are 40 look-alikes and more, each of its own", () => {
  assert.ok(new Set(lookAlikes).size === lookAlikes.length && lookAlikes.length >= 40);
});

for (const golden of stages) {
  for (const [place, disguiseOf] of Object.entries(places)) {
    const before = joined(...disguisedLines(golden, { prose: null, output: null, command: null }));
    const after = joined(...disguisedLines(golden, disguiseOf("some other text")));
    if (decoder.decode(after) === decoder.decode(before)) continue;
    Deno.test(`${golden.cli}/${golden.name} stays ok when trouble is only ${place}`, () => {
      for (const text of lookAlikes) assertOk(golden, { text, disguise: disguiseOf(text) });
    });
  }
}

function assertOk(golden: Golden, { text, disguise }: { readonly text: string; readonly disguise: Disguise }): void {
  const reader = readerFor(golden);
  for (const line of disguisedLines(golden, disguise)) {
    reader.push(line);
    assert.equal(reader.observe().early, null, text);
  }
  const { kind, summary } = reader.judge(golden.expected.ending);
  assert.equal(kind, "ok", `${text}: ${summary}`);
  assert.equal(reader.observe().hasTerminalRecord, true, text);
}

Deno.test("every CLI with recordings is tried with prose, output and diffs", () => {
  for (const reader of new Set(recordings.map((golden) => golden.reader))) {
    const golden = stages.find((one) => one.reader === reader && one.name === "tool");
    assert.ok(golden, reader);
    for (const part of ["prose", "output", "command"] as const) {
      const none: Disguise = { prose: null, output: null, command: null };
      const [plain, marked] = [none, { ...none, [part]: "MARK" }].map((one) => joined(...disguisedLines(golden, one)));
      assert.notDeepEqual(plain, marked, `${reader}: no ${part} was found`);
    }
  }
});
