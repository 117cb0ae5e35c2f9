// Guards the manifests for Kubernetes: their types, and what they say of the program.
import assert from "node:assert/strict";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { Job } from "kubernetes-models/batch/v1/Job";
import { parseAllDocuments } from "yaml";
import { readText, root } from "../../scripts/tree.ts";
import { exitCode } from "../../src/core/errors.ts";
import { longestStop, pathOfProbe, places, portOfServe } from "./facts.ts";

// deno-lint-ignore no-explicit-any -- the shape is what is being tested, by the models
type Manifest = any;

const models = { StatefulSet, Job, PersistentVolumeClaim } as const;
const sources = { StatefulSet: "apps/v1/", Job: "batch/v1/", PersistentVolumeClaim: "v1/" } as const;

/** Every document of a file. Throws for what is no YAML and for doubled keys. */
function manifestsOf(path: string): readonly Manifest[] {
  return parseAllDocuments(readText(path) ?? "", { strict: true, uniqueKeys: true }).map((document) => {
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) throw fault;
    return document.toJS();
  });
}

const [stateful, ...furtherOfSet] = manifestsOf("deploy/kubernetes.yaml");
const [job, ...claims] = manifestsOf("deploy/kubernetes-job.yaml");
const manifests = [stateful, job, ...claims];
const workloads = [stateful, job];

function validate(manifest: Manifest): void {
  const model = models[manifest.kind as keyof typeof models];
  assert.equal(manifest.apiVersion, model.apiVersion);
  new model(manifest).validate();
}

/** What the compiler says to manifests that are written where their type is wanted: it knows every key. */
async function compilerOn(all: readonly Manifest[]): Promise<string> {
  const lines = all.map((manifest, i) =>
    `import type { I${manifest.kind} as Kind${i} } from "kubernetes-models/${
      sources[manifest.kind as keyof typeof sources]
    }${manifest.kind}";\nexport const manifest${i}: Kind${i} = ${JSON.stringify(manifest)};\n`
  );
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, lines.join(""));
    const args = ["check", "--config", `${root}/deno.json`, path];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("the manifests hold to the models of Kubernetes", () => {
  assert.deepEqual(furtherOfSet, []);
  assert.deepEqual(manifests.map(({ kind }) => kind), [
    "StatefulSet",
    "Job",
    ...claims.map(() => "PersistentVolumeClaim"),
  ]);
  for (const manifest of manifests) validate(manifest);
  assert.throws(() => validate({ ...stateful, spec: { ...stateful.spec, replicas: "1" } }), /replicas/);
});

Deno.test("the manifests have no key that Kubernetes does not know", async () => {
  const misspelt = { ...job, spec: { ...job.spec, backofLimit: 1 } };
  const [said, saidToBad] = await Promise.all([compilerOn(manifests), compilerOn([misspelt])]);
  assert.equal(said, "");
  assert.match(saidToBad, /backofLimit"?' does not exist/);
});

Deno.test("the manifests run one serve, with its page, and give the longest round its time", async () => {
  assert.equal(stateful.spec.replicas, 1);
  assert.equal(job.spec.parallelism, 1);
  for (const { spec: { template: { spec } } } of workloads) {
    assert.equal(spec.containers.length, 1);
    const [container] = spec.containers;
    assert.ok(!("command" in container), "tini would not be the first process");
    const port = await portOfServe(container.args);
    assert.equal(pathOfProbe(container.livenessProbe.exec.command, port), "/livez");
    assert.equal(pathOfProbe(container.readinessProbe.exec.command, port), "/readyz");
    assert.ok(spec.terminationGracePeriodSeconds >= longestStop());
  }
});

Deno.test("the manifests run without rights", () => {
  for (const { spec: { template: { spec } } } of workloads) {
    const { runAsNonRoot, runAsUser, runAsGroup, fsGroup, seccompProfile } = spec.securityContext;
    assert.equal(runAsNonRoot, true);
    assert.ok([runAsUser, runAsGroup, fsGroup].every((id) => id === 1000));
    assert.equal(seccompProfile.type, "RuntimeDefault");
    assert.equal(spec.automountServiceAccountToken, false);
    const [{ securityContext, ports, resources }] = spec.containers;
    assert.deepEqual(securityContext, { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
    assert.equal(ports, undefined);
    assert.ok(resources.limits.memory !== undefined && resources.requests.cpu !== undefined);
    for (const key of ["hostNetwork", "hostPID", "hostIPC"]) assert.ok(!(key in spec), key);
  }
});

Deno.test("the manifests keep work, logs and login, on volumes that one pod alone can have", () => {
  const named = job.spec.template.spec.volumes as { name: string; persistentVolumeClaim: { claimName: string } }[];
  assert.deepEqual(
    named.map(({ persistentVolumeClaim }) => persistentVolumeClaim.claimName),
    claims.map(({ metadata }) => metadata.name),
  );
  const all = [stateful.spec.volumeClaimTemplates, claims];
  for (const claim of all.flat()) assert.deepEqual(claim.spec.accessModes, ["ReadWriteOncePod"]);
  const names = [
    stateful.spec.volumeClaimTemplates.map((one: Manifest) => one.metadata.name),
    named.map(({ name }) => name),
  ];
  for (const [i, { spec: { template: { spec } } }] of workloads.entries()) {
    const mounts = spec.containers[0].volumeMounts as { name: string; mountPath: string }[];
    assert.deepEqual(mounts.map(({ mountPath }) => mountPath).toSorted(), places);
    assert.deepEqual(mounts.map(({ name }) => name), names[i]);
  }
});

Deno.test("the set finds its own pod, and the two workloads differ in nothing that serve sees", () => {
  assert.deepEqual(stateful.spec.selector.matchLabels, stateful.spec.template.metadata.labels);
  assert.deepEqual(job.spec.template.spec.containers, stateful.spec.template.spec.containers);
  assert.deepEqual(job.spec.template.spec.securityContext, stateful.spec.template.spec.securityContext);
});

Deno.test("the job follows a crash with another pod, and a wrong configuration with none", () => {
  assert.equal(job.spec.template.spec.restartPolicy, "Never", "only then exit codes are looked at");
  const [final] = job.spec.podFailurePolicy.rules;
  assert.equal(final.action, "FailJob");
  assert.deepEqual(final.onExitCodes.values, [exitCode.usage, exitCode.config]);
  assert.equal(final.onExitCodes.containerName, job.spec.template.spec.containers[0].name);
  assert.equal(job.spec.podReplacementPolicy, "Failed");
  assert.equal(job.spec.backoffLimit, 2 ** 31 - 1);
});
