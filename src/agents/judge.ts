// Turns how a round's process ended and what its output said into a verdict, by the same rules for every CLI.
import type { Ending } from "../core/round.ts";
import type { Verdict } from "../core/verdict.ts";
import { signalOfExitCode } from "../core/round.ts";
import { type Cause, cause, evidenceOf, safeText } from "./cause.ts";

const longestSummary = 300;

/** What a reader knows when the round is over. */
export interface Seen {
  /** The agent as people call it, e.g. `Claude Code`. */
  readonly agent: string;
  /** What the CLI's own rules make of this end; null where the common ones hold. */
  readonly own: Cause | null;
  /** What the whole terminal record says; null when there is none. */
  readonly terminal: Cause | null;
  /** Trouble last seen in error records and not overcome since. */
  readonly trouble: Cause | null;
  /** What the lines that are no records say, asked only when nothing better is known. */
  readonly spoken: Cause | null;
  /** Newest lines that are no records, oldest first. */
  readonly lines: readonly string[];
  /** A line that may explain a failure without proving what it was; evidence, never a verdict. */
  readonly hint?: string | null;
  readonly hasRecords: boolean;
  /** The CLI prints no terminal record, so that exit status 0 means success. */
  readonly isExitTrusted: boolean;
  readonly degraded: readonly string[];
}

/** Signals by which somebody ends a process, in contrast to those of a crash. */
const endingSignals = new Set(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGKILL", "SIGPIPE", "SIGALRM"]);

/** The verdict of a round. What the supervisor itself ended is never called the agent's fault. */
export function judgeRound(ending: Ending, seen: Seen): Verdict {
  return verdictOf(causeOfRound(ending, seen), seen.degraded);
}

function causeOfRound(ending: Ending, seen: Seen): Cause {
  if (ending.kind === "not_started") {
    return cause("config", `${seen.agent} could not be started: ${ending.reason}.`, {
      evidence: evidenceOf("ending", { reason: ending.reason }),
    });
  }
  if (seen.own) return seen.own;
  if (seen.terminal && !isOurInterruption(ending, seen.terminal)) return seen.terminal;
  switch (ending.kind) {
    case "stopped":
      // What the supervisor itself ended in mid-round it ended because of what the stream had proved.
      if (ending.by === "supervisor" && seen.trouble) return seen.trouble;
      return cause("interrupted", `The round was stopped by the ${ending.by}.`, {
        evidence: evidenceOf("ending", { stopped_by: ending.by }),
      });
    case "lost":
      return cause("interrupted", `The round's end was not seen: ${ending.reason}.`, {
        evidence: evidenceOf("ending", { reason: ending.reason }),
      });
    case "timed_out":
      return seen.trouble ?? providerTrouble(seen.spoken) ?? cause("hung", hungSummary(ending.wall, seen.agent), {
        evidence: evidenceOf("ending", { wall: ending.wall }),
      });
    case "lingered":
      return seen.trouble ?? cause("no_result", `${seen.agent} left no terminal record that can be read.`);
    case "signalled":
      return causeOfSignal(ending.signal, seen);
    case "exited":
      return causeOfExit(ending.code, seen);
    default:
      return ending satisfies never;
  }
}

/** What text says of the provider may be why a run stood still; what it says of the command line would have ended it. */
function providerTrouble(spoken: Cause | null): Cause | null {
  return spoken?.kind === "config" ? null : spoken;
}

/**
 * Some CLIs still tell that they were interrupted, or that they failed somehow, when the supervisor ends them: that is
 * no news, and not why.
 */
function isOurInterruption({ kind }: Ending, terminal: Cause): boolean {
  if (kind === "stopped") return terminal.kind === "interrupted" || terminal.kind === "error";
  return kind === "timed_out" && terminal.kind === "interrupted";
}

function causeOfSignal(signal: string, seen: Seen): Cause {
  const evidence = evidenceOf("ending", { signal });
  if (!endingSignals.has(signal)) return cause("error", `${seen.agent} crashed with ${signal}.`, { evidence });
  const hint = signal === "SIGKILL" ? ", perhaps because memory ran out" : "";
  return cause("interrupted", `${seen.agent} was ended from outside by ${signal}${hint}.`, { evidence });
}

function causeOfExit(code: number, seen: Seen): Cause {
  if (code === 0 && seen.isExitTrusted) return cause("ok", `${seen.agent} finished.`, { evidence: exitEvidence(code) });
  const signal = signalOfExitCode(code);
  if (signal) return causeOfSignal(signal, seen);
  const better = seen.trouble ?? seen.spoken;
  if (better) return better;
  if (!seen.hasRecords && (code === 126 || code === 127)) {
    const why = code === 127 ? "there is no such program" : "the program may not be executed";
    return cause("config", `${seen.agent} could not be run: exit status ${code} means that ${why}.`, {
      evidence: exitEvidence(code),
    });
  }
  const evidence = [...exitEvidence(code), ...lineEvidence(seen)];
  if (code !== 0 && (seen.isExitTrusted || !seen.hasRecords)) {
    return cause("error", `${seen.agent} failed with exit status ${code}.`, { evidence });
  }
  return cause("no_result", `${seen.agent} left with exit status ${code} and without its terminal record.`, {
    evidence,
  });
}

function hungSummary(wall: "first_byte" | "idle" | "hard", agent: string): string {
  switch (wall) {
    case "first_byte":
      return `${agent} printed nothing within the time allowed.`;
    case "idle":
      return `${agent} was idle for longer than allowed.`;
    case "hard":
      return `${agent} was not done when the round's time was over.`;
    default:
      return wall satisfies never;
  }
}

function exitEvidence(code: number) {
  return evidenceOf("ending", { exit_code: code });
}

function lineEvidence({ lines, hint }: Seen) {
  return evidenceOf("output", {
    network: networkPhrase(lines.join("\n")) ?? undefined,
    hint: hint ?? undefined,
    last_line: lines.at(-1),
  });
}

const networkPattern = new RegExp(
  String
    .raw`\b(?:connection refused|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|dns|name or service not known|` +
    String
      .raw`connect(?:ion)? timed out|nodename nor servname|network (?:is )?unreachable|connection reset|socket hang up|` +
    String.raw`(?:500|502|503) (?:service unavailable|bad gateway|gateway timeout))\b`,
  "i",
);

/** The first words in a text that tell of the network; null when there are none. */
export function networkPhrase(text: string): string | null {
  return networkPattern.exec(text)?.[0] ?? null;
}

function verdictOf(found: Cause, degraded: readonly string[]): Verdict {
  return {
    ...found,
    summary: safeText(found.summary.replaceAll(/\s+/g, " ").replace(/\.+$/, "."), longestSummary),
    needsHuman: found.kind === "auth" || found.kind === "billing" || found.kind === "config",
    degraded,
  };
}
