// Runs the commands of docs/quickstart.md in a fresh home folder, so that the page cannot go out of date.
import assert from "node:assert/strict";
import { runFlags } from "../../scripts/permissions.ts";
import { runProgram } from "../../scripts/toolchain.ts";
import { readText, root } from "../../scripts/tree.ts";
import { shellQuote } from "../../src/core/text.ts";
import { readBlocks } from "./document.ts";

/** Stands in for the agent: does a bit of work, commits it and says so the way Claude Code does. */
const agent = `#!/bin/sh
cat >/dev/null
echo "round $AGENT_RUNNER_ROUND_NUM" >>notes.txt
git add notes.txt && git commit -q -m "Round $AGENT_RUNNER_ROUND_NUM"
printf '%s\\n' '{"type":"system","subtype":"init","session_id":"s1","model":"claude-test","tools":[]}'
printf '%s\\n' '{"type":"assistant","message":{"model":"claude-test","content":[{"type":"text","text":"Done."}]}}'
printf '%s\\n' '{"type":"result","subtype":"success","is_error":false,"duration_ms":20,"num_turns":1,"result":"Done.",\
"session_id":"s1","total_cost_usd":0.01,"usage":{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":0,\
"cache_creation_input_tokens":0}}'
`;

function runner(): readonly string[] {
  const binary = Deno.env.get("AGENT_RUNNER_BIN");
  return binary ? [binary] : [Deno.execPath(), "run", ...runFlags(), `${root}/main.ts`];
}

async function makeHome(): Promise<string> {
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "quickstart-" }));
  await Deno.mkdir(`${home}/bin`);
  const programs = {
    "agent-runner": `#!/bin/sh\nexec ${runner().map(shellQuote).join(" ")} "$@"\n`,
    claude: agent,
  };
  for (const [name, text] of Object.entries(programs)) {
    await Deno.writeTextFile(`${home}/bin/${name}`, text, { mode: 0o755 });
  }
  await Deno.writeTextFile(`${home}/.gitconfig`, "[user]\nname = Quick Start\nemail = quick@example.org\n");
  return home;
}

Deno.test("the commands of docs/quickstart.md do what the page says", async () => {
  const blocks = readBlocks(readText("docs/quickstart.md") ?? "");
  assert.ok(blocks.length >= 4, "the page has lost its commands");
  const home = await makeHome();
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const env = { HOME: home, PATH: `${home}/bin:${Deno.env.get("PATH")}`, DENO_DIR: cache };
  try {
    for (const block of blocks) {
      const place = `cd "$(cat ${home}/.place 2>/dev/null || echo ${home})"`;
      const script = `${place}\ntrap 'pwd >${home}/.place' EXIT\nset -e\n${block.commands}`;
      const outcome = await runProgram(["bash", "-c", script], { cwd: home, env, limitSeconds: 60 });
      const shown = `line ${block.line}: ${block.commands}\n${outcome.stdout}${outcome.stderr}`;
      assert.equal(outcome.code, block.exitCode, shown);
      for (const text of block.wanted) {
        assert.ok(`${outcome.stdout}${outcome.stderr}`.includes(text), `${text}\n${shown}`);
      }
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
