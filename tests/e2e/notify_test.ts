// Proves that what happens reaches a person's sink once each, whatever dies on the way, and that the loop never waits for it.
import assert from "node:assert/strict";
import { NoticeServer } from "./notify_server.ts";
import { Project } from "./project.ts";

function webhook(server: NoticeServer, lines = ""): string {
  return `[notify.hook]\nkind = "webhook"\nurl = "${server.url}/hook"\n${lines}\n`;
}

Deno.test("serve tells a webhook of its end, with what changed and what comes next", async () => {
  await using server = new NoticeServer();
  await using project = await Project.make({ plan: ["commit", "billing"], toml: webhook(server) });
  const { code, stdout } = await project.run(["serve"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(server.fields("topic"), ["human"], stdout);
  const [notice] = server.got.map(({ body }) => JSON.parse(body));
  assert.equal(notice.title, "[proj] A person is needed");
  assert.match(notice.text, /^Last change: round 2 \(billing\): nothing changed; before that round 1: 1 commit, /m);
  assert.match(notice.text, /^Blocked by: the account's credit$/m);
  assert.match(notice.text, /^Next: nothing, until somebody starts it again$/m);
  assert.equal(notice.id, server.got[0]?.headers.get("webhook-id"));
  const [sent] = project.ofKind("notify_sent");
  assert.deepEqual([sent?.sink, sent?.id, sent?.topic, sent?.attempts], ["hook", notice.id, "human", 1]);
});
