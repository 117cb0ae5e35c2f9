// Guards watch: a terminal is redrawn, a pipe only hears of changes, Ctrl-C is a good end.
import assert from "node:assert/strict";
import watch from "../../../src/cli/verbs/watch.ts";
import { logDir, projectFiles } from "../../view/sample_project.ts";
import { callWith, screen } from "./screen.ts";

type Flags = Parameters<typeof watch.run>[0]["flags"];
const absent: Flags = { interval: undefined, events: undefined };
const clear = "\u001b[2J\u001b[H";

async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

Deno.test("watch redraws a terminal at every change until Ctrl-C", async () => {
  const files = projectFiles({ "status.json": "{}" });
  const view = screen(files, {
    isTerminal: true,
    onWrite(out) {
      const drawn = out.split(clear).length - 1;
      if (drawn === 3) view.interrupt();
      else files.writeAtomic(`${logDir}/status.json`, "{}");
    },
  });
  assert.equal(await watch.run(callWith(absent, {}), view.world), 0);
  assert.ok(view.out().startsWith(`${clear}shop  stopped`));
});

Deno.test("watch writes to a pipe without escapes, and only when something changed", async () => {
  const files = projectFiles({ "status.json": "{}" });
  const view = screen(files, { onWrite: (out) => out.split("shop  ").length === 3 && view.interrupt() });
  const running = watch.run(callWith(absent, {}), view.world);
  await settled();
  files.writeAtomic(`${logDir}/status.json`, "{}");
  await settled();
  const before = view.out();
  files.writeAtomic(`${logDir}/status.json`, '{"round_num": 5}');
  assert.equal(await running, 0);
  assert.equal(before.split("shop  ").length, 2, "an unchanged picture was written again");
  assert.ok(!view.out().includes("\u001b"));
});

Deno.test("watch --json writes one document a line", async () => {
  const view = screen(projectFiles(), { onWrite: () => view.interrupt(), isTerminal: true });
  assert.equal(await watch.run(callWith(absent, {}, true), view.world), 0);
  const [line, rest] = view.out().split("\n");
  assert.equal(JSON.parse(line!).schema_version, "2.0");
  assert.equal(rest, "");
});

Deno.test("watch ends well when its reader has gone", async () => {
  const view = screen(projectFiles(), { writes: 1 });
  assert.equal(await watch.run(callWith(absent, { interval: 0.2 }), view.world), 0);
});

Deno.test("watch needs an interval of at least 0.2 s and only rights to look", () => {
  assert.equal(watch.flags.interval.min, 0.2);
  assert.deepEqual(watch.needs, ["read", "env", "sys"]);
});
