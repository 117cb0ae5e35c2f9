// Guards the steps of an upgrade in memory: every fault at every step, died at any change, and the recovery died at, too.
import assert from "node:assert/strict";
import type { Binaries } from "../../src/ports/binaries.ts";
import { FileFault } from "../../src/ports/files.ts";
import type { Files } from "../../src/ports/files.ts";
import { carryOut, resume } from "../../src/service/upgrade.ts";
import type { UpgradeOutcome, UpgradeParts } from "../../src/service/upgrade.ts";
import { claim, remains, sweep, upgradePaths } from "../../src/service/upgrade_files.ts";
import { readJournal } from "../../src/service/upgrade_journal.ts";
import { clear, makeReady } from "../../src/service/upgrade_swap.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { memoryBinaries } from "../fakes/fake_upgrade.ts";
import { FakeLock } from "../fakes/fake_world.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const bin = "/opt/bin/agent-runner";
const paths = upgradePaths(bin);
const [from, to] = ["0.1.0", "0.2.0"];

/** What is wrong with the new version. */
type Flaw = "none" | "smoke" | "in_place" | "serve" | "health";

class Died extends Error {}

/** A machine on which a supervisor runs the old version, and whose changes are counted. */
class Machine {
  readonly files = memoryFiles({ [bin]: from });
  running: string | null = from;
  readonly events: string[] = [];
  readonly told: string[] = [];
  changes = 0;
  dieAt = 0;
  fullAt = "";
  isOldBroken = false;

  constructor(readonly flaw: Flaw, readonly restarts = true) {
    this.files.writeAtomic(`${bin}.part`, to);
    makeReady(paths, `${bin}.part`, this.parts());
    this.changes = 0;
  }

  change<T>(path: string, act: () => T): T {
    if (++this.changes === this.dieAt) throw new Died();
    if (this.fullAt !== "" && path.endsWith(this.fullAt)) throw new FileFault("full", { path, cause: "no space" });
    return act();
  }

  parts(): UpgradeParts {
    const { files } = this;
    const counted = overlaid(files, {
      writeAtomic: (path: string, content: string) => this.change(path, () => files.writeAtomic(path, content)),
      rename: (a: string, b: string) => this.change(b, () => files.rename(a, b)),
      remove: (path: string) => files.lstat(path) !== null && this.change(path, () => files.remove(path)),
    });
    const memory = memoryBinaries(files);
    const binaries: Binaries = { ...memory, keep: (path, as) => this.change(as, () => memory.keep(path, as)) };
    const read = (path: string) => files.readText(path);
    return {
      clock: new FakeClock({ isAutomatic: true }),
      files: counted,
      binaries,
      paths,
      tell: (text) => void this.told.push(text),
      smoke: ({ binary, version }) => {
        const isBad = (this.flaw === "smoke" && version === to) ||
          (this.flaw === "in_place" && version === to && binary === bin) || (this.isOldBroken && version === from);
        return Promise.resolve(isBad || read(binary) !== version ? "it is broken" : null);
      },
      service: {
        describe: () => Promise.resolve({ kind: "managed", name: "x" }),
        restart: () => {
          this.change("stop", () => this.running = null);
          const version = read(bin);
          if (this.flaw === "serve" && version === to) return Promise.resolve("serve left at once");
          this.change("start", () => this.running = version);
          return Promise.resolve(null);
        },
        health: (version) =>
          Promise.resolve(
            this.running !== version ? "not at work" : this.flaw === "health" && version === to ? "sick" : null,
          ),
      },
      emit: (kind) => void this.events.push(kind),
    };
  }

  async upgrade(): Promise<UpgradeOutcome | "died"> {
    return await this.#survive(() => carryOut({ from, to, restarts: this.restarts }, this.parts()));
  }

