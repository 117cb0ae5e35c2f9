// Guards the real HTTP server: the port it gets, faults as values, and that streams end with it.
import assert from "node:assert/strict";
import { denoHttp } from "../../../src/ports/deno/http.ts";
import { isHttpFault } from "../../../src/ports/http.ts";
import type { HttpServer } from "../../../src/ports/http.ts";

function open(answer: (request: Request) => Promise<Response>, port = 0): HttpServer {
  const server = denoHttp().serve({ address: "127.0.0.1", port }, answer);
  assert.ok(!isHttpFault(server), JSON.stringify(server));
  return server;
}

Deno.test("serve() tells the port it got, and answers there", async () => {
  const server = open((request) => Promise.resolve(new Response(new URL(request.url).pathname)));
  assert.ok(server.port > 0);
  assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/a`)).text(), "/a");
  await server.close();
});

Deno.test("serve() gives a fault for a port that is taken, and for an address that is not there", async () => {
  const server = open(() => Promise.resolve(new Response()));
  const again = denoHttp().serve({ address: "127.0.0.1", port: server.port }, () => Promise.resolve(new Response()));
  assert.ok(isHttpFault(again) && again.kind === "taken", JSON.stringify(again));
  const absent = denoHttp().serve({ address: "192.0.2.1", port: 0 }, () => Promise.resolve(new Response()));
  assert.ok(isHttpFault(absent) && absent.kind === "absent", JSON.stringify(absent));
  await server.close();
});

Deno.test("close() ends streams that nobody would end", async () => {
  const body = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array([1])) });
  const server = open(() => Promise.resolve(new Response(body())));
  const answer = await fetch(`http://127.0.0.1:${server.port}/`);
  const reader = answer.body!.getReader();
  await reader.read();
  await server.close();
  await assert.rejects(async () => {
    for (;;) if ((await reader.read()).done) throw new Error("over");
  });
});
