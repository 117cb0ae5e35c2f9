// What a person hears of the loop: its ends, its waits, rounds that hang or change nothing, work that is not saved.
import type { RecordedEvent } from "../core/event_payload.ts";
import { spellDuration } from "../core/text.ts";
import { say } from "./saying.ts";
import type { Sayer, Saying } from "./saying.ts";
import { numberIn, textIn } from "./scene.ts";

/** Ends that an event of their own has told of. */
const toldEnds: ReadonlySet<string> = new Set([
  "agent_done",
  "config_broken",
  "crash_loop",
  "handover",
  "human_needed",
  "rate_limit",
  "stalled",
  "transient_error",
]);

const endTexts: Readonly<Record<string, string>> = {
  budget: "A budget is used up",
  max_rounds: "The rounds that were asked for are done",
  on_verdict: "The verdict of a round is set to stop the loop",
  once: "The one round that was asked for is done",
  stop_file: "The stop file is there",
};

const humanBlockers: Readonly<Record<string, string>> = {
  auth: "the agent's login",
  billing: "the account's credit",
  config: "the agent's configuration",
};

/** By kind of event. */
export const loopSayings: Readonly<Record<string, Sayer>> = {
  human_needed: (event) => {
    const verdict = textIn(event, "verdict") ?? "unknown";
    const summary = textIn(event, "summary") ?? "The agent cannot go on";
    return {
      topic: "human",
      severity: "critical",
      isEnd: true,
      apart: `${verdict}:${summary}`,
      detectors: ["human_needed", "no_progress", ...(verdict === "auth" ? ["oauth_fail"] : [])],
      title: "A person is needed",
      what: summary,
      fix: textIn(event, "hint"),
      blocker: humanBlockers[verdict] ?? "what the last rounds came to",
    };
  },
  config_broken: (event) =>
    say("human", "critical", {
      isEnd: true,
      apart: textIn(event, "reason") ?? "",
      detectors: ["config_broken", "smoke_fail_rate"],
      title: "No round can begin",
      what: textIn(event, "reason") ?? "The start-up battery failed",
      fix: "agent-runner doctor",
      blocker: "what the start-up battery found",
    }),
  serve_startup_hook_failed: (event) =>
    say("human", "critical", {
      isEnd: true,
      apart: textIn(event, "hook") ?? "",
      detectors: ["config_broken"],
      title: "A hook at the start failed",
      what: `Hook '${textIn(event, "hook") ?? "?"}': ${textIn(event, "exc_msg") ?? "it failed"}`,
      fix: `agent-runner hooks test ${textIn(event, "hook") ?? "NAME"}`,
      blocker: "the hook, without which serve does not begin",
    }),
  crash_loop: (event) =>
    say("breaker", "critical", {
      isEnd: true,
      detectors: ["crash_loop"],
      title: "The breaker is open",
      what: `${numberIn(event, "consecutive") ?? "Several"} short failures in a row; the last one: ${
        textIn(event, "reason") ?? "it said nothing"
      }`,
      fix: "See 'agent-runner peek --log', mend it, then 'agent-runner reset' and start it again",
      blocker: "rounds that fail as soon as they begin",
    }),
  transient_error_detected: (event) => waitSaying(event, numberIn(event, "reset_at_epoch")),
  transient_error_backoff_capped: (event) => waitSaying(event, numberIn(event, "applied_reset_at_epoch")),
  transient_error_recovered: (event) =>
    say("limit", "info", {
      apart: agentOf(event),
      waitSeconds: numberIn(event, "throttled_for_s") ?? 0,
      title: "The wait is over",
      what: `${agentOf(event)} may work again, after ${spellDuration(numberIn(event, "throttled_for_s") ?? 0)}`,
    }),
  fallback_started: (event) =>
    say("limit", "info", {
      apart: agentOf(event),
      title: "Another agent takes over",
      what: `${agentOf(event)} works instead of ${textIn(event, "instead_of") ?? "the first one"}: ${
        textIn(event, "reason") ?? "it cannot work"
      }`,
    }),
  budget_warned: (event) => budgetSaying(event, false),
  budget_reached: (event) => budgetSaying(event, true),
  loop_stalled: (event) => {
    // A stop for this asks for a person, which says more.
    if (event.action === "stop") return null;
    const rounds = numberIn(event, "unchanged_rounds");
    return say("stall", "warning", {
      detectors: ["no_progress"],
      title: "The rounds change nothing",
      what: `${rounds ?? "Several"} rounds in a row were ok and changed nothing (${textIn(event, "action") ?? "warn"})`,
      fix: "See 'agent-runner peek', and whether the prompt still asks for something",
    });
  },
  round_verdict: (event) =>
    event.verdict !== "hung" ? null : say("hung", "warning", {
      detectors: ["hung"],
      title: "A round hung",
      what: `Round ${numberIn(event, "round_num") ?? "?"}: ${textIn(event, "summary") ?? "it did not end by itself"}`,
      fix: `agent-runner peek --round ${numberIn(event, "round_num") ?? "N"} --log`,
    }),
  salvage_failed: unsaved,
  orphan_stash_failed: unsaved,
  dirty_commit_failed: unsaved,
  salvage_not_covered: (event) =>
    say("salvage", "warning", {
      title: "Uncommitted work lies where no salvage reaches",
      what: `After round ${numberIn(event, "round_num") ?? "?"}: it lies inside a submodule, for example`,
      fix: "Commit it there",
    }),
  agent_self_terminated: (event, scene) => {
    const reason = textIn(event, "reason");
    if (reason === "rate_limit" || reason === "transient_error") {
      return say("limit", "warning", {
        isEnd: true,
        apart: reason,
        title: "Stopped by a limit",
        what: "[on_verdict] is set to stop at a limit of the provider",
        blocker: "the provider's limit",
      });
    }
    return say("done", "info", {
      isEnd: true,
      title: "All is done",
      what: `The agent says: ${reason ?? "(no reason given)"}${scene.isDoneProven ? "; the proof agrees" : ""}`,
    });
  },
  serve_stopped: (event) => {
    const reason = textIn(event, "reason") ?? "unknown";
    if (toldEnds.has(reason)) return null;
    const rounds = numberIn(event, "rounds_completed") ?? 0;
    return say("stopped", "info", {
      isEnd: true,
      apart: reason,
      title: "The loop has ended",
      what: `${endTexts[reason] ?? `Asked to (${reason})`}; ${rounds} round${rounds === 1 ? "" : "s"} completed`,
    });
  },
};