  /** What the next `upgrade` begins with. */
  async recover(): Promise<UpgradeOutcome | "died" | "nothing"> {
    const journal = readJournal(paths, this.files);
    if (journal !== null) return await this.#survive(() => resume(journal, this.parts()));
    return await this.#survive(() => {
      clear(paths, this.parts().files);
      return Promise.resolve("nothing" as const);
    });
  }

  async #survive<T>(work: () => Promise<T>): Promise<T | "died"> {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof Died)) throw thrown;
      return "died";
    }
  }

  get inPlace(): string | null {
    return this.files.readText(bin);
  }

  names(): string[] {
    return this.files.paths().filter((path) => path.startsWith("/opt/bin/")).map((path) => path.slice(9));
  }
}

/** Files, some operations of which are others. */
function overlaid(files: Files, others: Partial<Files>): Files {
  return new Proxy(files, {
    get(target, name) {
      const other: unknown = Reflect.get(others, name);
      if (other !== undefined) return other;
      const own: unknown = Reflect.get(target, name, target);
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}

/** One version is in place and at work, and nothing else is left. */
function assertTidy(machine: Machine, place: string): void {
  const { inPlace } = machine;
  assert.ok(inPlace === from || inPlace === to, `${place}: '${inPlace}' in place`);
  // Without a restart nobody learns that it does not serve.
  const isFound = ["smoke", "in_place"].includes(machine.flaw) || (machine.flaw !== "none" && machine.restarts);
  if (isFound) assert.equal(inPlace, from, place);
  assert.equal(machine.running, machine.restarts ? inPlace : from, `${place}: what runs`);
  const kept = inPlace === to ? ["agent-runner", "agent-runner.previous"] : ["agent-runner"];
  assert.deepEqual(machine.names(), kept, place);
}

Deno.test("carryOut() puts the new version in place, restarts with it and keeps the old one", async () => {
  const machine = new Machine("none");
  assert.deepEqual(await machine.upgrade(), { kind: "done", from, to, isRestarted: true });
  assertTidy(machine, "done");
  assert.deepEqual([machine.files.readText(`${bin}.previous`), machine.events], [from, ["service_upgraded"]]);
  const alone = new Machine("none", false);
  assert.deepEqual(await alone.upgrade(), { kind: "done", from, to, isRestarted: false });
  assert.deepEqual([alone.running, alone.inPlace, alone.events], [from, to, ["package_upgraded"]]);
});

Deno.test("carryOut() leaves or brings back the old version whatever is wrong with the new one", async () => {
  for (const flaw of ["smoke", "in_place", "serve", "health"] as const) {
    const machine = new Machine(flaw);
    machine.files.writeAtomic(`${bin}.previous`, "0.0.9");
    const outcome = await machine.upgrade();
    assert.equal(outcome !== "died" && outcome.kind, "failed", flaw);
    assert.deepEqual([machine.inPlace, machine.running, machine.events], [from, from, ["service_upgrade_rolled_back"]]);
    assert.deepEqual(machine.names(), ["agent-runner", "agent-runner.previous"], flaw);
    assert.equal(machine.files.readText(`${bin}.previous`), "0.0.9", "an older one stays what it was");
  }
});

Deno.test("carryOut() changes nothing on a disk that takes no journal, no second name or no new binary", async () => {
  for (const path of ["upgrade.json", "upgrade.old", "/agent-runner"]) {
    const machine = new Machine("none");
    machine.fullAt = path;
    const outcome = await machine.upgrade();
    assert.ok(outcome !== "died" && outcome.kind === "failed", path);
    assert.match(outcome.reason, /cannot take the place of the old one: no space/);
    assertTidy(Object.assign(machine, { fullAt: "" }), path);
    assert.equal(machine.inPlace, from);
  }
});

Deno.test("carryOut() says so when the old version does not come back, and a later call still brings it back", async () => {
  const machine = new Machine("serve");
  machine.isOldBroken = true;
  const outcome = await machine.upgrade();
  assert.ok(outcome !== "died" && outcome.kind === "stuck");
  assert.match(outcome.reason, /serve left at once; the old binary does not work any more: it is broken/);
  assert.deepEqual([machine.inPlace, machine.events], [from, ["service_upgrade_rollback_failed"]]);
  machine.isOldBroken = false;
  const later = await machine.recover();
  assert.ok(typeof later === "object" && later.kind === "failed");
  assertTidy(machine, "later");
});

Deno.test("an upgrade that died at any change is brought to its end, though the recovery dies at any change, too", async () => {
  let scenes = 0;
  for (const flaw of ["none", "smoke", "in_place", "serve", "health"] as const) {
    for (const restarts of [true, false]) {
      for (let first = 1;; first++) {
        const probe = new Machine(flaw, restarts);
        probe.dieAt = first;
        if (await probe.upgrade() !== "died") break;
        assert.ok(probe.inPlace === from || probe.inPlace === to, `${flaw} ${first}: no binary`);
        for (let second = 0;; second++) {
          const machine = new Machine(flaw, restarts);
          machine.dieAt = first;
          await machine.upgrade();
          machine.changes = 0;
          machine.dieAt = second;
          const place = `${flaw}, restarts ${restarts}, died at ${first} and ${second}`;
          const recovered = await machine.recover();
          assert.ok(machine.inPlace === from || machine.inPlace === to, place);
          machine.dieAt = 0;
          if (recovered === "died") await machine.recover();
          assertTidy(machine, place);
          scenes++;
          if (second > 0 && recovered !== "died") break;
        }
      }
    }
  }
  assert.ok(scenes > 100, `${scenes}`);
});

Deno.test("readJournal() takes nothing that it does not understand", () => {
  const { files } = new Machine("none");
  const good = { schema: 1, phase: "proven", from_version: from, to_version: to, started_at: "x", restarts: true };
  files.writeAtomic(paths.journal, JSON.stringify({ ...good, later: [1] }));
  assert.equal(readJournal(paths, files)?.phase, "proven");
  for (
    const bad of [
      "",
      "{",
      "[]",
      "null",
      JSON.stringify({ ...good, phase: "other" }),
      JSON.stringify({ phase: "proven" }),
    ]
  ) {
    files.writeAtomic(paths.journal, bad);
    assert.equal(readJournal(paths, files), null, bad);
  }
});

Deno.test("claim() lets one upgrade in, leaves no file, and does not believe in a lock that lost its name", async () => {
  const files = memoryFiles({ [bin]: from });
  const lock = new FakeLock();
  const first = await claim(paths, { files, lock });
  assert.ok(first !== null);
  assert.equal(await claim(paths, { files, lock }), null);
  first.release();
  assert.equal(files.lstat(paths.lock), null);
  const unlinking = {
    isHeld: () => Promise.resolve(false),
    tryAcquire: (path: string) => {
      files.remove(path);
      files.append(path, new Uint8Array());
      return lock.tryAcquire(path);
    },
  };
  assert.equal(await claim(paths, { files, lock: unlinking }), null);
  const again = await claim(paths, { files, lock });
  assert.ok(again !== null, "the refused one gave the lock back");
  again.release();
  files.failWith("/opt/bin", "denied");
  await assert.rejects(claim(paths, { files, lock }), FileFault);
});

Deno.test("sweep() removes what is left of any upgrade of this binary, and nothing else", () => {
  const names = ["agent-runner", "agent-runner.previous", "agent-runner2.upgrade.old", "agent-runner.upgrade"];
  const files = memoryFiles(Object.fromEntries(names.map((name) => [`/opt/bin/${name}`, name])));
  for (const name of ["lock", "json", "json.7-0.tmp", "new", "old", "ab.part", "cd.part"]) {
    files.writeAtomic(`${bin}.upgrade.${name}`, name);
  }
  assert.equal(remains(paths, files).length, 6);
  sweep(paths, files, `${bin}.upgrade.ab.part`);
  assert.deepEqual(remains(paths, files), [`${bin}.upgrade.ab.part`]);
  assert.deepEqual(
    files.paths().map((path) => path.slice(9)),
    [...names, "agent-runner.upgrade.ab.part", "agent-runner.upgrade.lock"].sort(),
  );
});
