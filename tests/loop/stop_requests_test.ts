// Guards what a first and a second request to stop do.
import assert from "node:assert/strict";
import type { SignalName } from "../../src/core/round.ts";
import { StopRequests } from "../../src/loop/stop_requests.ts";
import type { Signals } from "../../src/ports/signals.ts";

class FakeSignals implements Signals {
  names: readonly SignalName[] = [];
  send: (name: SignalName) => void = () => {};

  listen(names: readonly SignalName[], listener: (name: SignalName) => void): () => void {
    this.names = names;
    this.send = listener;
    return () => {
      this.names = [];
      this.send = () => {};
    };
  }
}

Deno.test("StopRequests finishes at the first request and stops the round at the second", () => {
  const signals = new FakeSignals();
  const heard: string[] = [];
  const requests = new StopRequests(signals, (count, name) => heard.push(`${count} ${name}`));
  assert.deepEqual(signals.names, ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"]);
  assert.deepEqual([requests.finish.aborted, requests.stopRound.aborted, requests.reason], [false, false, null]);
  signals.send("SIGINT");
  assert.deepEqual([requests.finish.aborted, requests.stopRound.aborted, requests.reason], [true, false, "SIGINT"]);
  signals.send("SIGTERM");
  assert.deepEqual([requests.stopRound.aborted, requests.reason], [true, "SIGINT"]);
  signals.send("SIGTERM");
  assert.deepEqual(heard, ["1 SIGINT", "2 SIGTERM", "3 SIGTERM"]);
});

Deno.test("StopRequests obeys nothing once it is closed, and keeps signals from killing a process that leaves", () => {
  const signals = new FakeSignals();
  const requests = new StopRequests(signals, () => assert.fail("it was closed"));
  requests.close();
  signals.send("SIGTERM");
  assert.deepEqual(signals.names, ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"]);
  assert.equal(requests.finish.aborted, false);
});
