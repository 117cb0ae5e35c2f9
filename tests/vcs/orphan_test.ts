// Guards the record of left work: written before, confirmed after, a list that survives crashes and corruption.
import assert from "node:assert/strict";
import fc from "fast-check";
import { openOrphanLedger } from "../../src/vcs/orphan.ts";
import { parseList, parseNewest } from "../../src/vcs/orphan_format.ts";
import { mendOrphans } from "../../src/vcs/orphan_mend.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";
import { inRepository } from "./temp_repository.ts";

const ref = "b".repeat(40);
const atMs = Date.UTC(2026, 10, 21);

function announcement(round: number) {
  return {
    round,
    phase: "build",
    files: ["a", "ü"],
    message: `ORPHAN R${round} phase=build ts=2026-11-21T00:00:00`,
    atMs,
  };
}

Deno.test("confirm() writes the file as its old readers know it when a stash was announced", () => {
  const files = new MemoryFiles();
  const ledger = openOrphanLedger(files, "/log");
  assert.equal(ledger.announce(announcement(4)), null);
  assert.equal(files.readText("/log/orphan-state.json"), null);
  assert.deepEqual(ledger.pending().map((entry) => entry.roundNumber), [4]);
  assert.equal(ledger.newest(), null);
  assert.equal(ledger.confirm(announcement(4), ref), null);
  assert.deepEqual(JSON.parse(files.readText("/log/orphan-state.json")!), {
    round_num: 4,
    files: ["a", "ü"],
    stashed_ref: ref,
    stash_message: announcement(4).message,
    timestamp: "2026-11-21T00:00:00.000Z",
    phase: "build",
  });
  assert.equal(ledger.newest()?.stashedRef, ref);
  assert.deepEqual(ledger.pending(), []);
});

Deno.test("confirm() records the stash when its announcement could not be written", () => {
  const files = new MemoryFiles();
  const ledger = openOrphanLedger(files, "/log");
  files.failWith("/log", "full");
  assert.equal(ledger.announce(announcement(4))?.kind, "full");
  files.failWith("/log", null);
  ledger.confirm(announcement(4), ref);
  assert.deepEqual(ledger.list().map((entry) => [entry.roundNumber, entry.state]), [[4, "confirmed"]]);
});

Deno.test("confirm() keeps the earlier entry when a second round leaves work too", () => {
  const ledger = openOrphanLedger(new MemoryFiles(), "/log");
  for (const round of [4, 5]) ledger.confirm(announcement(round), String(round).repeat(40));
  assert.deepEqual(ledger.list().map((entry) => entry.roundNumber), [4, 5]);
  assert.equal(ledger.newest()?.roundNumber, 5);
});

Deno.test("drop() takes back only what is pending when a step failed", () => {
  const ledger = openOrphanLedger(new MemoryFiles(), "/log");
  ledger.confirm(announcement(4), ref);
  ledger.announce(announcement(5));
  ledger.drop(announcement(4).message);
  ledger.drop(announcement(5).message);
  assert.deepEqual(ledger.list().map((entry) => entry.roundNumber), [4]);
});

Deno.test("forget() needs a clean tree and a good verdict when work is open", () => {
  const files = new MemoryFiles();
  const ledger = openOrphanLedger(files, "/log");
  ledger.confirm(announcement(4), ref);
  for (const [isTreeClean, isVerdictOk] of [[false, true], [true, false], [false, false]] as const) {
    ledger.forget({ round: 5, isTreeClean, isVerdictOk, atMs });
    assert.equal(ledger.newest()?.roundNumber, 4);
  }
  assert.equal(ledger.forget({ round: 5, isTreeClean: true, isVerdictOk: true, atMs }), null);
  assert.equal(ledger.newest(), null);
  assert.equal(files.readText("/log/orphan-state.json"), null);
  assert.deepEqual(ledger.list().map((entry) => [entry.state, entry.stashedRef]), [["taken_in", ref]]);
});

Deno.test("forget() keeps what the round itself left when its own stash is what made the tree clean", () => {
  const files = new MemoryFiles();
  const ledger = openOrphanLedger(files, "/log");
  for (const round of [3, 4]) ledger.confirm(announcement(round), String(round).repeat(40));
  assert.equal(ledger.forget({ round: 4, isTreeClean: true, isVerdictOk: true, atMs }), null);
  assert.deepEqual(ledger.list().map((entry) => entry.state), ["taken_in", "confirmed"]);
  assert.equal(ledger.newest()?.roundNumber, 4);
  assert.notEqual(files.readText("/log/orphan-state.json"), null);
});

