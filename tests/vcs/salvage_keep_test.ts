// Guards what is remembered of salvages and how long they are kept: the refs are the truth, and nothing unseen goes.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { SalvageEntry, SalvageState } from "../../src/store/salvage_entries.ts";
import { openSalvageLedger } from "../../src/store/salvage_ledger.ts";
import { salvageContext } from "../../src/vcs/salvage_context.ts";
import { expiredSalvages, pruneSalvages } from "../../src/vcs/salvage_keep.ts";
import { findSalvages, mendSalvages } from "../../src/vcs/salvage_mend.ts";
import { listSalvages } from "../../src/vcs/salvage_refs.ts";
import type { RoundSalvage } from "../../src/vcs/salvage_round.ts";
import { atMs, files, recordSalvage, save, saved } from "./salvage_stage.ts";
import { inRepository } from "./temp_repository.ts";
import type { TempRepository } from "./temp_repository.ts";

const dayMs = 86_400_000;

function entry(day: number, state: SalvageState): SalvageEntry {
  const at = new Date(atMs - day * dayMs).toISOString();
  const sha = String(day).padStart(40, "0");
  return { sha, ref: `r${day}`, round: 1, phase: null, at, files: [], count: 0, why: "", state, offeredIn: null };
}

function expired(entries: readonly SalvageEntry[], keep: number, keepDays: number): readonly string[] {
  return expiredSalvages(entries, { keep, keepDays, nowMs: atMs }).map(({ ref }) => ref);
}

Deno.test("expiredSalvages() names what is too old or too many, and was offered", () => {
  const entries = [
    entry(40, "offered"),
    entry(31, "restored"),
    entry(29, "offered"),
    entry(2, "saved"),
    entry(1, "offered"),
  ];
  assert.deepEqual(expired(entries, 50, 30), ["r31", "r40"]);
  assert.deepEqual(expired(entries, 2, 99), ["r29", "r31", "r40"]);
  assert.deepEqual(expired(entries, 50, 99), []);
});

Deno.test("expiredSalvages() never names one that no later round was told of, whatever the limits are", () => {
  const states = fc.constantFrom<SalvageState>("announced", "saved", "offered", "restored", "dropped");
  const list = fc.array(fc.tuple(fc.nat(1000), states).map(([day, state]) => entry(day, state)));
  fc.assert(fc.property(list, fc.nat(5), fc.nat(50), (entries, keep, keepDays) => {
    const gone = expiredSalvages(entries, { keep, keepDays, nowMs: atMs });
    assert.ok(gone.every(({ state }) => state === "offered" || state === "restored"));
    const left = entries.filter((one) => !gone.includes(one) && (one.state === "offered" || one.state === "restored"));
    assert.ok(left.length <= keep);
  }));
});

async function leave(repository: TempRepository, round: number, script: string): Promise<RoundSalvage> {
  await repository.sh(script);
  return await recordSalvage(repository, { round, moment: "after", verdict: "error", why: "password=hunter2hunter2" });
}

function ledgerOf({ root }: TempRepository) {
  return openSalvageLedger(files, `${root}/../logs`);
}

Deno.test("salvageRound() tells the ledger before and after, and what to put on record", async () => {
  await inRepository(async (repository) => {
    const none = await leave(repository, 1, "true");
    assert.deepEqual([none.event, none.note, ledgerOf(repository).list()], [null, "", []]);
    const report = await leave(repository, 2, "echo x > file; git init -q nested");
    const sha = saved(report.outcome).sha;
    assert.equal(report.note, `1 path saved as ${sha.slice(0, 12)}, without 1 path that git cannot save`);
    assert.ok(report.event?.kind === "salvage_saved" && !report.event.payload.why.includes("hunter2"));
    const [first] = ledgerOf(repository).list();
    assert.deepEqual([first!.sha, first!.state, first!.round, first!.files], [sha, "saved", 2, ["file"]]);
    const again = await leave(repository, 3, "true");
    assert.equal(again.event?.kind === "salvage_saved" && again.event.payload.is_reused, true);
    assert.equal(ledgerOf(repository).list().length, 1);
    await repository.sh("rm ../logs/salvage-ledger.json");
    await leave(repository, 4, "true");
    assert.deepEqual(ledgerOf(repository).list().map(({ round, sha: known }) => [round, known]), [[2, sha]]);
  });
});

Deno.test("salvageRound() withdraws what it announced when git fails", async () => {
  await inRepository(async (repository) => {
    // A ref that is a folder of refs cannot be made; commits can.
    await repository.sh("mkdir -p .git/refs/agent-runner; : > .git/refs/agent-runner/salvage");
    const report = await leave(repository, 1, "echo x > file");
    assert.equal(report.outcome.kind, "failed");
    assert.equal(report.event?.kind, "salvage_failed");
    assert.match(report.note, /could not be saved: /);
    assert.deepEqual(ledgerOf(repository).list(), []);
  });
});

