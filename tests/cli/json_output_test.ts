// Proves that what verbs print as JSON means the same when parsed, and holds nothing that a terminal obeys.
import assert from "node:assert/strict";
import fc from "fast-check";
import { runApp } from "../../src/cli/app.ts";
import { spellJson } from "../../src/cli/print.ts";
import { tellerOn } from "../../src/cli/teller.ts";
import init from "../../src/cli/verbs/init.ts";
import watch from "../../src/cli/verbs/watch.ts";
import { smallest, withLines } from "../config/sample.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeStream, FakeWorld } from "../fakes/fake_world.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { logs, LoopStage } from "../loop/loop_stage.ts";
import { eventLineOf } from "../store/log_folder.ts";
import { eventsText, projectFiles } from "../view/sample_project.ts";
import { scriptedGit, stage } from "./stage.ts";
import { callWith, screen } from "./verbs/screen.ts";

const hostile = "a\u009b31mb\u009d0;t\u009c\u2028c\u2029\u202ed\u2066e\u200f\u007f";
/** The same in TOML, which takes escapes only. */
const tomlHostile = JSON.stringify(hostile).slice(1, -1)
  .replaceAll(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
// deno-lint-ignore no-control-regex -- control characters are what must not come out
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const absentOfWatch = { interval: undefined, events: undefined };
const path = "/home/me/shop/agent-runner.toml";

/** All texts of a document, names of fields included. */
function textsOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value).map(([name, field]) => `${name}\n${textsOf(field)}`).join("\n");
}

function assertSafe(out: string): void {
  assert.doesNotMatch(out, obeyed);
  assert.ok(textsOf(JSON.parse(out)).includes(hostile), out);
}

async function run(text: string, ...words: string[]): Promise<string> {
  const world = new FakeWorld();
  world.files.writeAtomic(path, text);
  await runApp([...words, "--json"], world, () => {});
  return world.stdout.text || world.stderr.text;
}

Deno.test("spellJson() means the same when parsed, on one line or several, and is nothing to obey", () => {
  fc.assert(fc.property(fc.jsonValue({ stringUnit: "binary" }), fc.string({ unit: "binary" }), (value, name) => {
    for (const form of ["line", "lines"] as const) {
      const text = spellJson({ value, [name]: hostile }, form);
      assert.doesNotMatch(text, obeyed);
      assert.equal(JSON.stringify(JSON.parse(text)), JSON.stringify({ value, [name]: hostile }));
      if (form === "line") assert.ok(!text.includes("\n"));
    }
  }));
});

const verbs: Readonly<Record<string, () => Promise<string>>> = {
  config: () => run(withLines({ agent: `env = { A = "${tomlHostile}" }` }), "config", "show"),
  defenses: () => run(withLines({ agent: `env = { "${tomlHostile}_TOKEN" = "1" }` }), "defenses"),
  hooks: () => run(withLines({ "hooks.notify": `command = ["${tomlHostile}"]\npoints = ["round_after"]` }), "hooks"),
  "an error": () => run(smallest, "config", hostile),
  async reset() {
    const { world } = new LoopStage();
    world.files.writeAtomic(path, smallest);
    world.files.writeAtomic(`${logs}/loop.json`, JSON.stringify({ short_failures: 5 }));
    await runApp(["reset", "--reason", hostile, "--json"], world, () => {});
    return world.stdout.text;
  },
  async watch() {
    const files = projectFiles({
      "events-2026-11.jsonl": eventsText([eventLineOf("round_start", { round_num: 1, phase: hostile })]),
    });
    const view = screen(files, { onWrite: () => view.interrupt() });
    await watch.run(callWith<Parameters<typeof watch.run>[0]["flags"]>(absentOfWatch, { events: 3 }, true), view.world);
    return view.out();
  },
  async init() {
    const git = scriptedGit([["rev-parse", { code: 0, out: "true\n" }], ["", { code: 1, err: `fatal: ${hostile}\n` }]]);
    const presets = { "presets/claude.toml": "#:schema {schema}\n" };
    const folder = `/home/me/${hostile}`;
    const on = stage({
      files: memoryFiles({ [`${folder}/README.md`]: "" }),
      processes: git.processes,
      workDir: folder,
      presets,
    });
    const flags = { preset: undefined, force: false, commit: true, "no-commit": false };
    await init.run({ flags, positional: [], configPath: "./agent-runner.toml", isJson: true }, on.world);
    return on.out();
  },
  serve() {
    const stream = new FakeStream({ hasColor: false });
    const clock = new FakeClock({ startsAt: "2026-11-21T10:20:30.123Z" });
    tellerOn(stream, { isJson: true, clock })({ kind: "round_ended", text: hostile, facts: { phase: hostile } });
    return Promise.resolve(stream.text);
  },
};

for (const [name, out] of Object.entries(verbs)) {
  Deno.test(`${name} prints JSON that means what it should, and that no terminal obeys`, async () =>
    assertSafe(await out()));
}

/** Files that spell JSON which no terminal is shown, or that make it safe themselves. */
const others: Readonly<Record<string, string>> = {
  "demo_project.ts": "strings of TOML",
  "feed_out.ts": "a picture to compare",
  "monitor_lines.ts": "made safe on a terminal, in the next line",
  "monitor_page.ts": "made safe in the same line",
  "prepare.ts": "read by the process that started it",
  "print.ts": "the one place",
  "verbs/hooks.ts": "made safe in the same line",
  "verbs/watch.ts": "a picture to compare",
};

Deno.test("every verb leaves JSON to the one place that makes it safe", () => {
  const folder = new URL("../../src/cli/", import.meta.url);
  const found: string[] = [];
  const look = (below: string) => {
    for (const entry of Deno.readDirSync(new URL(below, folder))) {
      if (entry.isDirectory) look(`${below}${entry.name}/`);
      else {for (const line of Deno.readTextFileSync(new URL(`${below}${entry.name}`, folder)).split("\n")) {
          if (!line.includes("JSON.stringify(") || line.includes("files.writeAtomic(")) continue;
          const isPrinted = /\b(?:write|post)\(/.test(line) && `${below}${entry.name}` !== "prepare.ts";
          if (isPrinted || others[`${below}${entry.name}`] === undefined) found.push(`${below}${entry.name}: ${line}`);
        }}
    }
  };
  look("");
  assert.deepEqual(found, []);
});
