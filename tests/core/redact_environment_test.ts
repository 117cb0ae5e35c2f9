// Proves which values of an environment count as secrets, and that they are masked in every spelling.
import assert from "node:assert/strict";
import fc from "fast-check";
import { redact, redactor, useSecretValues } from "../../src/core/redact.ts";
import { isWorthMasking, secretValuesIn } from "../../src/core/redact_environment.ts";
import { looksSecret } from "../../src/core/redact_names.ts";

const value = 'p/a+ss"w\\ö=rd 7&';
const plain = "Zq7-kwandel-0815";

Deno.test("looksSecret() knows the names of secrets from names about them", () => {
  const secret =
    "TOKEN API_KEY apiKey DB_PASSWORD DB_PASS MYSQL_PWD AWSSecretAccessKey client-secret npm_config__authToken " +
    "GH_PAT CREDENTIALS spring.datasource.password SECRET_KEY_BASE GITHUB_TOKEN_2 SLACK_WEBHOOK_URL SESSION_COOKIE";
  const other =
    "PATH HOME KEY PUBLIC_KEY KEYBOARD MAX_TOKENS TOKEN_URL PASSWORD_FILE SSH_AUTH_SOCK SECRETARY TOKENIZER " +
    "MONKEY PASSPORT COMPASS PWD_LENGTH IS_SECRET TOKEN_TYPE AUTHOR PATTERN CACHE_KEY constructor __proto__ toString";
  for (const name of secret.split(" ")) assert.equal(looksSecret(name), true, name);
  for (const name of other.split(" ")) assert.equal(looksSecret(name), false, name);
  assert.equal(looksSecret(""), false);
  assert.equal(looksSecret("token".repeat(10_000)), false);
});

Deno.test("isWorthMasking() leaves out values that would take other text with them", () => {
  for (const dull of ["", "short", "1234567890123", "2026-11-21", "production", "PRODUCTION", "/home/me/key.pem"]) {
    assert.equal(isWorthMasking(dull), false, dull);
  }
  for (const dull of ["~/.ssh/id", "./a/b", "C:\\keys\\a", "https://host/path", "aaaaaaaaaaaa", "        "]) {
    assert.equal(isWorthMasking(dull), false, dull);
  }
  for (
    const secret of [
      plain,
      value,
      "hunter2hunter2",
      "a".repeat(5) + "bcdefghijklmnopqrstuvw",
      "/9j/4AAQSkZJRgABAQAAAQABAADEFG7h",
    ]
  ) {
    assert.equal(isWorthMasking(secret), true, secret);
  }
});

Deno.test("secretValuesIn() takes the values of secret names, passwords in URLs, and secrets in JSON documents", () => {
  const document = JSON.stringify({
    client_email: "a@b.example",
    private_key: "MIIE-abcdef-123",
    nested: { token: plain },
  });
  const found = secretValuesIn({
    PATH: "/bin",
    API_TOKEN: ` ${plain}\n`,
    TOKEN_TYPE: "bearer-token-1",
    EMPTY_TOKEN: "",
    GONE_TOKEN: undefined,
    DATABASE_URL: "postgres://app:hunter2%2Fhunter2@db/shop",
    OTHER_URL: "https://host/a@b",
    GOOGLE_CREDENTIALS: document,
    BROKEN_SECRET: '{"half a document',
  });
  assert.deepEqual(found.filter((item) => item !== document), [
    plain,
    "hunter2/hunter2",
    "MIIE-abcdef-123",
    '{"half a document',
  ]);
  assert.deepEqual(secretValuesIn({}), []);
});

