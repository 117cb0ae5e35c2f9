// Guards what counts as a secret inside a file: tokens and random values do, code and made-up values do not.
import assert from "node:assert/strict";
import fc from "fast-check";
import { lookAlikes } from "../core/redact_corpus.ts";
import { holdsLogin, isPublicOnly, secretsIn } from "../../src/vcs/secret_contents.ts";

// Put together here: what has the shape of a secret stands in no file of ours.
const random = "u7Qx50b9qNf44t4BYcrz";
const body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7Vd9tqYx3".repeat(3);
const privateKey = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY-----\n${body}\n-----END ${kind}PRIVATE KEY-----\n`;

const secrets: readonly string[] = [
  `const key = "${["sk", "ant", "api03"].join("-")}-${random}${random}";`,
  `token = ${["ghp", random].join("_")}${random}`,
  `GITHUB_TOKEN=${random}`,
  `clientSecret: '${random}',`,
  `{"api_key": "${random}"}`,
  `curl -H "Authorization: Bearer ${random}" https://api.example.com`,
  `db_password = "Tr0ub4dor&3x!"`,
  privateKey(""),
  privateKey("RSA "),
  privateKey("OPENSSH "),
];

const harmless: readonly string[] = [
  "const token = await nextToken(stream);",
  "password: string;",
  'this.secret = options.secret ?? "";',
  "let api_key = config.v2.keys.first;",
  'API_KEY = "your-api-key-here"',
  'TOKEN="<paste it here>"',
  "PASSWORD=${DB_PASSWORD}",
  'password = "hunter2"',
  'token = "test-token-123456789012"',
  'key = "xxxxxxxxxxxxxxxxxxxxxxxx"',
  'tokens["access_token_v2_name1"]',
  '_START = b"-----BEGIN OPENSSH PRIVATE KEY-----"',
  "postgres://app:password@localhost/shop",
  '"integrity": "sha512-q7bbhhhGh4s7hxqcF9Kk3v1mCqHPPGrZmGuvFzNJ7qyR1yyqA6hQ=="',
  "commit 5626abf0f72e58d7a153368ba57db4c673c0e171",
];

Deno.test("secretsIn() finds tokens, keys and random values", () => {
  for (const text of secrets) assert.ok(secretsIn(`first line\n${text}\nlast line\n`).length > 0, text);
});

Deno.test("secretsIn() finds none in code, placeholders, hashes and the look-alikes of the corpus", () => {
  for (const text of [...harmless, ...lookAlikes()]) assert.deepEqual(secretsIn(text), [], text);
});

Deno.test("secretsIn() takes any text", () => {
  const text = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(fc.property(text, (given) => secretsIn(given).length >= 0), { numRuns: 50 });
});

Deno.test("isPublicOnly() tells a certificate from a private key beside it", () => {
  const certificate = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  assert.ok(isPublicOnly(certificate));
  assert.ok(isPublicOnly(`-----BEGIN RSA PUBLIC KEY-----\n${body}`));
  assert.ok(!isPublicOnly(certificate + privateKey("")));
  assert.ok(!isPublicOnly(privateKey("EC ")));
  assert.ok(!isPublicOnly(""));
});

Deno.test("holdsLogin() tells a login from settings and from a variable's name", () => {
  assert.ok(holdsLogin(`//registry.example.com/:_authToken=${random}\n`));
  assert.ok(holdsLogin("[pypi]\nusername = a\npassword = b\n"));
  assert.ok(!holdsLogin("//registry.example.com/:_authToken=${NPM_TOKEN}\n"));
  assert.ok(!holdsLogin("registry=https://registry.example.com/\nsave-exact=true\n"));
});
