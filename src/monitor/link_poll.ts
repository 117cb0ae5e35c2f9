// Hears from another machine by asking again and again: for an agent-runner there that is older and cannot stream.
import { withoutCutWord } from "../core/redact.ts";
import { isoTime } from "../core/text.ts";
import { spacedJson } from "../core/spaced_json.ts";
import type { EventLine } from "../ports/records.ts";
import { timeOf } from "../store/event_line.ts";
import { isObject } from "../store/json_file.ts";
import { isTime, parseObject, redacted, safeEvent } from "./frame.ts";
import type { LinkEnd, LinkTask, LinkTools } from "./link.ts";
import { newFrom } from "./overlap.ts";
import { faultOf, notUnderstood, spell, sshArgv } from "./ssh_command.ts";
import type { SshFault } from "./ssh_command.ts";

const timeoutMs = 30_000;
const outputBytes = 16 * 1024 * 1024;
/** Newest events asked for: at first, and more when they do not reach back to the ones known. */
const windows = [1000, 10_000, 50_000] as const;

type Answer =
  | { readonly kind: "view"; readonly view: Readonly<Record<string, unknown>> }
  | { readonly kind: "fault"; readonly fault: SshFault };

/** Asks until it fails or is ended from here. */
export async function followByAsking(task: LinkTask, tools: LinkTools): Promise<LinkEnd> {
  const poll = new Poll(task, tools);
  while (!task.signal.aborted) {
    const fault = await poll.ask();
    if (task.signal.aborted) break;
    if (fault !== null) return { kind: "failed", fault };
    await tools.clock.sleep(task.timing.pollSeconds * 1000, task.signal);
  }
  return { kind: "over" };
}

class Poll {
  readonly #task: LinkTask;
  readonly #tools: LinkTools;
  #lastSystem = "";

  constructor(task: LinkTask, tools: LinkTools) {
    this.#task = task;
    this.#tools = tools;
  }

  /** One look; what went wrong, or null. */
  async ask(): Promise<SshFault | null> {
    const { backlog } = this.#task;
    await backlog.room(this.#task.signal);
    for (const window of windows) {
      const answer = await this.#view(window);
      if (answer.kind === "fault") return answer.fault;
      const { view } = answer;
      const all = eventsOf(view);
      const known = backlog.newest;
      const from = newFrom(known, all);
      const isWhole = all.length < window || window === windows.at(-1);
      if (from === null && !isWhole) continue;
      // The log was begun anew, or there is more than is ever asked for: what is newer is new.
      const since = known.length === 0 ? -Infinity : timeOf(known.at(-1)!.event) ?? -Infinity;
      const events = from === null ? all.filter(({ event }) => (timeOf(event) ?? -Infinity) > since) : all.slice(from);
      return this.#hand(view, events);
    }
    return null;
  }

  #hand(view: Readonly<Record<string, unknown>>, events: readonly EventLine[]): SshFault | null {
    const { backlog, onLook, target, timing } = this.#task;
    const now = this.#tools.clock.monotonic();
    const length = events.reduce((sum, { line }) => sum + line.length, 0);
    const newest = Math.max(this.#tools.clock.now(), ...events.slice(-1).map(({ event }) => timeOf(event) ?? 0));
    const at = isTime(newest) ? newest : this.#tools.clock.now();
    const status = isObject(view.status) ? redacted(view.status) : {};
    const isActive = isObject(view.service) && view.service.active === true;
    const rows = this.#samples(view.system, at);
    const isBounded = backlog.add({ kind: "events", lines: events }, { length, now });
    backlog.add({ kind: "metrics", rows }, { length: 0, now });
    const look = { at, status, isActive, roundLogBytes: null, after: "", tails: [] };
    backlog.add({ kind: "state", look }, { length: 0, now, longestPauseMs: timing.pollSeconds * 1000 });
    if (!isBounded) return { reason: spell(`'${target.host}' sends events without an end`) };
    onLook();
    return null;
  }

  /** The newest sample as a row of the metric files, where it is another one than before. */
  #samples(system: unknown, at: number): readonly Readonly<Record<string, unknown>>[] {
    // Zeros stand for "there is none".
    if (!isObject(system) || !(Number(system.mem_total_mb) > 0)) return [];
    const text = JSON.stringify(redacted(system));
    if (text === this.#lastSystem) return [];
    this.#lastSystem = text;
    return [{ ts: isoTime(at), ...parseObject(text) }];
  }

  async #view(events: number): Promise<Answer> {
    const { target, signal } = this.#task;
    const outcome = await this.#tools.processes.run({
      argv: sshArgv(target, ["peek", "--json", "--events", String(events)]),
      environment: { LC_ALL: "C" },
      timeoutMs,
      maxOutputBytes: outputBytes,
      stop: signal,
    });
    switch (outcome.kind) {
      case "absent":
        return faulty({ reason: "There is no ssh on PATH", fix: "Install an OpenSSH client", isLasting: true });
      case "timed_out":
        return faulty({ reason: spell(`'${target.host}' is silent: no answer within ${timeoutMs / 1000} s`) });
      case "exited": {
        const said = new TextDecoder().decode(outcome.stderr);
        if (outcome.code === notUnderstood) {
          return faulty({
            reason: spell(`agent-runner on '${target.host}' understands neither _feed nor peek: it is too old`),
            fix: `Install this version on '${target.host}'`,
            isLasting: true,
          });
        }
        if (outcome.code !== 0) return faulty(faultOf(target, { code: outcome.code, said }));
        const text = new TextDecoder().decode(outcome.stdout);
        // A login may print something before it.
        const view = outcome.isCut ? null : parseObject(text.slice(Math.max(0, text.search(/^\{/m))));
        if (view !== null && typeof view.schema_version === "string") return { kind: "view", view };
        return faulty({
          reason: spell(
            `'${target.host}' answers 'peek --json' with something else: ${withoutCutWord(text.slice(0, 100))}`,
          ),
        });
      }
      default:
        return outcome satisfies never;
    }
  }
}

function faulty(fault: SshFault): Answer {
  return { kind: "fault", fault };
}

function eventsOf(view: Readonly<Record<string, unknown>>): readonly EventLine[] {
  const list = Array.isArray(view.recent_events) ? view.recent_events : [];
  return list.filter(isObject).flatMap((event) => safeEvent(spelled(event)));
}

function spelled(event: Readonly<Record<string, unknown>>): string {
  try {
    return spacedJson(event);
  } catch {
    // Made to be deeper than any stack.
    return "";
  }
}
