// Guards what each kind of server is asked, and what its answer means.
import assert from "node:assert/strict";
import type { NotifySettings } from "../../src/config/schema.ts";
import { signatureOf } from "../../src/notify/signature.ts";
import { judgeReply, retryAfterOf } from "../../src/notify/web_answer.ts";
import { webRequestOf } from "../../src/notify/web_request.ts";
import { message, noon, settings } from "./sample.ts";

async function asked(changes: Partial<NotifySettings>, secrets: { url?: string; token?: string }, text = message.text) {
  const delivery = { settings: { ...settings, ...changes }, id: "id1", message: { ...message, text } };
  const request = await webRequestOf(delivery, { url: secrets.url ?? null, token: secrets.token ?? null }, noon);
  return { ...request, body: JSON.parse(request.body) };
}

Deno.test("webRequestOf() asks ntfy at its root, with the topic within", async () => {
  const request = await asked({ kind: "ntfy" }, { url: "https://ntfy.example.org/shop", token: "tk_1" });
  assert.equal(request.url, "https://ntfy.example.org/");
  assert.deepEqual(request.body, {
    topic: "shop",
    title: message.title,
    message: message.text,
    priority: 3,
    tags: ["information_source"],
    sequence_id: "id1",
  });
  assert.equal(request.headers.Authorization, "Bearer tk_1");
  const below = await asked({ kind: "ntfy" }, { url: "https://u:p@example.org/ntfy/my%20shop" });
  assert.deepEqual([below.url, below.body.topic], ["https://u:p@example.org/ntfy/", "my shop"]);
  assert.equal(below.headers.Authorization, undefined);
});

Deno.test("webRequestOf() asks chats with text that is nothing but text", async () => {
  const slack = await asked({ kind: "slack" }, { url: "https://a.example/x" }, "<!channel> & <http://x|y>");
  assert.match(slack.body.text, /&lt;!channel&gt; &amp; &lt;http/);
  const discord = await asked({ kind: "discord" }, { url: "https://a.example/x" }, "@everyone");
  assert.deepEqual(discord.body.allowed_mentions, { parse: [] });
  const telegram = await asked({ kind: "telegram", chat: "-7" }, { token: "12:ab" });
  assert.equal(telegram.url, "https://api.telegram.org/bot12:ab/sendMessage");
  assert.deepEqual(telegram.body, {
    chat_id: "-7",
    text: `${message.title}\n${message.text}`,
    disable_notification: true,
  });
  const own = await asked({ kind: "telegram", chat: "-7" }, { token: "12:ab", url: "http://127.0.0.1:1/" });
  assert.equal(own.url, "http://127.0.0.1:1/bot12:ab/sendMessage");
});

Deno.test("webRequestOf() gives a webhook the notice as a document, under its id", async () => {
  const { url, headers, body } = await asked({ kind: "webhook" }, { url: "https://a.example/x?y=1" });
  assert.equal(url, "https://a.example/x?y=1");
  assert.deepEqual(body, {
    ...{ id: "id1", type: "agent_runner.notice", timestamp: "2026-11-21T12:00:00.000Z", project: "shop", host: "pi" },
    ...{ topic: "stopped", severity: "info", urgent: false, event: "serve_stopped" },
    ...{ title: message.title, text: message.text, notices: 1 },
  });
  assert.deepEqual([headers["webhook-id"], headers["webhook-timestamp"]], ["id1", String(noon / 1000)]);
  assert.equal(headers["webhook-signature"], undefined);
  const signed = await asked({ kind: "webhook" }, { url: "https://a.example/x", token: "secret" });
  assert.match(signed.headers["webhook-signature"] ?? "", /^v1,[A-Za-z0-9+/]{43}=$/);
});

Deno.test("webRequestOf() refuses a kind that is a program", async () => {
  await assert.rejects(() => asked({ kind: "desktop" }, {}), TypeError);
});

Deno.test("signatureOf() signs as the published example does", async () => {
  const signed = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: '{"test": 2432232314}' };
  const signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  assert.equal(await signatureOf(signed, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), signature);
  const plain = await signatureOf(signed, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  assert.notEqual(plain, signature);
  assert.equal(await signatureOf(signed, "whsec_not base64!"), await signatureOf(signed, "whsec_not base64!"));
});

function reply(status: number, body = "", headers: Readonly<Record<string, string>> = {}) {
  return { kind: "answered", status, body, headers: new Map(Object.entries(headers)) } as const;
}

for (
  const [status, kind, mayPass] of [
    [200, "sent", null],
    [204, "sent", null],
    [301, "failed", true],
    [304, "failed", true],
    [400, "failed", false],
    [401, "failed", true],
    [404, "failed", true],
    [413, "failed", false],
    [422, "failed", false],
    [429, "failed", true],
    [500, "failed", true],
    [503, "failed", true],
  ] as const
) {
  Deno.test(`judgeReply() takes status ${status} for ${kind}, ${mayPass === true ? "for now" : "for good"}`, () => {
    const judged = judgeReply(reply(status, "<b>no\nway</b>"), noon);
    assert.equal(judged.kind, kind);
    assert.equal(judged.kind === "failed" ? judged.mayPass : null, mayPass);
    if (judged.kind === "failed") assert.match(judged.reason, new RegExp(String(status)));
  });
}

Deno.test("retryAfterOf() reads seconds, dates, and what some say in JSON", () => {
  assert.equal(retryAfterOf(reply(429, "", { "retry-after": "30" }), noon), 30);
  assert.equal(retryAfterOf(reply(429, "", { "retry-after": "Sat, 21 Nov 2026 12:00:45 GMT" }), noon), 45);
  assert.equal(retryAfterOf(reply(429, "", { "retry-after": "Sat, 21 Nov 2020 12:00:45 GMT" }), noon), 0);
  assert.equal(retryAfterOf(reply(429, '{"ok":false,"parameters":{"retry_after": 12}}'), noon), 12);
  assert.equal(retryAfterOf(reply(429, '{"retry_after":0.65}'), noon), 0.65);
  assert.equal(retryAfterOf(reply(429, "later", { "retry-after": "soon" }), noon), null);
});
