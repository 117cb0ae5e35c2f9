// Guards how a change is spelled, and that its wire form loses nothing.
import assert from "node:assert/strict";
import { changeFields, changeFrom, spellChange, unknownChange } from "../../src/core/change.ts";
import { noChange, someChange } from "../fakes/round_change.ts";

Deno.test("changeFrom() gives back what changeFields() was given", () => {
  for (const change of [noChange, someChange, unknownChange("why", { headBefore: "a" })]) {
    assert.deepEqual(changeFrom(JSON.parse(JSON.stringify(changeFields(change)))), change);
  }
});

Deno.test("unknownChange() claims no number", () => {
  const { kind, commits, files, insertions, deletions, reason } = unknownChange("git is gone");
  assert.deepEqual([kind, commits, files, insertions, deletions, reason], [
    "unknown",
    null,
    null,
    null,
    null,
    "git is gone",
  ]);
});

Deno.test("spellChange() names what is known, and nothing else", () => {
  assert.equal(spellChange(noChange), "nothing");
  assert.equal(spellChange(someChange), "1 commit, 1 file (+2 -0)");
  assert.equal(
    spellChange({ ...someChange, commits: 12, files: 3, insertions: 0, deletions: 9 }),
    "12 commits, 3 files (+0 -9)",
  );
  assert.equal(spellChange({ ...someChange, commits: 0 }), "1 file (+2 -0)");
  const notTaken = { ...someChange, commits: 0, files: null, insertions: null, deletions: null };
  assert.equal(spellChange(notTaken), "uncommitted files");
  assert.equal(spellChange(unknownChange("git is gone")), "unknown: git is gone");
});
