// Guards the ceiling of permissions and the one place that pins Deno: everything else must say the same.
import assert from "node:assert/strict";
import { loadVerbs } from "../../scripts/gen/plug_ins.ts";
import { ceiling, runFlags } from "../../scripts/permissions.ts";
import { pinnedVersion } from "../../scripts/toolchain.ts";
import { filesBelow, readText } from "../../scripts/tree.ts";

interface Tasks {
  readonly tasks: Readonly<Record<string, string | { readonly command: string }>>;
}

function commandOf(name: string): string {
  const { tasks }: Tasks = JSON.parse(readText("deno.json") ?? "{}");
  const task = tasks[name];
  return typeof task === "string" ? task : task?.command ?? "";
}

Deno.test("the tasks that run the program have exactly the flags of the table", () => {
  assert.equal(commandOf("dev"), `deno run ${runFlags().join(" ")} main.ts`);
  assert.equal(commandOf("demo"), `deno run ${runFlags().join(" ")} main.ts demo`);
});

Deno.test("runFlags() never asks, never grants all, the network or foreign functions", () => {
  const flags = runFlags();
  assert.ok(flags.includes("--no-prompt"));
  assert.ok(flags.includes("--allow-run"), "signalling a process group needs a run grant for every program");
  for (const flag of ["-A", "--allow-all", "--allow-ffi", "--allow-net"]) assert.ok(!flags.includes(flag), flag);
});

Deno.test("runFlags() lets the program listen on this machine, and reach nothing else", () => {
  const [net, ...others] = runFlags().filter((flag) => flag.startsWith("--allow-net"));
  assert.deepEqual(others, []);
  assert.equal(net, "--allow-net=127.0.0.1,[::1],0.0.0.0,[::]");
});

Deno.test("only monitor and serve can listen, and only when they are asked for a page", async () => {
  const verbs = (await loadVerbs()).map(({ value }) => value);
  assert.deepEqual(verbs.filter(({ needs }) => needs.includes("net")), []);
  assert.deepEqual(verbs.filter(({ alsoNeeds }) => alsoNeeds !== undefined).map(({ name }) => name).sort(), [
    "monitor",
    "serve",
  ]);
  const grants = (name: string, flags: Readonly<Record<string, unknown>>) =>
    verbs.find((verb) => verb.name === name)?.alsoNeeds?.(flags as never);
  assert.deepEqual(grants("monitor", { mode: "http" }), ["net"]);
  assert.deepEqual(grants("serve", { page: 0 }), ["net"]);
  for (const mode of [undefined, "anomaly", "narrate", "events"]) assert.deepEqual(grants("monitor", { mode }), []);
  assert.deepEqual(grants("serve", { page: undefined }), []);
});

Deno.test("no verb needs more than the ceiling", async () => {
  const granted = new Set<string>(ceiling.map((row) => row.grant));
  const verbs = await loadVerbs();
  assert.ok(verbs.length > 0);
  const faults = verbs.flatMap(({ value }) =>
    value.needs.filter((grant) => !granted.has(grant)).map((grant) => `${value.name} needs ${grant}`)
  );
  assert.deepEqual(faults, []);
});

/** Versions of Deno that a text tells its reader to use. */
function namedVersions(text: string): readonly string[] {
  return [...text.matchAll(/\bdeno@(\d+(?:\.\d+)*)/g)].map((found) => found[1]!);
}

Deno.test("every document that names a Deno to run names the pinned one", () => {
  const texts = ["README.md", ".ci/run", ...filesBelow("docs", ".md")].map((path) => ({ path, text: readText(path) }));
  const named = texts.flatMap(({ path, text }) => namedVersions(text ?? "").map((version) => `${path}: ${version}`));
  assert.ok(named.some((line) => line.startsWith("README.md")), "README.md names no Deno to run");
  assert.deepEqual(named.filter((line) => !line.endsWith(`: ${pinnedVersion()}`)), []);
  assert.deepEqual(namedVersions("npx -y deno@2.8.1 task check; deno@2"), ["2.8.1", "2"]);
});

Deno.test("CI runs the check command that the README gives", () => {
  assert.ok(readText("README.md")?.includes(`npx -y deno@${pinnedVersion()} task check`));
  const ci = readText(".ci/run") ?? "";
  assert.ok(ci.includes('deno="npx -y deno@$(cat .dvmrc)"'));
  assert.match(ci, /^step \d+ check \$deno task check$/m);
});
