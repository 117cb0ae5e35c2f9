// Guards the token: nothing is shown without it, and a browser is given something else instead.
import assert from "node:assert/strict";
import { routes } from "../../src/page/routes.ts";
import { PageStage } from "./page_stage.ts";

const token = "0123456789abcdef0123456789abcdef";

async function stageWithToken(): Promise<PageStage> {
  const stage = await PageStage.open({ door: { token } });
  stage.bring(stage.round(1));
  return stage;
}

Deno.test("without the token nothing of the project is shown", async () => {
  using stage = await stageWithToken();
  const open = ["/livez", "/readyz", "/healthz", "/page.css"];
  for (
    const path of routes.map((route) => route.path.replace("{number}", "1")).filter((path) => !open.includes(path))
  ) {
    for (
      const headers of [
        {},
        { authorization: "Bearer x" },
        { authorization: `Basic ${token}` },
        { authorization: `Bearer ${token}x` },
        { cookie: `agent_runner=${token}` },
      ]
    ) {
      const answer = await stage.ask(path, { headers: headers as Record<string, string> });
      assert.equal(answer.status, 401, path);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
      assert.doesNotMatch(await answer.text(), /shop|round/, path);
    }
  }
  assert.equal((await stage.ask("/?token=wrong")).status, 401);
  for (const path of open) assert.equal((await stage.ask(path)).status, 200, path);
  assert.doesNotMatch(await stage.text("/readyz"), /shop/);
});

Deno.test("with the token everything is shown to a program", async () => {
  using stage = await stageWithToken();
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await stage.ask("/api/state", { headers })).status, 200);
});

Deno.test("a browser trades the token for a cookie, and the address is clean again", async () => {
  using stage = await stageWithToken();
  const door = await stage.ask("/");
  assert.match(await door.text(), /<input id="token" name="token" type="password"/);
  const answer = await stage.ask(`/?project=shop&token=${token}`);
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/?project=shop"]);
  const cookie = answer.headers.get("set-cookie")!;
  assert.match(cookie, /; HttpOnly; SameSite=Strict$/);
  assert.doesNotMatch(cookie, new RegExp(token));
  const [pair] = cookie.split(";");
  assert.equal((await stage.ask("/", { headers: { cookie: `other=1; ${pair}` } })).status, 200);
  assert.equal((await stage.ask("/", { headers: { cookie: `${pair}0` } })).status, 401);
  const elsewhere = await stage.ask(`//evil.example/?token=${token}`);
  assert.doesNotMatch(elsewhere.headers.get("location") ?? "", /^\/\//, "it leads nowhere else");
});
