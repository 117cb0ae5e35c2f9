// Guards that each project has names of its own, short enough for a file, and that they are known again.
import assert from "node:assert/strict";
import fc from "fast-check";
import { instanceNames, isServiceFile, jobLabel, unitName } from "../../src/service/names.ts";

Deno.test("instanceNames() takes the project's name, and another one of its own where folders are called the same", () => {
  assert.deepEqual(instanceNames("my-shop", "/a/my-shop/agent-runner.toml")[0], "my-shop");
  const [plainA, ownA] = instanceNames("shop", "/a/shop/agent-runner.toml");
  const [plainB, ownB] = instanceNames("shop", "/b/shop/agent-runner.toml");
  assert.equal(plainA, plainB);
  assert.notEqual(ownA, ownB);
  assert.match(ownA, /^shop-[0-9a-f]{8}$/);
  assert.equal(instanceNames("", "/agent-runner.toml")[0], "default");
});

Deno.test("names of services fit into a file name and are known again, whatever the project is called", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }), (project) => {
    for (const instance of instanceNames(project, `/x/${project}`)) {
      for (const role of ["serve", "monitor"] as const) {
        const file = unitName(role, instance);
        assert.ok(new TextEncoder().encode(file).length <= 255, file);
        assert.ok(isServiceFile(file), file);
        assert.doesNotMatch(instance, /\\(x[0-9a-f]?)?$/, "cut within the spelling of a character");
        assert.ok(isServiceFile(`${jobLabel(role, instance)}.plist`));
        assert.match(jobLabel(role, instance), /^[A-Za-z0-9_.=-]+$/);
      }
    }
  }));
});

Deno.test("isServiceFile() knows no other files", () => {
  for (
    const name of [
      "agent-runner.service",
      "agent-runner@.service",
      "x-agent-runner@a.service",
      "agent-runner.plist",
      "agent-runner@a.timer",
    ]
  ) {
    assert.equal(isServiceFile(name), false, name);
  }
});
