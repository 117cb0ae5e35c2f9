// Starts the agent of a round: puts its prompt and its command line together, and records what came of it.
import { FileFault } from "../ports/files.ts";
import { spellDuration } from "../core/text.ts";
import type { RoundPlan } from "../core/round.ts";
import { standingFields } from "../vcs/progress.ts";
import type { Standing } from "../vcs/progress.ts";
import { linkCurrent } from "../store/round_log.ts";
import { launch } from "./launch.ts";
import type { LaunchOutcome } from "./launch.ts";
import type { RoundPaths } from "./plan.ts";
import { assemblePrompt } from "./prompt.ts";
import { commandFor } from "./session.ts";
import type { SessionChoice } from "./session.ts";
import type { RoundTools } from "./tools.ts";

/** Starts it, and says where its log is. */
export function start(
  plan: RoundPlan,
  facts: {
    readonly paths: RoundPaths;
    readonly injected: Record<string, unknown> | null;
    /** What hooks put after the prompt. */
    readonly addenda: readonly string[];
    /** What the operator puts after all that; null: nothing. */
    readonly words: string | null;
    readonly agentFile: string;
    readonly session: SessionChoice;
    readonly scopeWords: readonly string[] | null;
    readonly standing: Standing;
  },
  tools: RoundTools,
): LaunchOutcome {
  const { config, files, sink, book } = tools;
  const command = commandFor(facts.session, { agent: tools.agent, settings: config.agent });
  const prompt = plan.delivery === "none" ? { kind: "ok" as const, text: "" } : assemblePrompt({
    files: plan.promptFiles,
    separator: config.prompt.concatSeparator,
    stripFrontMatter: config.prompt.stripYamlFrontmatter,
    context: facts.injected,
  }, files);
  const { addenda, words } = facts;
  const joined = (more: readonly string[]) =>
    prompt.kind === "ok" ? [prompt.text, ...addenda, ...more].join(config.prompt.concatSeparator) : "";
  const started: LaunchOutcome = prompt.kind === "ok"
    ? launch({
      plan,
      paths: facts.paths,
      prompt: joined(words === null ? [] : [words]),
      ...(words === null ? {} : { shorterPrompt: joined([]) }),
      agentFile: facts.agentFile,
      config,
      command,
      scopeWords: facts.scopeWords,
    }, tools)
    : { kind: "failed", reason: `prompt file '${prompt.path}': ${prompt.reason}` };
  const pid = started.kind === "started" ? started.leader.pid : null;
  if (pid !== null) book.started(pid, standingFields(facts.standing));
  // Whoever hears of the agent finds its log.
  quietly(() => linkCurrent(files, { logDir: plan.logDir, number: plan.number, log: facts.paths.logName }));
  // A life that ends here leaves the hint to the next one.
  if (started.kind === "started" && started.tooLong !== null) {
    sink.emit("hint_held_back", { round_num: plan.number, reason: started.tooLong });
  }
  sink.emit("agent_spawn", { round_num: plan.number, timeout_s: plan.walls.hardSeconds, pid });
  if (facts.session.kind === "resumed" && pid !== null) {
    const { sessionId, why } = facts.session;
    sink.emit("session_resumed", { round_num: plan.number, session_id: sessionId, why });
  }
  return started;
}

/** Tells whoever watches. */
export function tellStart(plan: RoundPlan, started: LaunchOutcome, tools: RoundTools): void {
  const pid = started.kind === "started" ? started.leader.pid : null;
  const facts = [
    plan.phase === null ? "" : `phase ${plan.phase}`,
    pid === null ? "" : `pid ${pid}`,
    `at most ${spellDuration(plan.walls.hardSeconds)}`,
  ].filter((fact) => fact !== "");
  tools.tell({
    kind: "round_started",
    text: `round ${plan.number} started (${facts.join(", ")})`,
    facts: { round: plan.number, phase: plan.phase, pid, timeout_s: plan.walls.hardSeconds },
  });
}

/** For what only helps readers: a full disk must not cost the round. The event sink tells of the disk. */
export function quietly(write: () => void): void {
  try {
    write();
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
  }
}
