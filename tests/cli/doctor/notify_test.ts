// Guards doctor's row on the sinks of notices.
import assert from "node:assert/strict";
import { emptyOutbox, idOf } from "../../../src/notify/outbox.ts";
import { outboxPath, writeOutbox } from "../../../src/notify/outbox_file.ts";
import { emptyScene } from "../../../src/notify/scene.ts";
import { withLines } from "../../config/sample.ts";
import { message } from "../../notify/sample.ts";
import { DoctorStage, logs } from "./doctor_stage.ts";

const hook = withLines({ "notify.hook": 'kind = "webhook"\nurl = "https://example.org/x"' });

Deno.test("doctor has no row on notices where no sink is configured", async () => {
  const rows = await new DoctorStage().rows();
  assert.deepEqual(rows.filter(({ name }) => name === "notify"), []);
});

Deno.test("doctor misses the program that a sink goes through, and the secret that it needs", async () => {
  const stage = new DoctorStage(hook);
  assert.match((await stage.row("notify")).found, /hook: curl, which sends it, is not installed/);
  stage.world.processes.programs.set("curl", "/bin/curl");
  assert.equal((await stage.row("notify")).state, "ok");
  stage.configure(
    withLines({ "notify.chat": 'kind = "slack"\nurl_env = "NO_SUCH"', "notify.desk": 'kind = "desktop"' }),
  );
  const row = await stage.row("notify");
  assert.equal(row.state, "warn");
  assert.match(row.found, /chat: the environment variable NO_SUCH is not set; desk: neither/);
  assert.match(row.fix ?? "", /notify test/);
});

Deno.test("doctor tells of messages that cannot get through, and of an outbox that is broken", async () => {
  const stage = new DoctorStage(hook);
  stage.world.processes.programs.set("curl", "/bin/curl");
  const acceptedAt = stage.world.clock.now() - 7_200_000;
  const entry = { id: idOf("a"), sink: "hook", message, acceptedAt, attempts: 3, isHeld: false };
  const memory = { sent: [], told: {}, failures: 3, nextAt: acceptedAt };
  const outbox = { waiting: [entry], sinks: { hook: memory } };
  writeOutbox(logs, { places: [], newestAt: 0, scene: emptyScene, outbox }, stage.world.files);
  assert.match((await stage.row("notify")).found, /tries fail: 1 message to hook, for up to 2h 00m/);
  writeOutbox(logs, { places: [], newestAt: 0, scene: emptyScene, outbox: emptyOutbox }, stage.world.files);
  assert.equal((await stage.row("notify")).found, "1 sink, 0 messages waiting");
  stage.world.files.writeAtomic(outboxPath(logs), "{torn");
  assert.match((await stage.row("notify")).found, /could not be read/);
});
