// Walks the way of a new user: an empty home, the binary copied in, no Deno and no Node; each answer read, each wait timed.
import assert from "node:assert/strict";
import { releaseObstacle } from "./release.ts";
import { ServiceStage } from "./service_stage.ts";
import { FarHost, sshdObstacle } from "./sshd.ts";
import { testWhere } from "./test_where.ts";
import { scopeObstacle } from "./user_manager.ts";
import { Walk } from "./walk.ts";

/** An agent CLI as it is installed by its maker. */
const claude = `#!/bin/sh
if [ "$1" = --version ]; then echo "2.1.329 (Claude Code)"; exit; fi
cat >/dev/null
echo '{"type":"system","subtype":"init","session_id":"s-1","model":"claude-test"}'
sleep 2
echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"duration_ms":5,"session_id":"s-1","total_cost_usd":0.01,"usage":{"input_tokens":1,"output_tokens":1},"result":"done"}'
`;

/** Much more than any of them takes on a busy machine: a person would have given up. */
const longestMs = 60_000;

testWhere(releaseObstacle ?? scopeObstacle ?? sshdObstacle)(
  "a new user comes from one file to a service whose page is seen from elsewhere",
  async () => {
    await using systemd = await ServiceStage.open();
    await using far = await FarHost.start();
    await using walk = new Walk(systemd.env, longestMs);
    walk.addTool("claude", claude);

    assert.equal((await walk.step("command -v deno node npx", 127)).stdout, "", "this user has none of them");
    walk.install();
    assert.match((await walk.step("agent-runner --version")).stdout, /^agent-runner \d+\.\d+\.\d+\n$/);
    assert.match((await walk.step("agent-runner status", 78)).stderr, /\n {2}fix: .*agent-runner init/);
    await walk.step("mkdir shop && cd shop && git init -q && git commit -q --allow-empty -m Begin", 128);
    await walk.step("git config --global user.name Ann && git config --global user.email ann@example.invalid");
    walk.enter("shop");
    await walk.step("git commit -q --allow-empty -m Begin");
    const init = await walk.step("agent-runner init --preset claude");
    assert.match(init.stdout, /agent-runner\.toml/);
    await walk.step("agent-runner config check");
    const pagePort = freePort();
    const installed = await walk.step(`agent-runner install --page ${pagePort}`);
    assert.match(installed.stdout, /agent-runner@shop\.service/);
    assert.ok(installed.stdout.includes(`http://localhost:${pagePort}/`), installed.stdout);
    const status = await walk.step("agent-runner status");
    assert.match(status.stdout, /active/);
    await walk.until("a round", () => walk.events().includes('"round_end"'));
    const peek = await walk.step("agent-runner peek");
    assert.match(peek.stdout, /supervisor/);

    const port = freePort();
    const tunnel = far.command("-N", "-L", `${port}:127.0.0.1:${pagePort}`).spawn();
    try {
      const seen = await walk.fetched(`http://127.0.0.1:${port}/`);
      assert.match(seen, /<title>[^<]*shop/);
    } finally {
      tunnel.kill();
      await tunnel.status;
    }
    const stop = await walk.step("agent-runner stop");
    assert.match(stop.stderr, /stopped/);
    await walk.step("agent-runner uninstall");
    assert.match((await walk.step("agent-runner status")).stdout, /now +stopped: it was asked to \(SIGTERM\)/);
    walk.keep();
  },
);

function freePort(): number {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  return port;
}
