// Guards that the line to the service manager is this process's alone, and that it works without sockets, too.
import assert from "node:assert/strict";
import { denoServiceLine } from "../../../src/ports/deno/service_line.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeProcesses } from "../../fakes/fake_processes.ts";

const names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

async function withVariables(
  values: Readonly<Record<string, string>>,
  body: (processes: FakeProcesses) => Promise<void>,
) {
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  for (const name of names) Deno.env.delete(name);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  try {
    await body(new FakeProcesses(new FakeClock()));
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  }
}

Deno.test("denoServiceLine() is none where no manager listens", async () => {
  await withVariables({ WATCHDOG_USEC: "1000000" }, (processes) => {
    assert.equal(denoServiceLine(processes), null);
    return Promise.resolve();
  });
});

Deno.test("denoServiceLine() takes its variables away, so that no child speaks for this process", async () => {
  const values = { NOTIFY_SOCKET: "/run/x/notify", WATCHDOG_USEC: "300000000", WATCHDOG_PID: String(Deno.pid) };
  await withVariables(values, (processes) => {
    const line = denoServiceLine(processes);
    assert.equal(line?.watchdogMs, 300_000);
    assert.deepEqual(names.map((name) => Deno.env.get(name)), [undefined, undefined, undefined]);
    line?.close();
    return Promise.resolve();
  });
});

Deno.test("denoServiceLine() takes no watchdog that is another process's, or makes no sense", async () => {
  for (
    const changes of [{ WATCHDOG_PID: "1" }, { WATCHDOG_USEC: "0" }, { WATCHDOG_USEC: "soon" }, { WATCHDOG_USEC: "-5" }]
  ) {
    const values = { NOTIFY_SOCKET: "/run/x/notify", WATCHDOG_USEC: "300000000", ...changes };
    await withVariables(values, (processes) => {
      const line = denoServiceLine(processes);
      assert.equal(line?.watchdogMs, null, JSON.stringify(changes));
      line?.close();
      return Promise.resolve();
    });
  }
});

Deno.test("denoServiceLine() has systemd-notify send what no socket takes: an address without a name, a manager that is gone", async () => {
  for (const path of ["@abstract/notify", "/no/such/folder/notify"]) {
    await withVariables({ NOTIFY_SOCKET: path }, async (processes) => {
      const line = denoServiceLine(processes);
      await line?.send(["READY=1", "STATUS=two words"]);
      line?.close();
      assert.deepEqual(processes.ran.map(({ argv }) => argv), [[
        "systemd-notify",
        "--",
        "READY=1",
        "STATUS=two words",
      ]]);
      assert.equal(processes.ran[0]?.environment?.NOTIFY_SOCKET, path);
    });
  }
});
