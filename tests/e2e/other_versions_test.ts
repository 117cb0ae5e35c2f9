// Guards log folders of other versions: what the predecessor and a later version wrote is read, and gone on with.
import assert from "node:assert/strict";
import { Project } from "./project.ts";
import { filesBelow, readText } from "../../scripts/tree.ts";

/** A project whose log folder was written by another version. */
async function projectWith(golden: string): Promise<Project> {
  const project = await Project.make();
  for (const path of filesBelow(golden)) {
    const to = project.logs + path.slice(golden.length);
    Deno.mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(to, readText(path)!);
  }
  return project;
}

/** Rounds go on after the last one on record, and what stood there still does. */
async function assertGoesOn(project: Project, last: number): Promise<void> {
  const months = [...Deno.readDirSync(project.logs)].map(({ name }) => name).filter((name) =>
    name.startsWith("events-")
  );
  const before = new Map(months.map((name) => [name, Deno.readTextFileSync(`${project.logs}/${name}`)]));
  const peek = JSON.parse((await project.run(["peek", "--json"])).stdout);
  assert.equal(peek.recent_rounds.at(-1).number, last);
  const outcome = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  assert.equal(project.status().round_num, last + 1);
  assert.ok(project.ofKind("round_end").some((event) => event.round_num === last + 1));
  for (const [name, text] of before) assert.ok(Deno.readTextFileSync(`${project.logs}/${name}`).startsWith(text), name);
}

Deno.test("rounds go on in a log folder of cli-agent-runner 0.2.2", async () => {
  await using project = await projectWith("tests/golden/log-folders/cli-agent-runner-0.2.2/state");
  await assertGoesOn(project, 3);
  const shown = await project.run(["events", "--kind", "orphan_stashed"]);
  assert.equal(JSON.parse(shown.stdout.trim()).round_num, 2);
});

Deno.test("rounds go on in a log folder of a later version, whose new fields and kinds are passed over", async () => {
  await using project = await projectWith("tests/golden/log-folders/later-version");
  const [status, sessions] = ["status.json", "sessions.json"].map((name) =>
    Deno.readTextFileSync(`${project.logs}/${name}`)
  );
  await assertGoesOn(project, 12);
  assert.ok((await project.run(["events"])).stdout.includes("round_praised"));
  assert.deepEqual(project.status().moon, { phase: "full" });
  assert.equal(Deno.readTextFileSync(`${project.logs}/status.json.schema-3`), status);
  assert.equal(Deno.readTextFileSync(`${project.logs}/sessions.json.schema-9`), sessions);
  const told = project.ofKind("state_newer").map(({ file }) => file);
  assert.deepEqual(told.slice(0, 2), ["status.json", "loop.json"]);
});

Deno.test("rounds go on in a log folder of this version, in whose files nothing is newer", async () => {
  await using project = await projectWith("tests/golden/log-folders/agent-runner-0.1.0");
  await assertGoesOn(project, 5);
  assert.deepEqual(project.ofKind("state_newer"), []);
});
