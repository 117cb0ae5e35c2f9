// Guards that signals to this process are heard while somebody listens.
import assert from "node:assert/strict";
import { denoSignals } from "../../../src/ports/deno/signals.ts";
import { until } from "../../fakes/until.ts";

Deno.test("listen() hears each signal by its name until it is undone", async () => {
  const heard: string[] = [];
  const unlisten = denoSignals().listen(["SIGHUP", "SIGTERM"], (name) => heard.push(name));
  Deno.kill(Deno.pid, "SIGHUP");
  await until("SIGHUP is heard", () => heard.length === 1);
  Deno.kill(Deno.pid, "SIGTERM");
  await until("SIGTERM is heard", () => heard.length === 2);
  assert.deepEqual(heard, ["SIGHUP", "SIGTERM"]);
  unlisten();
});
