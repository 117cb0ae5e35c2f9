// Posts through the real curl to servers that take, refuse, hang, drip, babble and send elsewhere.
import assert from "node:assert/strict";
import type { NotifySettings } from "../../src/config/schema.ts";
import { deliver } from "../../src/notify/deliver.ts";
import type { Delivered } from "../../src/notify/delivery.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { NoticeServer } from "../e2e/notify_server.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { fakeHost, message, settings } from "./sample.ts";

const ports = {
  clock: new FakeClock(),
  files: memoryFiles({ "/token": "tk_secret\n" }),
  host: fakeHost(),
  processes: denoProcesses(),
};

async function send(url: string, changes: Partial<NotifySettings> = {}, stop?: AbortSignal): Promise<Delivered> {
  const one = { sink: "s", settings: { ...settings, url, ...changes }, id: "id1", message, workDir: "/" };
  return await deliver({ ...one, ...(stop === undefined ? {} : { stop }) }, ports);
}

/** A server of bytes: `serve` gets each connection once its request has begun to come. */
async function withBytes(serve: (connection: Deno.Conn) => Promise<void>, use: (url: string) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const served = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      void connection.read(new Uint8Array(4096)).then(() => serve(connection)).catch(() => {});
    }
  })();
  try {
    await use(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/x`);
  } finally {
    listener.close();
    for (const connection of connections) {
      try {
        connection.close();
      } catch {
        // The test has closed it.
      }
    }
    await served.catch(() => {});
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("deliver() posts JSON once, whatever letters are in it", async () => {
  await using server = new NoticeServer();
  const text = 'quotes " and \\ and\nlines, @file, 商店 🎉 %7B {a,b} [1-3]';
  const one = { sink: "s", settings: { ...settings, url: `${server.url}/a?b=[c]` }, id: "id1", workDir: "/" };
  assert.deepEqual(await deliver({ ...one, message: { ...message, text } }, ports), { kind: "sent" });
  assert.deepEqual(server.fields("text"), [text]);
  const { headers, path } = server.got[0]!;
  assert.equal(path, "/a");
  assert.deepEqual([headers.get("webhook-id"), headers.get("content-type")], [
    "id1",
    "application/json; charset=utf-8",
  ]);
});

Deno.test("deliver() signs with the key of a file, and never sends the key", async () => {
  await using server = new NoticeServer();
  assert.equal((await send(server.url, { tokenFile: "/token" })).kind, "sent");
  const { headers, body } = server.got[0]!;
  const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes("tk_secret"), algorithm, false, ["verify"]);
  const [version, sum = ""] = (headers.get("webhook-signature") ?? "").split(",");
  assert.equal(version, "v1");
  const signature = Uint8Array.from(atob(sum), (character) => character.charCodeAt(0));
  assert.ok(await crypto.subtle.verify(algorithm, key, signature, bytes(signed)));
  assert.ok(![...headers.values(), body].some((text) => text.includes("tk_secret")));
});

Deno.test("deliver() brings a message to ntfy, Telegram and a chat of the same form", async () => {
  await using server = new NoticeServer();
  const kinds = [
    [`${server.url}/shop`, { kind: "ntfy", tokenFile: "/token" }],
    [server.url, { kind: "telegram", tokenFile: "/token", chat: "7" }],
    [`${server.url}/T/B/x`, { kind: "slack" }],
    [`${server.url}/api/webhooks/1/x`, { kind: "discord" }],
  ] as const;
  for (const [url, changes] of kinds) assert.equal((await send(url, changes)).kind, "sent");
  assert.deepEqual(server.got.map(({ path }) => path), [
    "/",
    "/bottk_secret/sendMessage",
    "/T/B/x",
    "/api/webhooks/1/x",
  ]);
  assert.equal(server.got[0]?.headers.get("authorization"), "Bearer tk_secret");
});

for (
  const [name, answer, mayPass, retryAfter, words] of [
    ["429", new Response("slow", { status: 429, headers: { "Retry-After": "7" } }), true, 7, /429: slow/],
    ["500", new Response("oops", { status: 500 }), true, null, /status 500: oops/],
    [
      "503 with a date",
      new Response("", { status: 503, headers: { "Retry-After": "Fri, 01 Jan 1999 00:00:00 GMT" } }),
      true,
      0,
      /503/,
    ],
    ["401", new Response("who?", { status: 401 }), true, null, /address or token \(status 401\)/],
    ["400", new Response("bad", { status: 400 }), false, null, /refuses the message \(status 400\): bad/],
  ] as const
) {
  Deno.test(`deliver() tells ${name} for what it is`, async () => {
    await using server = new NoticeServer();
    server.answer = () => answer.clone();
    const delivered = await send(server.url);
    assert.ok(delivered.kind === "failed");
    assert.deepEqual([delivered.mayPass, delivered.retryAfterSeconds], [mayPass, retryAfter]);
    assert.match(delivered.reason, words);
  });
}

Deno.test("deliver() follows no redirect, for its token is meant for one server", async () => {
  await using target = new NoticeServer();
  await using server = new NoticeServer();
  server.answer = () => new Response(null, { status: 307, headers: { Location: `${target.url}/stolen` } });
  const delivered = await send(`${server.url}/shop`, { kind: "ntfy", tokenFile: "/token" });
  assert.match(delivered.kind === "failed" ? delivered.reason : "", /sends elsewhere \(status 307\)/);
  assert.deepEqual(target.got, []);
});

Deno.test("deliver() says that nobody listens, without the address", async () => {
  const server = new NoticeServer();
  const { url } = server;
  await server.close();
  const delivered = await send(`${url}/secret-path`);
  assert.ok(delivered.kind === "failed" && delivered.mayPass);
  assert.doesNotMatch(delivered.reason, /secret-path/);
  assert.match(delivered.reason, /connect/i);
});

Deno.test("deliver() gives up on a server that hangs when its time is over", async () => {
  await withBytes(() => new Promise(() => {}), async (url) => {
    const delivered = await send(url, { timeoutSeconds: 1 });
    assert.equal(delivered.kind === "failed" && delivered.reason, "no answer within 1 s");
  });
});

Deno.test("deliver() ends at once when it is stopped", async () => {
  const stop = new AbortController();
  await withBytes(() => Promise.resolve(stop.abort()).then(() => new Promise(() => {})), async (url) => {
    const delivered = await send(url, { timeoutSeconds: 100 }, stop.signal);
    assert.equal(delivered.kind, "failed");
  });
});

Deno.test("deliver() takes a message for delivered once its server has said so, however slow the rest comes", async () => {
  const drip = async (connection: Deno.Conn) => {
    await connection.write(bytes("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"));
    for (;;) {
      await connection.write(bytes("."));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await withBytes(drip, async (url) => assert.equal((await send(url, { timeoutSeconds: 1 })).kind, "sent"));
});

Deno.test("deliver() is not drowned by an endless answer, nor fooled by one that is no HTTP", async () => {
  const flood = async (connection: Deno.Conn) => {
    await connection.write(bytes("HTTP/1.1 500 Oops\r\n\r\n"));
    for (;;) await connection.write(new Uint8Array(65_536));
  };
  await withBytes(flood, async (url) => {
    const delivered = await send(url, { timeoutSeconds: 5 });
    assert.match(delivered.kind === "failed" ? delivered.reason : "", /status 500/);
  });
  const babble = async (connection: Deno.Conn) => {
    await connection.write(bytes("220 mail.example.org ESMTP\r\n\r\n"));
    connection.close();
  };
  await withBytes(babble, async (url) => {
    const delivered = await send(url, { timeoutSeconds: 2 });
    assert.ok(delivered.kind === "failed" && delivered.mayPass);
  });
});

Deno.test("deliver() shows neither address nor token in the list of processes", async () => {
  const seen: string[] = [];
  const watching = { ...ports, processes: { ...ports.processes, run: spy } };
  await using server = new NoticeServer();
  async function spy(spec: Parameters<typeof ports.processes.run>[0]) {
    seen.push(spec.argv.join(" "));
    return await ports.processes.run(spec);
  }
  const changes = { kind: "telegram", tokenFile: "/token", chat: "7", url: server.url } as const;
  const one = { sink: "s", settings: { ...settings, ...changes }, id: "id1", message, workDir: "/" };
  assert.equal((await deliver(one, watching)).kind, "sent");
  assert.equal(seen.length, 1);
  assert.doesNotMatch(seen[0]!, /tk_secret|127\.0\.0\.1|loop has ended/);
});
