// Runs the commands of docs/migrating.md on a project as the predecessor leaves it behind.
import assert from "node:assert/strict";
import { readText } from "../../scripts/tree.ts";
import { configReference } from "../../src/config/reference.ts";
import { removedKeys } from "../../src/config/schema.ts";
import { missingLine, readBlocks } from "./document.ts";
import { make, runIn } from "./runbook_scenes.ts";

const page = readText("docs/migrating.md") ?? "";

const toml = `[agent]
command = ["sh", "-c", "cat >/dev/null; echo done"]
prompt_arg_template = ["-p"]
prompt_delivery = "stdin"
name = "old"

[runtime]
work_dir = "."
log_dir = "~/.agent-runner/{project}/logs"
round_timeout_s = 1800
restart_delay_s = 3
max_grace_after_result_s = 30
rate_limit_action = "back_off"
narrative_file = "./narrative.md"
substrate_fingerprint_paths = ["docs/**"]
fresh_eyes_every_n = 5

[prompt]
file = "./prompts/main.md"
context_injection_mode = "prepend"

[vcs]
dirty_action = "stash"
stash_idempotency_s = 5

[monitor]
auth_fail_hint = "Log in"
auto_stop_on = ["oauth_fail"]
supervisor_stale_threshold_s = 3600

[monitor.host_health]
disk_warning_pct = 90.0
disk_critical_pct = 95.0

[phases]
list = ["dev", "review"]

[phases.review]
round_timeout_s = 900

[plugins]
disable = ["gemini_error_detector"]
chat = { room = 5 }
`;

const events = `{"ts": "2026-11-20T09:59:47.000Z", "event": "round_start", "round_num": 41, "phase": "dev"}
{"ts": "2026-11-20T09:59:47.010Z", "event": "agent_spawn", "round_num": 41, "timeout_s": 1800}
{"ts": "2026-11-20T10:00:00.000Z", "event": "agent_exit", "round_num": 41, "exit_code": 0, "duration_s": 12.5, \
"timed_out": false, "exit_cause": "clean"}
{"ts": "2026-11-20T10:00:00.100Z", "event": "round_end", "round_num": 41}
`;

const status = {
  round_num: 41,
  running: false,
  last_completed_at: "2026-11-20T10:00:00.000Z",
  last_exit_code: 0,
  last_duration_s: 12.5,
  current_phase: "dev",
  phase_index: 0,
};

Deno.test("the commands of docs/migrating.md do what the page says on a project of the predecessor", async () => {
  await using project = await make({});
  await Deno.mkdir(`${project.logs}/rounds`, { recursive: true });
  const files = {
    [`${project.work}/agent-runner.toml`]: toml,
    [`${project.logs}/events-2026-11.jsonl`]: events,
    [`${project.logs}/status.json`]: JSON.stringify(status),
    [`${project.logs}/rounds/R41-20261120T095947.log`]: "done\n",
  };
  for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(path, text, { mode: 0o644 });
  await project.git("commit", "-qam", "old");
  const blocks = readBlocks(page);
  assert.ok(blocks.length >= 3, "the page has lost its commands");
  for (const block of blocks) {
    const { code, stdout, stderr } = await runIn(project, block.commands);
    const output = `${stdout}${stderr}`;
    const shown = `line ${block.line}: ${block.commands}\n${output}`;
    assert.equal(code, block.exitCode, shown);
    assert.equal(block.shown === null ? null : missingLine(block.shown, output), null, shown);
    for (const wanted of block.wanted) assert.ok(output.includes(wanted), shown);
  }
  const mode = (await Deno.stat(`${project.logs}/events-2026-11.jsonl`)).mode ?? 0;
  assert.equal(mode & 0o777, 0o600);
  assert.equal(project.ofKind("round_start").at(-1)?.round_num, 42);
  assert.equal(project.ofKind("round_start").at(-1)?.phase, "review");
});

Deno.test("docs/migrating.md has every key of the predecessor, and no other", () => {
  const start = page.indexOf("<!-- gen:older-keys -->");
  const region = page.slice(start, page.indexOf("<!-- /gen:older-keys -->"));
  const keys = [...region.matchAll(/^\| `\[([^\]]+)\] ([a-z_]+)`/gm)].map((found) => `${found[1]}.${found[2]}`);
  const known = configReference().filter((row) => row.since === "reference" && !row.table.startsWith("["));
  const wanted = [...known.map((row) => `${row.table}.${row.key}`), ...Object.keys(removedKeys)];
  assert.deepEqual(keys, wanted);
  assert.ok(region.includes("`rate_limit_action` is understood, too"));
});
