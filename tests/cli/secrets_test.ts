// Guards that what lets one write to a sink is masked in all text, under whatever name it is kept.
import assert from "node:assert/strict";
import { maskSecretValues } from "../../src/cli/secrets.ts";
import { redact, useSecretValues } from "../../src/core/redact.ts";
import { configOf, withLines } from "../config/sample.ts";
import { fakeHost } from "../notify/sample.ts";

Deno.test("maskSecretValues() masks the tokens and the addresses of sinks", () => {
  const text = withLines({
    "notify.bot": 'kind = "telegram"\ntoken_env = "PLAIN_NAME"\nchat = "7"',
    "notify.chat": 'kind = "slack"\nurl_env = "WHERE"',
    "notify.hook": 'kind = "webhook"\nurl = "https://example.org/hooks/Zq81mXw0Lk55Tr9a"',
  });
  const host = fakeHost({ PLAIN_NAME: "odd-token-7731", WHERE: "https://chat.example.org/in/Pq93nVb2Ld66Uw8c/x" });
  try {
    maskSecretValues(configOf(text), { host });
    const said = redact("saw odd-token-7731 and Pq93nVb2Ld66Uw8c and Zq81mXw0Lk55Tr9a at example.org/hooks");
    assert.equal(said, "saw <redacted> and <redacted> and <redacted> at example.org/hooks");
  } finally {
    useSecretValues([]);
  }
});
