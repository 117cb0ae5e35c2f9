// Guards on which addresses the page is found.
import assert from "node:assert/strict";
import { listenAt } from "../../src/page/listen.ts";
import type { Listening } from "../../src/page/listen.ts";
import { isHttpFault } from "../../src/ports/http.ts";
import { FakeHttp } from "../fakes/fake_http.ts";

const answer = () => Promise.resolve(new Response());

function urlsOf(outcome: ReturnType<typeof listenAt>): readonly string[] {
  assert.ok(!isHttpFault(outcome));
  return (outcome as Listening).urls;
}

Deno.test("listenAt() takes one port on both addresses of loopback", async () => {
  const http = new FakeHttp();
  const listening = listenAt(http, { address: null, port: 8765 }, answer) as Listening;
  assert.deepEqual(listening.urls, ["http://127.0.0.1:8765/", "http://[::1]:8765/"]);
  await listening.close();
  assert.equal(http.servers.size, 0);
});

Deno.test("listenAt() makes do with the address there is", () => {
  const http = new FakeHttp();
  http.faults.set("::1", "absent");
  assert.deepEqual(urlsOf(listenAt(http, { address: null, port: 1 }, answer)), ["http://127.0.0.1:1/"]);
  const other = new FakeHttp();
  other.faults.set("127.0.0.1", "absent");
  assert.deepEqual(urlsOf(listenAt(other, { address: null, port: 1 }, answer)), ["http://[::1]:1/"]);
});

Deno.test("listenAt() says so when the port is taken on either, and keeps neither", () => {
  for (const address of ["127.0.0.1", "::1"]) {
    const http = new FakeHttp();
    http.faults.set(`${address}:8765`, "taken");
    const outcome = listenAt(http, { address: null, port: 8765 }, answer);
    assert.ok(isHttpFault(outcome) && outcome.kind === "taken", address);
    assert.equal(http.servers.size, 0, address);
  }
});

Deno.test("listenAt() looks for a port that is free on both when any will do", () => {
  const http = new FakeHttp();
  http.faults.set("::1:40000", "taken");
  assert.deepEqual(urlsOf(listenAt(http, { address: null, port: 0 }, answer)), [
    "http://127.0.0.1:40001/",
    "http://[::1]:40001/",
  ]);
});

Deno.test("listenAt() takes one address alone when it is named", () => {
  const http = new FakeHttp();
  assert.deepEqual(urlsOf(listenAt(http, { address: "0.0.0.0", port: 5 }, answer)), ["http://0.0.0.0:5/"]);
  assert.deepEqual([...http.servers.keys()], ["0.0.0.0:5"]);
});