Deno.test("redactor() masks a value as it is, escaped, encoded, and within base64", () => {
  const masked = redactor([value]);
  const twice = JSON.stringify(JSON.stringify(value)).slice(3, -3);
  const ascii = JSON.stringify(value).slice(1, -1).replace("ö", "\\u00f6");
  const url = encodeURIComponent(value);
  for (const text of [value, JSON.stringify(value).slice(1, -1), twice, ascii, url, url.toLowerCase()]) {
    assert.equal(masked(`a ${text} b`), "a <redacted> b", text);
  }
  assert.equal(masked(`q=${url.replaceAll("%20", "+")}&n=1`), "q=<redacted>&n=1");
  const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));
  for (const before of ["", "u", "u:", "us:", "user:"]) {
    const encoded = btoa(bytes(`${before}${value}:after`));
    assert.equal(masked(`data ${encoded}.`), "data <redacted>.", before);
    assert.equal(masked(encoded.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")), "<redacted>", before);
  }
  assert.equal(masked("an innocent text"), "an innocent text");
  assert.equal(masked(""), "");
});

Deno.test("redactor() masks pieces of a long value and lines of one that has several", () => {
  const long = Array.from({ length: 60 }, (_, i) => `k${i}-`).join("");
  const masked = redactor([long, `-----BEGIN X-----\nline-one-0123456789\nline-two-0123456789\n`]);
  assert.equal(masked(`cut ${long.slice(0, 100)}`).includes(long.slice(0, 64)), false);
  assert.equal(masked(`cut ${long}`), "cut <redacted>");
  assert.equal(masked("  line-two-0123456789 |"), "  <redacted> |");
  assert.equal(masked("-----BEGIN X-----"), "-----BEGIN X-----");
});

Deno.test("redactor() without values, with tiny and with very many values still masks shapes", () => {
  for (const values of [[], ["", "a", "abc"], Array.from({ length: 2000 }, (_, i) => `value-number-${i}-x`)]) {
    assert.equal(redactor(values)("TOKEN=abc x"), "TOKEN=<redacted> x");
    assert.equal(redactor(values)("a abc"), "a abc");
  }
  assert.equal(redactor(["\ud800abcdefgh\udc00"])("x \ud800abcdefgh\udc00 y"), "x <redacted> y");
});

Deno.test("useSecretValues() has redact() mask values until another list is given", () => {
  try {
    useSecretValues([plain]);
    assert.equal(redact(`said ${plain}!`), "said <redacted>!");
    assert.equal(redact(JSON.stringify({ text: `said ${plain}!` })), '{"text":"said <redacted>!"}');
    useSecretValues(["another-value-1"]);
    assert.equal(redact(`said ${plain}!`), `said ${plain}!`);
  } finally {
    useSecretValues([]);
  }
  assert.equal(redact(`said another-value-1`), "said another-value-1");
});

Deno.test("redactor() leaves no value in any text, in no spelling, and changes nothing more when applied twice", () => {
  const secret = fc.string({ unit: "grapheme", minLength: 10, maxLength: 80 })
    .filter((text) => isWorthMasking(text) && text === text.trim() && !/[\r\n]/.test(text) && text.isWellFormed());
  const spelled = fc.constantFrom(
    (text: string) => text,
    (text: string) => JSON.stringify({ a: text }),
    (text: string) => encodeURIComponent(text),
  );
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), spelled, (text, before, after, spell) => {
      const masked = redactor([text]);
      const once = masked(`${before} ${spell(text)} ${after}`);
      assert.ok(!once.includes(text), once);
      assert.equal(masked(once), once);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("secretValuesIn() masks what is sent to collectors as headers, in each form it may show in", () => {
  const values = secretValuesIn({
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20dXNlcjpwYXNzMTIz,x-team=shop",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-api-key = k3y-with-Odd-%zz, ,=",
    OTEL_RESOURCE_ATTRIBUTES: "deployment=production-7-north",
  });
  assert.deepEqual(values, [
    "Basic%20dXNlcjpwYXNzMTIz",
    "Basic dXNlcjpwYXNzMTIz",
    "dXNlcjpwYXNzMTIz",
    "k3y-with-Odd-%zz",
  ]);
});