Deno.test("mendSalvages() finds everything again when the ledger is lost, garbled or behind", async () => {
  await inRepository(async (repository) => {
    const { git, root, sh } = repository;
    const first = saved((await leave(repository, 1, "echo 1 > file; : > new")).outcome);
    const second = saved((await leave(repository, 2, "echo 2 > file")).outcome);
    ledgerOf(repository).mark([first.sha], { state: "offered", round: 2 });
    ledgerOf(repository).announce({ ref: "refs/agent-runner/salvage/9-x", round: 9, phase: null, why: "", atMs });
    assert.equal(await mendSalvages(git, ledgerOf(repository), files), null);
    assert.deepEqual(ledgerOf(repository).list().map(({ sha, state }) => [sha, state]), [
      [first.sha, "offered"],
      [second.sha, "saved"],
    ]);
    for (const script of ["rm ../logs/salvage-ledger.json", "echo '{' > ../logs/salvage-ledger.json"]) {
      await sh(script);
      assert.equal(await mendSalvages(git, ledgerOf(repository), files), null);
      const entries = ledgerOf(repository).list();
      assert.deepEqual(entries.map(({ sha, state, files, count }) => [sha, state, files, count]), [
        [first.sha, "saved", ["file", "new"], 2],
        [second.sha, "saved", ["file", "new"], 2],
      ]);
    }
    await sh(`git update-ref -d ${first.ref}`);
    await mendSalvages(git, ledgerOf(repository), files);
    assert.equal(ledgerOf(repository).list()[0]!.state, "dropped");
    await sh(`git update-ref ${first.ref} ${first.sha}`);
    await mendSalvages(git, ledgerOf(repository), files);
    assert.equal(ledgerOf(repository).list()[0]!.state, "saved", "brought back by hand");
    await sh("mv .git git-away");
    assert.match(await mendSalvages(git, ledgerOf(repository), files) ?? "", /not in a git work tree/);
    assert.equal(ledgerOf(repository).list().length, 2, `kept in ${root}`);
  });
});

Deno.test("listSalvages() reads the others when one ref is broken and one is foreign", async () => {
  await inRepository(async (repository) => {
    const { git, sh } = repository;
    const first = saved((await leave(repository, 1, "echo 1 > file")).outcome);
    await sh(
      "git update-ref refs/agent-runner/salvage/strange HEAD; git tag -am t t; git update-ref refs/agent-runner/salvage/5-20260101T000000Z HEAD:file",
    );
    await sh("printf '%040d\\n' 7 > .git/refs/agent-runner/salvage/3-20260101T000000Z");
    const all = await listSalvages(git.call);
    assert.deepEqual(Array.isArray(all) ? all.map(({ sha }) => sha) : all, [first.sha]);
  });
});

Deno.test("findSalvages() leaves alone what another folder of the same repository saved, until that folder is gone", async () => {
  await inRepository(async (repository) => {
    const { root, sh, gitAt } = repository;
    await sh("git worktree add -q ../linked; echo x > ../linked/file; mkdir sub; : > sub/a");
    const linked = saved(await save(repository, { git: gitAt(`${root}/../linked`) }));
    await save(repository, { git: gitAt(`${root}/sub`) });
    const shas = async () => {
      const found = await findSalvages(repository.git, ledgerOf(repository), files);
      return found.kind === "ok" ? found.salvages.map(({ sha }) => sha) : found;
    };
    assert.deepEqual(await shas(), []);
    await sh("rm -r ../linked");
    assert.deepEqual(await shas(), [linked.sha]);
  });
});

Deno.test("pruneSalvages() lets go what has expired, in git and in the ledger, and says what could not go", async () => {
  await inRepository(async (repository) => {
    const { git, sh } = repository;
    const made = [];
    for (const round of [1, 2, 3]) made.push(saved((await leave(repository, round, `echo ${round} > file`)).outcome));
    const ledger = ledgerOf(repository);
    ledger.mark([made[0]!.sha, made[1]!.sha], { state: "offered", round: 3 });
    const limits = { ledger, files, keep: 1, keepDays: 30, nowMs: atMs };
    await sh(`: > .git/${made[1]!.ref}.lock`);
    const kept = await pruneSalvages(git, limits);
    assert.deepEqual([kept.dropped.map(({ sha }) => sha), kept.fault !== null], [[made[0]!.sha], true]);
    await sh(`rm .git/${made[1]!.ref}.lock`);
    assert.equal((await pruneSalvages(git, limits)).dropped.length, 1);
    assert.deepEqual(await pruneSalvages(git, { ...limits, keep: 1, nowMs: atMs + 99 * dayMs }), {
      dropped: [],
      fault: null,
    });
    assert.deepEqual(ledger.list().map(({ state }) => state), ["dropped", "dropped", "saved"]);
    assert.equal((await sh("git for-each-ref refs/agent-runner")).split("\n").length - 1, 1);
  });
});

Deno.test("salvageContext() gives commands that work, for every shape of a salvage", async () => {
  await inRepository(async (repository) => {
    const { sh } = repository;
    await leave(repository, 1, "echo staged > file; git add file; echo later > file; echo o > 'a b'");
    const entries = ledgerOf(repository).list().flatMap((one) => one.sha === null ? [] : [{ ...one, sha: one.sha }]);
    const [told] = salvageContext(entries, { command: "agent-runner --config '/x/a.toml'" });
    assert.deepEqual([told!.round, told!.count, told!.files], [1, 2, ["a b", "file"]]);
    assert.equal(told!.restore, `agent-runner --config '/x/a.toml' salvage restore ${entries[0]!.sha}`);
    const shown = await sh(String(told!.look));
    assert.match(shown, /\+later/);
    assert.doesNotMatch(shown, /staged\n/);
    assert.equal(told!.one_file, `${told!.restore} --path 'a b'`);
    const [odd] = salvageContext([{ ...entries[0]!, files: ["-x", "bad\ufffd", "it's\n"] }], { command: "a" });
    assert.ok(String(odd!.one_file).endsWith(" --path 'it'\\''s\n'"), String(odd!.one_file));
    const [none] = salvageContext([{ ...entries[0]!, files: [] }], { command: "a" });
    assert.ok(!("one_file" in none!));
  });
});
