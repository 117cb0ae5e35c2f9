// Decides whether a round gets a scope of its own, and spells the command line that makes it: pure.
import type { Config } from "../config/schema.ts";
import type { ScopeFinding } from "../ports/scope.ts";

/** Keys of `[runtime]` that scopes depend on. */
export type ScopeSettings = Pick<Config["runtime"], "roundScope" | "roundMemoryMaxMb" | "roundTasksMax">;

/** What the machine is to be asked. `lasting`: only for a scope that outlives the login. */
export type ScopeWish = "none" | "lasting" | "any";

export function scopeWish(settings: ScopeSettings): ScopeWish {
  switch (settings.roundScope) {
    case "never":
      return "none";
    case "always":
      return "any";
    case "auto":
      // A round that ends with the login is worse than a child that gets away: so only a limit is worth it.
      return hasLimit(settings) ? "any" : "lasting";
    default:
      return settings.roundScope satisfies never;
  }
}

function hasLimit(settings: ScopeSettings): boolean {
  return settings.roundMemoryMaxMb !== null || settings.roundTasksMax !== null;
}

/** What was asked for and cannot be had, as a sentence without a full stop; null when all is as wanted. */
export function scopeShortfall(settings: ScopeSettings, finding: ScopeFinding | null): string | null {
  const limits = [
    settings.roundMemoryMaxMb === null ? "" : "round_memory_max_mb",
    settings.roundTasksMax === null ? "" : "round_tasks_max",
  ].filter((key) => key !== "");
  if (finding?.kind === "usable") {
    const missing = limits.filter((key) => key === "round_tasks_max" ? !finding.limits.tasks : !finding.limits.memory);
    return missing.length === 0
      ? null
      : `${missing.join(" and ")} without effect: the user's systemd may not set such limits here`;
  }
  const reason = finding === null ? 'round_scope is "never"' : finding.reason;
  if (limits.length > 0) return `${limits.join(" and ")} without effect, because there is no scope: ${reason}`;
  return settings.roundScope === "always" ? `rounds run without a scope: ${reason}` : null;
}

/** Name of a round's scope. */
export function scopeUnit(roundId: string): string {
  return `agent-runner-${roundId}.scope`;
}

/** First words of a command line that runs the words after them in a scope; null where there is to be none. */
export function scopeWords(
  settings: ScopeSettings,
  finding: ScopeFinding | null,
  round: { readonly id: string; readonly number: number },
): readonly string[] | null {
  if (finding?.kind !== "usable") return null;
  const { roundMemoryMaxMb: memory, roundTasksMax: tasks } = settings;
  return [
    finding.program,
    "--user",
    "--scope",
    "--quiet",
    // A scope that failed would stay on the manager's list.
    "--collect",
    "--no-ask-password",
    `--unit=${scopeUnit(round.id)}`,
    // Without it the manager is told, and writes down, the agent's whole command line.
    `--description=agent-runner round ${round.number}`,
    // Words with a dollar are to stay as they are; and one process out of memory is no reason to end all the others.
    ...(finding.isNew ? ["--expand-environment=no", "--property=OOMPolicy=continue"] : []),
    ...(memory === null ? [] : [`--property=MemoryMax=${memory}M`, "--property=MemorySwapMax=0"]),
    ...(tasks === null ? [] : [`--property=TasksMax=${tasks}`]),
    "--",
  ];
}
