// Runs the commands of docs/runbook.md against projects in the state of each section, and looks at what they print.
import assert from "node:assert/strict";
import { readText } from "../../scripts/tree.ts";
import { eventKinds } from "../../src/core/event.ts";
import { missingLine, readBlocks } from "./document.ts";
import { runIn, scenes } from "./runbook_scenes.ts";

const page = readText("docs/runbook.md") ?? "";

/** How many scenes stand beside each other: they mostly wait. */
const atOnce = 6;

interface Section {
  readonly title: string;
  readonly text: string;
  /** 1-based line of the page on which it begins. */
  readonly line: number;
  readonly scene: string | null;
}

function sections(): readonly Section[] {
  return [...page.matchAll(/^### (.*)\n([\s\S]*?)(?=^##)/gm)].map((found) => ({
    title: found[1]!,
    text: found[0],
    line: page.slice(0, found.index).split("\n").length,
    scene: /<!-- scene: ([a-z-]+) -->/.exec(found[0])?.[1] ?? null,
  }));
}

/** What is wrong with a section when its commands are run; null when it holds. */
async function faultOf({ title, text, line, scene }: Section): Promise<string | null> {
  await using project = await scenes[scene!]!();
  for (const block of readBlocks(text)) {
    const outcome = await runIn(project, block.commands);
    const output = `${outcome.stdout}${outcome.stderr}`;
    const missing = block.shown === null ? null : missingLine(block.shown, output);
    const lacks = missing ?? block.wanted.find((wanted) => !output.includes(wanted)) ?? null;
    if (lacks === null && outcome.code === block.exitCode) continue;
    const what = lacks === null ? `exit code ${outcome.code}, not ${block.exitCode}` : `lacks '${lacks}'`;
    return `line ${line + block.line - 1} (${title}): ${what}\n$ ${block.commands}${output}`;
  }
  return null;
}

Deno.test("each section of docs/runbook.md says what is seen, why, and what mends it, and has a scene of its own", () => {
  const found = sections();
  assert.ok(found.length >= 20, "the page has lost its sections");
  for (const { title, text, scene } of found) {
    for (const part of ["**You see**", "**Why", "**Mend"]) assert.ok(text.includes(part), `${title}: ${part}`);
    assert.ok(scene !== null && Object.hasOwn(scenes, scene), `${title}: scene '${scene}'`);
    assert.ok(readBlocks(text).length > 0, `${title}: no command`);
  }
  assert.deepEqual(found.map(({ scene }) => scene).sort(), Object.keys(scenes).sort());
  assert.equal(readBlocks(page).length, found.flatMap(({ text }) => readBlocks(text)).length);
});

Deno.test("the commands of docs/runbook.md do what the page says", async () => {
  const queue = [...sections()];
  const faults: string[] = [];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const fault = await faultOf(next);
      if (fault !== null) faults.push(fault);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  assert.equal(faults.join("\n"), "");
});

Deno.test("the events that docs/runbook.md names exist", () => {
  const table = page.slice(page.indexOf("## After the fact"));
  const named = [...table.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map((found) => found[1]!);
  assert.ok(named.length > 30);
  assert.deepEqual(named.filter((kind) => !Object.hasOwn(eventKinds, kind)), []);
});
