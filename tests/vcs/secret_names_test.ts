// Guards which names keep a file out of an automatic commit, and that names of what is made to be shared do not.
import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeName } from "../../src/vcs/secret_names.ts";

const secret = [
  ".env",
  ".env.local",
  "app/.env.production",
  ".ENV",
  ".envrc",
  "prod.env",
  "id_rsa",
  "keys/id_ed25519",
  "id_ecdsa_sk",
  "cert.p12",
  "cert.PFX",
  "store.jks",
  "passwords.kdbx",
  ".netrc",
  "_netrc",
  ".pgpass",
  ".htpasswd",
  ".git-credentials",
  "credentials",
  "credentials.json",
  "config/credentials.yml",
  "service-account.json",
  "service_account-prod.json",
  "client_secret_12.apps.json",
  "kubeconfig",
  "prod.kubeconfig",
  ".kube/config",
  "home/.aws/credentials",
  ".docker/config.json",
  ".ssh/deploy",
  ".gnupg/secring.gpg",
];

const open = [
  ".env.example",
  ".env.sample",
  ".env.template",
  ".env.dist",
  "example.env",
  "credentials.example.json",
  "tests/fixtures/server.pem",
  "testdata/id_rsa",
  "golden/.env",
  ".ssh/known_hosts",
  ".ssh/id_rsa.pub",
];

const unknown = [
  "env.ts",
  "src/environment.ts",
  "environment.yml",
  "id_rsa.pub",
  "credentials.ts",
  "src/credentials/index.ts",
  "docs/service-account.md",
  "config",
  "kube/config",
  "monkey",
  "keys.ts",
  "a/b.kdbx.md",
  "",
];

Deno.test("judgeName() knows files of secrets by their names, wherever they lie and however they are spelled", () => {
  for (const path of secret) assert.equal(judgeName(path).kind, "secret", path);
  for (const path of ["server.pem", "tls/server.key"]) assert.equal(judgeName(path).kind, "key", path);
  for (const path of [".npmrc", "web/.yarnrc.yml", ".pypirc"]) assert.equal(judgeName(path).kind, "settings", path);
});

Deno.test("judgeName() lets pass what is made to be shared, and what only sounds alike", () => {
  for (const path of open) assert.equal(judgeName(path).kind, "open", path);
  for (const path of unknown) assert.equal(judgeName(path).kind, "unknown", path);
});

Deno.test("judgeName() takes any name", () => {
  const path = fc.string({ unit: "binary", maxLength: 60 });
  fc.assert(fc.property(path, (given) => judgeName(given).kind.length > 0), { numRuns: 50 });
});
