// Guards what is made of the answers of systemd-run, with stand-ins for every machine there is.
import assert from "node:assert/strict";
import { denoProcesses } from "../../../src/ports/deno/processes.ts";
import { denoScopes, readPids, readProbe } from "../../../src/ports/deno/scope.ts";
import { inFolder } from "../../store/log_folder.ts";

const processes = denoProcesses();
const encoder = new TextEncoder();

function said(text: string, code = 0) {
  return { kind: "exited", code, stdout: encoder.encode(text), stderr: new Uint8Array(), isCut: false } as const;
}

Deno.test("readProbe() reads every answer", () => {
  const usable = { kind: "usable", program: "/p", isNew: false, limits: { memory: true, tasks: true } };
  assert.deepEqual(readProbe(said("lasting yes\nin\ntasks\nmemory\n"), "/p"), { ...usable, isLasting: true });
  assert.deepEqual(readProbe(said("lasting no\nnew\nin\ntasks\n"), "/p"), {
    ...usable,
    isNew: true,
    limits: { memory: false, tasks: true },
    isLasting: false,
  });
  const reasonOf = (outcome: Parameters<typeof readProbe>[0]) => {
    const finding = readProbe(outcome, "/p");
    return finding.kind === "absent" ? finding.reason : "";
  };
  assert.match(reasonOf(said("lasting no\n")), /would end it with the login/);
  assert.equal(reasonOf(said("lasting yes\nFailed to connect to bus\n", 1)), "Failed to connect to bus");
  assert.equal(reasonOf(said("lasting yes\n", 3)), "systemd-run ended with code 3");
  assert.equal(reasonOf(said("", 127)), "systemd-run ended with code 127");
  assert.equal(reasonOf({ kind: "timed_out" }), "systemd-run did not answer within 3 s");
  assert.equal(reasonOf({ kind: "absent", reason: "no sh" }), "no sh");
});

Deno.test("readPids() takes whole numbers above 1, each once", () => {
  assert.deepEqual(readPids("12\n13\n12\n"), [12, 13]);
  assert.deepEqual(readPids("0\n1\n\n-5\n7x\nx\n 8\n"), []);
  assert.deepEqual(readPids(""), []);
});

/** The environment of somebody with a manager, and programs in one folder. */
function withManager(path: string): (name: string) => string | undefined {
  return (name) => ({ PATH: path, XDG_RUNTIME_DIR: "/run/user/1000" })[name];
}

/** A systemd-run of a few lines of shell; it appends its words to `calls`. */
async function findWith(
  script: string,
  options: { readonly isOnlyLasting: boolean } = { isOnlyLasting: false },
) {
  let finding: unknown;
  let calls: string[] = [];
  await inFolder(async (folder) => {
    const head = `#!/bin/sh\necho "$*" >>'${folder}/calls'\n`;
    Deno.writeTextFileSync(`${folder}/systemd-run`, `${head}${script}\n`, { mode: 0o755 });
    Deno.writeTextFileSync(`${folder}/calls`, "");
    const scopes = denoScopes(processes, withManager(folder));
    finding = await scopes.find(options);
    assert.equal(await scopes.find({ isOnlyLasting: false }), finding, "asked once, the answer is kept");
    calls = Deno.readTextFileSync(`${folder}/calls`).split("\n").filter((line) => line.startsWith("--user"));
  });
  return { finding: finding as { kind: string; reason?: string; isNew?: boolean }, calls };
}

/** Runs what stands after the two dashes. */
const through = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"';

Deno.test("find() uses the newer words where they are known, and does without them elsewhere", async () => {
  const current = await findWith(through);
  assert.deepEqual([current.finding.kind, current.finding.isNew, current.calls.length], ["usable", true, 1]);
  const older = await findWith(
    `case "$*" in *expand-environment*) echo "unrecognized option" >&2; exit 1 ;; esac; ${through}`,
  );
  assert.deepEqual([older.finding.kind, older.finding.isNew, older.calls.length], ["usable", false, 2]);
  for (const call of [...current.calls, ...older.calls]) assert.match(call, /--unit=agent-runner-probe-/);
});

Deno.test("find() tells why there is no scope", async () => {
  const { finding } = await findWith("echo 'Failed to connect to bus: No medium found' >&2; exit 1");
  assert.deepEqual(finding, { kind: "absent", reason: "Failed to connect to bus: No medium found" });
  const none = await denoScopes(processes, withManager("/nonexistent")).find({ isOnlyLasting: false });
  assert.deepEqual(none, { kind: "absent", reason: "there is no systemd-run on PATH" });
});

Deno.test("find() does not wait for a manager that hangs", async () => {
  const before = performance.now();
  const { finding } = await findWith("sleep 600");
  assert.deepEqual(finding, { kind: "absent", reason: "systemd-run did not answer within 3 s" });
  assert.ok(performance.now() - before < 4500);
});

Deno.test("members() and kill() of a scope that is gone do nothing", async () => {
  const scopes = denoScopes(processes);
  const path = `/agent-runner-${crypto.randomUUID()}.scope`;
  assert.deepEqual(await scopes.members(path), []);
  assert.equal(await scopes.kill(path), false);
});

Deno.test("find() asks nobody where the environment names no way to the user's manager", async () => {
  await inFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/systemd-run`, `#!/bin/sh\ntouch '${folder}/asked'\n`, { mode: 0o755 });
    const finding = await denoScopes(processes, (name) => name === "PATH" ? folder : undefined).find({
      isOnlyLasting: false,
    });
    assert.match(finding.kind === "absent" ? finding.reason : "", /XDG_RUNTIME_DIR is not set/);
    assert.ok(![...Deno.readDirSync(folder)].some(({ name }) => name === "asked"));
  });
});
