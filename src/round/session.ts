// Decides whether a round goes on with the agent's last session, and words the command line for it; pure.
import type { Agent } from "../core/agent.ts";
import type { Config } from "../config/schema.ts";
import { spellDuration } from "../core/text.ts";
import type { OtherSession, Status } from "../store/status.ts";

/** What a round does about the agent's session. */
export type SessionChoice =
  /** The agent makes a new one. */
  | { readonly kind: "fresh" }
  /** A new one under an id that is known beforehand, so that even a round killed at once can be gone on with. */
  | { readonly kind: "pinned"; readonly sessionId: string }
  | {
    readonly kind: "resumed";
    readonly sessionId: string;
    /** For the agent and for people. */
    readonly why: string;
    /** Seconds since the last round ended; null when unknown. */
    readonly agoSeconds: number | null;
  };

interface Facts {
  readonly agent: Agent;
  readonly settings: Config["agent"];
  /** State before this round. */
  readonly status: Status | null;
  /** What came before asks for a new session, e.g. because the context was full. */
  readonly wantsFresh: boolean;
  /** UUID for a pinned session. */
  readonly newId: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Words by which people choose a session themselves: then it is left to them. */
const ownChoice = /^(?:--resume|--continue|--session(?:-id)?|--last|resume|-c|-r)(?:=|$)/;
/** Agents to which the short word says something else: a setting, a prompt. */
const otherMeaning: ReadonlySet<string> = new Set(["codex -c", "kimi -c", "aider -c"]);
/** An id is a word of the command line: it comes from the agent's output and must not be taken for a flag. */
const sessionIdForm = /^[^\s\p{Cc}-][^\s\p{Cc}]{0,199}$/u;

export function chooseSession(facts: Facts): SessionChoice {
  const { agent, settings, status } = facts;
  const isOwnChoice = (word: string) => ownChoice.test(word) && !otherMeaning.has(`${agent.name} ${word}`);
  if (settings.session !== "resume" || settings.command.some(isOwnChoice)) return { kind: "fresh" };
  const last = lastSession(agent.name, status);
  if (canResume(facts) && last !== null && !facts.wantsFresh && last.last_verdict !== "context") {
    const endedAt = Date.parse(last.last_completed_at ?? "");
    const agoSeconds = Number.isNaN(endedAt) ? null : Math.max(0, Math.round((facts.now - endedAt) / 1000));
    return { kind: "resumed", sessionId: last.session_id, why: reasonOf(last.last_verdict), agoSeconds };
  }
  if (agent.resuming?.pinned && canResume(facts)) return { kind: "pinned", sessionId: facts.newId };
  return { kind: "fresh" };
}

/** The session of this agent's last round, also where another one has stood in since. */
function lastSession(agent: string, status: Status | null): OtherSession | null {
  if (status === null) return null;
  const others = status.other_sessions ?? {};
  const { session_id, ...rest } = status.agent === agent
    ? status
    : (Object.hasOwn(others, agent) ? others[agent] : undefined) ?? { session_id: undefined };
  return session_id !== undefined && sessionIdForm.test(session_id) ? { ...rest, session_id } : null;
}

function canResume({ agent, settings }: Facts): boolean {
  return settings.resumeArgTemplate.length > 0 || agent.resuming !== null;
}

/** The agent's command line without its prompt. */
export function commandFor(choice: SessionChoice, { agent, settings }: Pick<Facts, "agent" | "settings">) {
  const { command, resumeArgTemplate } = settings;
  switch (choice.kind) {
    case "fresh":
      return command;
    case "pinned":
      return agent.resuming?.pinned?.(command, choice.sessionId) ?? command;
    case "resumed": {
      const template = resumeArgTemplate.map((word) => word.replaceAll("{session_id}", choice.sessionId));
      return template.length > 0
        ? [...command, ...template]
        : agent.resuming?.resumed(command, choice.sessionId) ?? command;
    }
    default:
      return choice satisfies never;
  }
}

function reasonOf(verdict: string | undefined): string {
  switch (verdict) {
    case "ok":
      return "the last round finished, and rounds go on in one session";
    case "limit":
    case "transient":
      return "the last round was cut by the provider, which works again now";
    case "bounded":
      return "the last round ended at a bound before it was done";
    case "interrupted":
      return "the last round was interrupted from outside";
    case "hung":
      return "the last round did not come to an end and was ended by the supervisor";
    default:
      return "the last round did not finish";
  }
}

/** What the agent is told about its session, with the truth about the time in between; null for a new one. */
export function sessionContext(choice: SessionChoice): Record<string, unknown> | null {
  if (choice.kind !== "resumed") return null;
  const { agoSeconds } = choice;
  const ago = agoSeconds === null ? "an unknown time" : spellDuration(agoSeconds);
  return {
    resumed: true,
    why: choice.why,
    ...(agoSeconds === null ? {} : { last_round_ended_s_ago: agoSeconds }),
    note: `This session was stopped ${ago} ago and is gone on with now. Files may have changed meanwhile, and ` +
      "processes you had started are gone: look before you rely on what you remember.",
  };
}
