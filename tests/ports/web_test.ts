// Guards web requests: ranges, broken and silent servers, and redirects that lead nowhere unsafe.
import assert from "node:assert/strict";
import { denoWeb } from "../../src/ports/deno/web.ts";
import { WebFault } from "../../src/ports/web.ts";
import type { WebAnswer } from "../../src/ports/web.ts";

const text = "0123456789";

function serve(answer: (request: Request, path: string) => Response | Promise<Response>) {
  const handler = (request: Request) => answer(request, new URL(request.url).pathname);
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen: () => {},
    onError: () => new Response("", { status: 500 }),
  }, handler);
  const base = `http://127.0.0.1:${server.addr.port}`;
  const get = (path: string, from = 0, silenceMs = 5000) =>
    denoWeb().get(path.startsWith("http") ? path : `${base}${path}`, { from, silenceMs });
  return { base, get, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function textOf(answer: WebAnswer): Promise<string> {
  assert.equal(answer.kind, "found", JSON.stringify(answer));
  if (answer.kind !== "found") return "";
  const decoder = new TextDecoder();
  let read = "";
  for (let piece = await answer.read(); piece !== null; piece = await answer.read()) read += decoder.decode(piece);
  answer.close();
  return read;
}

Deno.test("get() reads a file, or the rest of it, and says from where", async () => {
  await using server = serve((request, path) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.get("range") ?? "")?.[1] ?? -1);
    if (path === "/plain" || from < 0) return new Response(text, { headers: { "content-length": "10" } });
    if (from >= 10) return new Response(null, { status: 416 });
    const headers = { "content-range": `bytes ${from}-9/10`, "content-length": String(10 - from) };
    return new Response(text.slice(from), { status: 206, headers });
  });
  const whole = await server.get("/file");
  assert.ok(whole.kind === "found" && whole.offset === 0 && whole.totalBytes === 10);
  assert.equal(await textOf(whole), text);
  const rest = await server.get("/file", 4);
  assert.ok(rest.kind === "found" && rest.offset === 4 && rest.totalBytes === 10);
  assert.equal(await textOf(rest), "456789");
  const ignoring = await server.get("/plain", 4);
  assert.ok(ignoring.kind === "found" && ignoring.offset === 0);
  assert.equal(await textOf(ignoring), text);
  assert.deepEqual(await server.get("/file", 10), { kind: "absent" });
});

Deno.test("get() tells what is not there from what may pass", async () => {
  await using server = serve((_, path) => new Response("x", { status: Number(path.slice(1)) }));
  for (const status of [404, 410]) assert.deepEqual(await server.get(`/${status}`), { kind: "absent" });
  for (const [status, mayPass] of [[403, false], [500, true], [503, true]] as const) {
    const reason = `the server answers with status ${status}`;
    assert.deepEqual(await server.get(`/${status}`), { kind: "failed", reason, mayPass });
  }
  const gone = serve(() => new Response(""));
  await gone[Symbol.asyncDispose]();
  const nobody = await server.get(`${gone.base.replace("//", "//me:secret@")}/x`);
  assert.ok(nobody.kind === "failed" && nobody.mayPass);
  assert.match(nobody.reason, /connect/i);
  assert.ok(!nobody.reason.includes("secret"));
});

Deno.test("get() is sent nowhere without https, here or elsewhere", async () => {
  await using other = serve(() => new Response("other"));
  await using server = serve((_, path) => {
    const to = {
      "/near": "/file",
      "/away": `${other.base}/x`,
      "/round": "/round",
      "/odd": "http://",
      "/disk": "file:///etc/passwd",
    }[path];
    return to === undefined ? new Response(text) : new Response(null, { status: 302, headers: { location: to } });
  });
  assert.equal(await textOf(await server.get("/file")), text);
  for (const path of ["/near", "/away", "/round", "/odd", "/disk"]) {
    const answer = await server.get(path);
    assert.ok(answer.kind === "failed" && !answer.mayPass, `${path}: ${JSON.stringify(answer)}`);
    assert.ok(!answer.reason.includes("://"), answer.reason);
  }
});

Deno.test("get() gives up a server that falls silent, before it answers and in the middle of a file", async () => {
  const hung: ((response: Response) => void)[] = [];
  const halves: ReadableStreamDefaultController<Uint8Array>[] = [];
  await using server = serve((_, path) => {
    if (path === "/hang") return new Promise((resolve) => void hung.push(resolve));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        halves.push(controller);
        controller.enqueue(new TextEncoder().encode("01234"));
      },
    });
    return new Response(body, { headers: { "content-length": "10" } });
  });
  const silent = await server.get("/hang", 0, 1000);
  assert.ok(silent.kind === "failed" && silent.mayPass);
  assert.match(silent.reason, /too slow|timed out/i);
  const half = await server.get("/half", 0, 1000);
  assert.ok(half.kind === "found");
  assert.equal((await half.read())?.length, 5);
  await assert.rejects(
    half.read(),
    (thrown) => thrown instanceof WebFault && /too slow|timed out/i.test(thrown.message),
  );
  half.close();
  for (const answer of hung) answer(new Response("late"));
});

Deno.test("get() does not wait for ever for a server that drips on", async () => {
  await using server = serve(() => {
    let timer: ReturnType<typeof setInterval>;
    const drops = new ReadableStream<Uint8Array>({
      start(controller) {
        timer = setInterval(() => controller.enqueue(new Uint8Array([46])), 50);
      },
      cancel: () => clearInterval(timer),
    });
    return new Response(drops, { headers: { "content-length": "1000000" } });
  });
  const answer = await denoWeb({ longestSeconds: 1 }).get(`${server.base}/`, { from: 0, silenceMs: 30_000 });
  await assert.rejects(textOf(answer), WebFault);
});