Deno.test("list() takes in the single record when only that of an older program is there", () => {
  const files = new MemoryFiles();
  const old = { round_num: 3, files: ["x"], stashed_ref: ref, stash_message: "m", timestamp: "t", phase: null };
  files.writeAtomic("/log/orphan-state.json", JSON.stringify(old));
  const ledger = openOrphanLedger(files, "/log");
  assert.equal(ledger.newest()?.roundNumber, 3);
  ledger.confirm(announcement(4), ref);
  assert.deepEqual(ledger.list().map((entry) => entry.roundNumber), [3, 4]);
});

Deno.test("announce() moves a broken list aside when it has to write", () => {
  const files = new MemoryFiles();
  files.writeAtomic("/log/orphans.json", "{ torn");
  const ledger = openOrphanLedger(files, "/log");
  assert.deepEqual(ledger.list(), []);
  assert.equal(ledger.announce(announcement(4)), null);
  assert.equal(files.readText("/log/orphans.json.broken"), "{ torn");
  assert.deepEqual(ledger.list().map((entry) => entry.roundNumber), [4]);
});

Deno.test("announce() stays bounded when rounds leave work for ever", () => {
  const files = new MemoryFiles();
  const ledger = openOrphanLedger(files, "/log");
  const many = Array.from({ length: 5_000 }, (_, i) => `f${i}`);
  for (let round = 1; round <= 230; round++) {
    ledger.confirm({ ...announcement(round), files: round > 228 ? many : [] }, ref);
  }
  assert.equal(ledger.list().length, 50);
  assert.equal(ledger.newest()?.roundNumber, 230);
  assert.equal(ledger.newest()?.files.length, 100);
});

Deno.test("list() is empty when the folder cannot be read", () => {
  const files = new MemoryFiles();
  files.failWith("/log", "denied");
  const ledger = openOrphanLedger(files, "/log");
  assert.deepEqual(ledger.list(), []);
  assert.equal(ledger.forget({ round: 5, isTreeClean: true, isVerdictOk: true, atMs }), null);
});

Deno.test("parseList() drops rows when their types are wrong", () => {
  const row = {
    state: "confirmed",
    round_num: 1,
    files: ["a", 2],
    stashed_ref: ref,
    stash_message: 3,
    timestamp: null,
  };
  const rows = [
    row,
    { ...row, round_num: "1" },
    { ...row, round_num: 1.5 },
    { ...row, state: "odd" },
    { ...row, stashed_ref: "HEAD" },
    null,
    7,
    [],
  ];
  const list = parseList(new TextEncoder().encode(JSON.stringify({ entries: rows })));
  assert.equal(list.isSound, false);
  assert.deepEqual(list.entries.map((entry) => [entry.files, entry.stashMessage, entry.phase]), [[["a"], "", null]]);
});

Deno.test("parseList() and parseNewest() never throw when files hold anything", () => {
  fc.assert(fc.property(fc.oneof(fc.json().map((text) => new TextEncoder().encode(text)), fc.uint8Array()), (bytes) => {
    assert.ok(Array.isArray(parseList(bytes).entries));
    const newest = parseNewest(bytes);
    assert.ok(newest === null || newest.stashedRef !== null);
  }));
});

Deno.test("mendOrphans() settles what a crash left pending when git is asked", async () => {
  await inRepository(async ({ git, gitAt, root, sh }) => {
    const ledger = openOrphanLedger(new MemoryFiles(), "/log");
    ledger.announce(announcement(4));
    ledger.announce(announcement(5));
    await sh("mkdir ../plain");
    assert.deepEqual(await mendOrphans(gitAt(`${root}/../plain`), ledger), { confirmed: [], dropped: [] });
    await sh(`echo left > file; git stash push -qm '${announcement(4).message}'`);
    const sha = (await sh("git rev-parse refs/stash")).trim();
    assert.deepEqual(await mendOrphans(git, ledger), { confirmed: [{ round: 4, ref: sha }], dropped: [{ round: 5 }] });
    assert.equal(ledger.newest()?.stashedRef, sha);
    assert.deepEqual(ledger.pending(), []);
  });
});
