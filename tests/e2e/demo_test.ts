// Proves that the demo shows all it promises in half a minute, and leaves nothing behind unless asked to.
import assert from "node:assert/strict";
import { names, Project } from "./project.ts";

const longestMs = 30_000;

async function demo(project: Project, ...words: string[]) {
  const temporary = `${project.root}/${words.length === 0 ? "gone" : "kept"}`;
  Deno.mkdirSync(temporary);
  project.env.TMPDIR = temporary;
  const startedAt = performance.now();
  const running = project.start("demo", ...words);
  const outcome = await running.ended(longestMs);
  return { ...outcome, temporary, tookMs: performance.now() - startedAt };
}

Deno.test("demo takes four rounds to their four ends in half a minute and removes all of it, or keeps it when asked", async () => {
  await using project = await Project.make();
  const [gone, kept] = await Promise.all([demo(project), demo(project, "--keep")]);
  for (const { code, stdout, stderr, tookMs } of [gone, kept]) {
    assert.equal(code, 0, stderr);
    assert.ok(tookMs < longestMs, `${tookMs} ms`);
    for (
      const said of [
        /round 1 ended: ok .*HEAD is now [0-9a-f]{12}/,
        /round 2 ended: ok .*1 uncommitted path stashed as [0-9a-f]{12}/,
        /round 3 ended: limit .*resets at/,
        /waiting \d\.\ds until \d{4}-\d\d-\d\dT/,
        /round 4 ended: hung .*3 of its processes had to be ended/,
        /stopped: max_rounds = 4 reached \(4 rounds completed\)/,
        /\nround {2}outcome .*\n +4 +hung .*\n +3 +limit .*\n +2 +ok .*\n +1 +ok /,
      ]
    ) assert.match(stdout, said);
  }
  assert.deepEqual(names(gone.temporary), []);
  assert.match(gone.stdout, /Nothing of it is left/);
  const [folder, ...others] = names(kept.temporary);
  assert.deepEqual(others, []);
  assert.ok(kept.stdout.includes(`The project is in ${kept.temporary}/${folder}.`), kept.stdout);
  assert.deepEqual(names(`${kept.temporary}/${folder}/logs/rounds`).length, 4);
  assert.deepEqual(await project.processes(), []);
});