function waitSaying(event: RecordedEvent, until: number | null): Saying {
  const classification = textIn(event, "classification") ?? "limit";
  const waitSeconds = Math.max(0, (until ?? 0) - Date.parse(event.ts) / 1000);
  return say("limit", "warning", {
    apart: agentOf(event),
    waitSeconds,
    detectors: ["limit_waiting", "rate_limit_active"],
    title: "Waiting for the provider",
    what: `${agentOf(event)}: ${textIn(event, "raw") ?? classification}`,
    fix: "None is needed; 'agent-runner retry-now' ends the wait",
    blocker: classification,
  });
}

function budgetSaying(event: RecordedEvent, isReached: boolean): Saying {
  const unit = textIn(event, "unit") ?? "";
  const period = textIn(event, "period") ?? "";
  const figures = `${numberIn(event, "used") ?? "?"} of ${numberIn(event, "allowed") ?? "?"} ${unit}`;
  return {
    topic: "budget",
    severity: isReached ? "warning" : "info",
    apart: `${period}:${unit}`,
    detectors: ["budget"],
    title: isReached ? "A budget is used up" : "80 percent of a budget is used",
    what: `${figures} (${period})`,
    ...(isReached ? { blocker: "the budget" } : {}),
    isEnd: isReached && numberIn(event, "until_epoch") === null,
  };
}

function unsaved(event: RecordedEvent): Saying {
  const reason = textIn(event, "reason") ?? "it is not known why";
  return say("salvage", "warning", {
    apart: reason,
    title: "Uncommitted work could not be saved",
    what: `Round ${numberIn(event, "round_num") ?? "?"}: ${reason}`,
    fix: "Look at 'git status' before the next round changes it",
  });
}

function agentOf(event: RecordedEvent): string {
  return textIn(event, "agent") ?? "the agent";
}
