// Guards the workflow file for a public host: it can be read, and names tasks, files and keys that there are.
import assert from "node:assert/strict";
import { lanes, onDemand } from "../../scripts/check/steps.ts";
import { targets } from "../../scripts/compile/targets.ts";
import { exists, readText } from "../../scripts/tree.ts";
import { parseYaml } from "./plain_yaml.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly on: { readonly push: { readonly tags: readonly string[] } };
  readonly jobs: Readonly<
    Record<string, { readonly "runs-on": string; readonly needs?: readonly string[]; readonly steps: readonly Step[] }>
  >;
}

const text = readText("deploy/ci/release.yml") ?? "";
const workflow = parseYaml(text) as unknown as Workflow;

Deno.test("the workflow has jobs of steps that each do one thing, and needs jobs that there are", () => {
  assert.deepEqual(Object.keys(workflow.jobs), ["check", "macos", "release"]);
  assert.deepEqual(workflow.on.push.tags, ["v*.*.*"]);
  for (const [name, job] of Object.entries(workflow.jobs)) {
    assert.match(job["runs-on"], /^(ubuntu|macos)-\d/, name);
    for (const need of job.needs ?? []) assert.ok(need in workflow.jobs, need);
    for (const step of job.steps) assert.equal(Number("uses" in step) + Number("run" in step), 1, JSON.stringify(step));
  }
});

Deno.test("the workflow runs tasks and scripts of this repository, with the pinned Deno, on every target", () => {
  const { tasks } = JSON.parse(readText("deno.json") ?? "{}");
  const steps = [...lanes.flat(), ...onDemand].map(({ name }) => name);
  const runs = Object.values(workflow.jobs).flatMap((job) => job.steps.flatMap(({ run }) => run ?? []));
  const called = runs.flatMap((run) => [...run.matchAll(/npx -y deno@\$\(cat \.dvmrc\) task (\w+)(?: ([a-z]+))?/g)]);
  assert.ok(called.length >= 4);
  for (const [, task, step] of called) {
    assert.ok(task! in tasks, task);
    if (task === "check" && step !== undefined) assert.ok(steps.includes(step), step);
  }
  assert.equal(runs.join("\n").match(/deno@/g)?.length, called.length, "another Deno is named");
  for (const path of runs.join("\n").match(/scripts\/[\w.]+/g) ?? []) assert.ok(exists(path), path);
  for (const { name } of targets) assert.ok(text.includes(name), name);
});

Deno.test("parseYaml() reads what workflows are made of, and refuses what it would have to guess", () => {
  assert.deepEqual(
    parseYaml('a: b\nc:\n  - d: "e: f"\n    g: |\n      one\n        two\n    h:\n  - [i, "j"]\nk:\n  l: m\n'),
    {
      a: "b",
      c: [{ d: "e: f", g: "one\n  two\n", h: null }, ["i", "j"]],
      k: { l: "m" },
    },
  );
  for (
    const bad of [
      "a: b\n  c: d\n",
      "a: b\na: c\n",
      "a: b: c\n",
      "a:\n\t- b\n",
      "a: {b: c}\n",
      "a: [b\n",
      "a: 'b'\n",
      "a\n",
    ]
  ) {
    assert.throws(() => parseYaml(bad), bad);
  }
});
