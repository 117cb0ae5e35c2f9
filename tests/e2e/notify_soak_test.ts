// Proves over many notices that none is lost or doubled and rounds go on, while the server dies, stalls and returns.
import assert from "node:assert/strict";
import { NoticeServer } from "./notify_server.ts";
import { Project } from "./project.ts";

const notices = 120;

const later = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

Deno.test("a busy loop with a server that dies, stalls, errs and returns loses no notice, and goes on", async () => {
  await using server = new NoticeServer();
  const toml = `[notify.hook]\nkind = "webhook"\nurl = "${server.url}/hook"\ntopics = ["alert"]\nmax_per_hour = 1000\n`;
  await using project = await Project.make({ mode: "clean", toml });
  let serve = project.start("serve");
  await project.untilKind("round_start");
  let written = 0;
  const write = async (count: number) => {
    for (let n = 0; n < count; n++, written++) {
      const now = new Date().toISOString();
      const alert = { detector: `of_test_${written}`, severity: "critical", message: `number ${written}.` };
      const line = JSON.stringify({ ts: now, event: "monitor_alert_emitted", state: "raised", ...alert });
      Deno.writeTextFileSync(`${project.logs}/events-${now.slice(0, 7)}.jsonl`, `${line}\n`, { append: true });
      await later(20);
    }
  };
  const share = notices / 6;
  await write(share);
  server.answer = () => new Response("broken", { status: 500 });
  await write(share);
  server.answer = () => new Response("slow down", { status: 429, headers: { "Retry-After": "1" } });
  await write(share);
  const stalled = Promise.withResolvers<Response>();
  server.answer = () => stalled.promise.then((answer) => answer.clone());
  await write(share);
  stalled.resolve(new Response("too late", { status: 503 }));
  await server.close();
  await write(share);
  serve.kill();
  await serve.settled();
  serve = project.start("serve");
  await project.untilKind("serve_started", 2);
  await write(share);
  server.answer = () => new Response("ok");
  server.open();
  await project.until("all notices", () => server.got.length >= notices, 150_000);
  const rounds = project.ofKind("round_end").length;
  await project.untilKind("round_end", rounds + 2);
  serve.signal("SIGTERM");
  assert.equal((await serve.ended()).code, 0);
  const numbers = server.fields("text").map((text) => Number(/number (\d+)\./.exec(String(text))?.[1]));
  assert.deepEqual(numbers.sort((a, b) => a - b), Array.from({ length: notices }, (_, n) => n));
  assert.deepEqual(project.ofKind("notify_dropped"), []);
  assert.deepEqual(project.ofKind("notify_failed").filter((failed) => failed.is_given_up === true), []);
  assert.deepEqual([...new Set(project.ofKind("round_verdict").map(({ verdict }) => verdict))], ["ok"]);
});
