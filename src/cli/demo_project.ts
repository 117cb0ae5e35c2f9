// The throw-away project of the demo: a git work tree, a configuration, and a scripted agent in place of a real one.
import { OperatorError } from "../core/errors.ts";
import { joinPath } from "../core/path.ts";
import type { World } from "./world.ts";

/** Plays Claude Code's part, one scene per round. */
const agentScript = `#!/bin/sh
# Plays a coding agent: one scene per round.
say() { printf '{"type":"assistant","message":{"model":"demo-model","content":[{"type":"text","text":"%s"}]},"session_id":"demo-%s"}\\n' "$1" "$AGENT_RUNNER_ROUND_NUM"; }
result() { printf '{"type":"result","subtype":"success","is_error":false,"duration_ms":900,"num_turns":1,"session_id":"demo-%s","total_cost_usd":%s,"usage":{"input_tokens":1200,"output_tokens":345,"cache_read_input_tokens":0,"cache_creation_input_tokens":0},"result":"done"}\\n' "$AGENT_RUNNER_ROUND_NUM" "$1"; }
printf '{"type":"system","subtype":"init","session_id":"demo-%s","model":"demo-model","claude_code_version":"demo"}\\n' "$AGENT_RUNNER_ROUND_NUM"
cat >/dev/null
case "$AGENT_RUNNER_ROUND_NUM" in
1)
  say "I write a feature and commit it."
  sleep 1
  echo "a feature" >feature.txt
  git add feature.txt && git commit -q -m "feat: a feature"
  result 0.04
  ;;
2)
  say "I write half of something and forget to commit it."
  sleep 1
  echo "half of a thought" >half-done.txt
  result 0.02
  ;;
3)
  resets=$(($(date +%s) + 3))
  printf '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","rateLimitType":"five_hour","resetsAt":%s},"session_id":"demo-3"}\\n' "$resets"
  printf '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"api_error":"usage_limit_reached","session_id":"demo-3","result":"You have hit your 5-hour limit"}\\n'
  exit 1
  ;;
*)
  say "I start a tool that never returns, and I ignore every request to end."
  trap '' TERM INT HUP
  (trap '' TERM; sleep 600) &
  (trap '' TERM; sleep 600) &
  while :; do sleep 600; done
  ;;
esac
`;

const promptText = `# Demo task

You are the agent of a demonstration. A scripted stand-in reads this prompt instead of you, so what it says does not
matter; it is here because a real project has one. A real prompt says what the project is, what is to be done next, how
to check that it is right, and that work is to be committed before the round ends. The block above this text tells the
agent which round it is in, what happened in the one before, and where work that was left behind has been kept, so that
every round can go on where the last one ended.
`;

/** A project in a folder of its own; `remove` takes everything away again. */
export interface DemoProject {
  readonly folder: string;
  readonly configPath: string;
  remove(): void;
}

export async function makeDemoProject(world: World): Promise<DemoProject> {
  const { files } = world;
  const parent = world.host.environment().TMPDIR || "/tmp";
  const folder = joinPath(parent, `agent-runner-demo-${crypto.randomUUID().slice(0, 8)}`);
  const work = joinPath(folder, "project");
  files.makeDir(joinPath(work, "prompts"));
  const remove = () => void files.remove(folder, { isRecursive: true });
  try {
    files.writeAtomic(joinPath(folder, "agent.sh"), agentScript);
    files.chmod(joinPath(folder, "agent.sh"), 0o700);
    files.writeAtomic(joinPath(work, "prompts/main.md"), promptText);
    files.writeAtomic(joinPath(work, "agent-runner.toml"), configText(folder));
    await git(work, ["init", "-q"], world);
    await git(work, ["config", "user.name", "agent-runner demo"], world);
    await git(work, ["config", "user.email", "demo@example.invalid"], world);
    await git(work, ["config", "commit.gpgsign", "false"], world);
    await git(work, ["add", "-A"], world);
    await git(work, ["commit", "-q", "--no-verify", "-m", "chore: a project for the demo"], world);
  } catch (thrown) {
    remove();
    throw thrown;
  }
  return { folder, configPath: joinPath(work, "agent-runner.toml"), remove };
}

function configText(folder: string): string {
  return [
    "[agent]",
    `command = [${JSON.stringify(joinPath(folder, "agent.sh"))}]`,
    "prompt_arg_template = []",
    'prompt_delivery = "stdin"',
    'reader = "claude"',
    'name = "demo"',
    "",
    "[runtime]",
    'work_dir = "."',
    `log_dir = ${JSON.stringify(joinPath(folder, "logs"))}`,
    "round_timeout_s = 3",
    "stop_grace_s = 1",
    "restart_delay_s = 1",
    "max_rounds = 4",
    "",
    "[prompt]",
    'file = "prompts/main.md"',
    "",
  ].join("\n");
}

async function git(workDir: string, args: readonly string[], world: World): Promise<void> {
  const outcome = await world.processes.run({
    argv: ["git", ...args],
    workDir,
    timeoutMs: 20_000,
    unset: ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"],
  });
  if (outcome.kind === "exited" && outcome.code === 0) return;
  const reason = outcome.kind === "absent"
    ? outcome.reason
    : outcome.kind === "timed_out"
    ? "it took longer than 20 s"
    : new TextDecoder().decode(outcome.stderr).trim();
  throw new OperatorError(`'git ${args[0]}' failed for the demo: ${reason}`, {
    fix: "Install git, or mend its configuration, and try again",
  });
}
