// Guards that a hint reaches exactly one round, whatever happens between its giving and the start of an agent.
import assert from "node:assert/strict";
import { Hints, mostHints } from "../../src/loop/hints.ts";
import { FileFault } from "../../src/ports/files.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const at = "2026-11-21T10:00:00.000Z";
const hint = (id: string, text = `do ${id}`) => ({ id, at, by: "ann", text });

function scene(files = memoryFiles()) {
  const used: unknown[] = [];
  const life = () => new Hints("/log", files, (one) => void used.push(one));
  return { files, used, life };
}

Deno.test("Hints tells a round all that waits, marked as the operator's, and forgets it once an agent was started", () => {
  const { files, used, life } = scene();
  const hints = life();
  assert.equal(hints.forRound(7), null);
  assert.ok(hints.add(hint("a")) && hints.add(hint("b")));
  const text = hints.forRound(7)!;
  assert.match(text, /^## From the operator, for this round\n/);
  assert.ok(text.indexOf("do a") < text.indexOf("do b"));
  hints.settle(7, true);
  assert.deepEqual(used, [{ round_num: 7, hint_ids: ["a", "b"] }]);
  assert.deepEqual([hints.forRound(8), life().list(), files.stat("/log/hints.json")], [null, [], null]);
});

Deno.test("Hints keeps them for the next round when no agent was started", () => {
  const { used, life } = scene();
  const hints = life();
  hints.add(hint("a"));
  hints.forRound(7);
  hints.add(hint("b"));
  hints.settle(7, false);
  assert.deepEqual(used, []);
  assert.match(hints.forRound(8)!, /do a[\s\S]*do b/);
});

Deno.test("Hints settled by the next life: told once where the agent had been started, kept where it had not", () => {
  for (const wasTold of [true, false]) {
    const { life } = scene();
    life().add(hint("a"));
    life().forRound(7);
    const next = life();
    next.settle(7, wasTold);
    assert.equal(next.forRound(8) === null, wasTold);
  }
});

Deno.test("Hints that come while a round is being started are the next one's", () => {
  const { life } = scene();
  const hints = life();
  hints.add(hint("a"));
  hints.forRound(7);
  hints.add(hint("b"));
  hints.settle(7, true);
  const text = hints.forRound(8)!;
  assert.ok(!text.includes("do a") && text.includes("do b"));
});

Deno.test("Hints are not told twice in one life, also when the disk lets nothing go", () => {
  const files = memoryFiles();
  const hints = new Hints("/log", files);
  hints.add(hint("a"));
  assert.match(hints.forRound(7)!, /do a/);
  files.remove = () => {
    throw new FileFault("full", { path: "/log/hints.json", cause: "no space" });
  };
  assert.equal(hints.clear(), null);
  hints.settle(7, true);
  assert.equal(hints.forRound(8), null);
  assert.equal(new Hints("/log", files).list().length, 1, "the disk kept it");
  files.failWith("/log/hints.json", "full");
  assert.deepEqual([hints.add(hint("b")), hints.list()], [false, []]);
});

Deno.test("Hints has a bound on their number and on their characters", () => {
  const { life } = scene();
  const hints = life();
  for (let i = 0; i < mostHints; i++) assert.ok(hints.add(hint(String(i))));
  assert.equal(hints.add(hint("more")), false);
  assert.equal(hints.clear(), mostHints);
  for (let i = 0; i < 3; i++) assert.ok(hints.add(hint(String(i), "x".repeat(8000))));
  assert.equal(hints.add(hint("more")), false);
});

for (
  const content of [
    "",
    "{",
    "[]",
    '{"hints": 7}',
    '{"hints": [null, 7, {"id": 1}, {"id": "a", "text": "t", "at": "?"}]}',
    "\u0000\u00ff",
  ]
) {
  Deno.test(`Hints takes ${JSON.stringify(content)} for none`, () => {
    const { life, files } = scene(memoryFiles({ "/log/hints.json": content }));
    assert.deepEqual([life().list(), life().forRound(1)], [[], null]);
    assert.ok(life().add(hint("a")));
    assert.equal(life().list().length, 1);
    const isKept = !content.startsWith('{"hints": [');
    assert.equal(files.readText("/log/hints.json.broken"), isKept ? content : null);
  });
}

Deno.test("Hints neither moves nor writes over a file that the disk does not give", () => {
  const files = memoryFiles();
  const hints = new Hints("/log", files);
  hints.add(hint("a"));
  const { readBytes } = files;
  files.readBytes = (path) => {
    throw new FileFault("other", { path, cause: "input/output error" });
  };
  assert.deepEqual([hints.list(), hints.add(hint("b")), hints.clear()], [[], false, null]);
  files.readBytes = readBytes;
  assert.deepEqual(hints.list().map(({ id }) => id), ["a"]);
  assert.equal(files.stat("/log/hints.json.broken"), null);
});
