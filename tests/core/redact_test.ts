// Proves that secrets are masked, that ordinary text is left alone, and that no input is slow.
import assert from "node:assert/strict";
import fc from "fast-check";
import { redact, withoutCutWord } from "../../src/core/redact.ts";

/** Fake tokens are put together here, so that no scanner takes this file for a leak. */
const body = "abcdefghij0123456789ABCDEFGHIJ0123456789";
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJl"].join(".");
const keyBlock = (text: string) => `-----BEGIN RSA ${"PRIVATE"} KEY-----${text}`;

Deno.test("redact() masks every shape of a secret", () => {
  const cases: readonly (readonly [string, string])[] = [
    [keyBlock(`\nMIIE\n-----END RSA ${"PRIVATE"} KEY-----\nrest`), "<redacted>\nrest"],
    [keyBlock("\nMIIE cut"), "<redacted>"],
    ["DB_PASSWORD=hunter2 x", "DB_PASSWORD=<redacted> x"],
    ["export my_api_key=a;b", "export my_api_key=<redacted>"],
    ["TOKEN=abc", "TOKEN=<redacted>"],
    [";X_TOKEN=abc", ";X_TOKEN=<redacted>"],
    ["API_SECRET='two words' x", "API_SECRET=<redacted> x"],
    ['API_SECRET="two \\" words" x', "API_SECRET=<redacted> x"],
    ['run -e "API_TOKEN=a b" image', 'run -e "API_TOKEN=<redacted>" image'],
    ["PGPASSWORD=x MYSQL_PWD=y", "PGPASSWORD=<redacted> MYSQL_PWD=<redacted>"],
    ['password = "a b"', "password = <redacted>"],
    ["aws_secret_access_key = x/y", "aws_secret_access_key = <redacted>"],
    ["--token abc --verbose", "--token <redacted> --verbose"],
    ["--api-key=abc d", "--api-key=<redacted> d"],
    ["--client-secret 'a b' d", "--client-secret <redacted> d"],
    ["curl -u bob:hunter2 http://h", "curl -u <redacted> http://h"],
    ['Authorization: Digest username="bob", response="x"\nnext', "Authorization: <redacted>\nnext"],
    ["authorization: bearer abc", "authorization: <redacted>"],
    ["-H 'X-Api-Key: abc def' http://h", "-H 'X-Api-Key: <redacted>' http://h"],
    ["got Set-Cookie: a=b; c=d", "got Set-Cookie: <redacted>"],
    ["Bearer abcdefghijkl", "Bearer <redacted>"],
    ["bearer abcdefghijkl", "bearer <redacted>"],
    ["Basic dXNlcjpwYXNz", "Basic <redacted>"],
    ["https://user:p@ss@host/path", "https://<redacted>@host/path"],
    ["https://host/x?a=1&access_token=abc&b=2#c", "https://host/x?a=1&access_token=<redacted>&b=2#c"],
    ["https://host/x?sig=abc", "https://host/x?sig=<redacted>"],
    [`jwt ${jwt} end`, "jwt <redacted> end"],
    ['{"password": "a \\"b\\" c", "n": 1}', '{"password": "<redacted>", "n": 1}'],
    ['{\\"apiKey\\":\\"a b\\",\\"n\\":1}', '{\\"apiKey\\":\\"<redacted>\\",\\"n\\":1}'],
    ["db:\n  password: hunter2 x\n  port: 5", "db:\n  password: <redacted>\n  port: 5"],
    ["- token: 'a b'", "- token: '<redacted>'"],
    ...[
      "sk-ant-",
      "sk-proj-",
      "sk-",
      "ghp_",
      "gho_",
      "ghs_",
      "ghu_",
      "github_pat_",
      "xoxb-",
      "xapp-",
      "glpat-",
      "ya29.",
      "sk_live_",
      "rk_test_",
      "pk_live_",
      "npm_",
      "hf_",
    ].map((prefix) => [`key ${prefix}${body.replaceAll(/[^a-zA-Z0-9]/g, "")}.`, "key <redacted>."] as const),
    [`AK${"IA"}ABCDEFGHIJ012345`, "<redacted>"],
    [`AI${"za"}${body.slice(0, 35)}`, "<redacted>"],
  ];
  for (const [text, masked] of cases) assert.equal(redact(text), masked, text);
});

Deno.test("redact() leaves ordinary text alone", () => {
  for (
    const text of [
      "",
      "psql -h db -U app",
      "gcc -H foo.c",
      "sk-report.md",
      "sort -u file",
      "curl -u username https://host/path",
      "Basic auth disabled",
      "the password was wrong, the token expired",
      "error: token: unexpected end",
      "MAX_TOKENS=4096 --max-tokens 4096",
      "input_tokens: 1200",
      '"input_tokens":1200,"token":null',
      "PWD=/home/x OLDPWD=/home",
      "docker run --user 1000:1000 image",
      "https://host/a?b=c#d",
      "git@github.com:a/b.git",
      "a == b, x=1, key=value",
      "secretary, tokenizer: fast",
      "desk-abcdefghijklmnopqrstuvwxyz",
    ]
  ) assert.equal(redact(text), text);
});

const fragment = fc.constantFrom(
  ...'TOKEN|X_TOKEN|=|"|\'|`| |\n|\\|\\"|:|: |password|--token|-u|Bearer |abcdefghijklmnop|Authorization|https://|@|?|&|eyJabcd|.|sk-|sk-proj-|ghp_|1|<redacted>|{|}|,|- |a|$|\r|;|(|)|Cookie|#|~|null|-|_|\t'
    .split("|"),
  "|",
  keyBlock(""),
);

Deno.test("redact() changes nothing more when applied twice, and never throws", () => {
  const text = fc.oneof(
    fc.array(fragment, { maxLength: 25 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(text, (before) => {
      const once = redact(before);
      assert.equal(redact(once), once);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("withoutCutWord() drops the word the cut went through", () => {
  assert.equal(withoutCutWord("one two TOK"), "one two ");
  assert.equal(withoutCutWord("one two "), "one two ");
  assert.equal(withoutCutWord("x".repeat(500)).length, 300);
});
