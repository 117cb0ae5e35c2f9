// Guards the restart of a supervisor by an upgrade: only what can be restarted from here is, by the binary in its place.
import assert from "node:assert/strict";
import type { RunOutcome } from "../../src/ports/processes.ts";
import { serviceByVerbs } from "../../src/service/upgrade_service.ts";
import type { OwnService } from "../../src/service/upgrade_service.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const logDir = "/home/me/shop/logs";
const lockFile = `${logDir}/agent-runner.lock`;
const bin = "/opt/bin/agent-runner";

/** A supervisor of version 1 with pid 500 holds the lock, and says by what it is kept. */
function scene(options: { readonly mode?: string; readonly service?: OwnService; readonly said?: RunOutcome } = {}) {
  const world = new FakeWorld();
  const hold = (version: string) => {
    const holder = { pid: 500, version, started_at: "2026-11-21T10:00:00Z", service: { mode: options.mode } };
    world.files.writeAtomic(`${lockFile}.holder`, JSON.stringify(holder));
  };
  hold("1.0.0");
  world.lock.holdElsewhere(lockFile);
  const asked: string[] = [];
  world.processes.answer = (spec) => {
    asked.push(spec.argv.join(" "));
    hold("2.0.0");
    return options.said ?? exited(0, "");
  };
  const service = serviceByVerbs({
    clock: world.clock,
    files: world.files,
    lock: world.lock,
    processes: world.processes,
    logDir,
    call: [bin, "--config", "/a b/c.toml"],
    findService: () => Promise.resolve(options.service ?? null),
  });
  return { world, service, asked };
}

function exited(code: number, said: string): RunOutcome {
  const stderr = new TextEncoder().encode(said);
  return { kind: "exited", code, stdout: new Uint8Array(), stderr, isCut: false };
}

const unit: OwnService = { mode: "systemd_user", isForeign: false, command: "systemctl --user restart x" };

Deno.test("describe() tells what can be restarted from here from what somebody else keeps running", async () => {
  const name = "the supervisor (pid 500)";
  const command = "agent-runner stop && agent-runner start";
  const managed = { kind: "managed", name };
  assert.deepEqual(await scene({ mode: "plain" }).service.describe(), managed);
  assert.deepEqual(await scene({ mode: "systemd_user", service: unit }).service.describe(), managed);
  for (const own of [scene(), scene({ mode: "plain", service: unit }), scene({ mode: "systemd_user" })]) {
    assert.deepEqual(await own.service.describe(), { kind: "by_hand", name, command });
  }
  const foreign = { mode: "systemd_system", isForeign: true, command: "sudo systemctl restart x" };
  assert.deepEqual(await scene({ mode: "systemd_system", service: foreign }).service.describe(), {
    kind: "by_hand",
    name,
    command: foreign.command,
  });
});

Deno.test("restart() calls the binary in its place, to take over or to start", async () => {
  const { service, asked } = scene();
  assert.equal(await service.restart(), null);
  assert.deepEqual(asked, [`${bin} --config /a b/c.toml restart`]);
  assert.equal(await service.health("2.0.0"), null);
  assert.match(await service.health("3.0.0") ?? "", /the supervisor at work is of version 2\.0\.0/);

  const idle = scene();
  Object.assign(idle.world.lock, { isHeld: () => Promise.resolve(false) });
  assert.deepEqual(await idle.service.describe(), { kind: "idle" });
  assert.equal(await idle.service.restart(), null);
  assert.deepEqual(idle.asked, [`${bin} --config /a b/c.toml start`]);
  assert.equal(await idle.service.health("2.0.0"), "no supervisor is at work");
});

Deno.test("restart() tells why a supervisor does not come up", async () => {
  for (
    const [said, told] of [
      [exited(1, "agent-runner: serve left at once\n  fix: look\n"), /^serve left at once fix: look$/],
      [exited(3, ""), /^'restart' ended with exit code 3$/],
      [{ kind: "timed_out" }, /^'restart' took longer than 5 minutes$/],
      [{ kind: "absent", reason: "no such file" }, /^no such file$/],
    ] as const
  ) assert.match(await scene({ said }).service.restart() ?? "", told);
});
