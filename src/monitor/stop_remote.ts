// Stops the supervisor on another machine, and believes it only when its lock is free.
import type { Clock } from "../ports/clock.ts";
import type { Processes } from "../ports/processes.ts";
import { parseObject } from "./frame.ts";
import { faultOf, notUnderstood, shellArgv, spell, sshArgv } from "./ssh_command.ts";
import type { SshFault } from "./ssh_command.ts";
import type { SshTarget } from "./ssh_target.ts";

/** What came of it. `wasRunning`: there was something to stop. */
export type StopOutcome =
  | { readonly kind: "stopped"; readonly wasRunning: boolean }
  | { readonly kind: "failed"; readonly fault: SshFault };

export interface StopOptions {
  readonly signal: AbortSignal;
  /** Seconds until it must be gone. Default 120. */
  readonly deadlineSeconds?: number;
  /** Seconds that a running round has to finish before it is stopped, too. Default 30. */
  readonly patienceSeconds?: number;
}

interface StopTools {
  readonly processes: Processes;
  readonly clock: Clock;
}

const callMs = 30_000;
const outputBytes = 64 * 1024;
const firstPauseMs = 500;
const longestPauseMs = 5000;
/** Something else may start it again at once: only gone for so long is gone. */
const settleMs = 3000;

interface Service {
  readonly isActive: boolean;
  readonly pid: number | null;
}

/**
 * Asks by `agent-runner stop` there, or where that is not understood by the signal it would send, which lets the round
 * finish; a second one, after the patience, stops the round. Never throws; whether it worked is looked up, not assumed.
 */
export async function stopRemote(target: SshTarget, tools: StopTools, options: StopOptions): Promise<StopOutcome> {
  return await new RemoteStop(target, tools, options).run();
}

class RemoteStop {
  readonly #target: SshTarget;
  readonly #tools: StopTools;
  readonly #signal: AbortSignal;
  readonly #dueAt: number;
  readonly #impatientAt: number;
  #fault: SshFault | null = null;

  constructor(target: SshTarget, tools: StopTools, options: StopOptions) {
    this.#target = target;
    this.#tools = tools;
    this.#signal = options.signal;
    const now = tools.clock.monotonic();
    this.#dueAt = now + (options.deadlineSeconds ?? 120) * 1000;
    this.#impatientAt = now + (options.patienceSeconds ?? 30) * 1000;
  }

  async run(): Promise<StopOutcome> {
    const before = await this.#service();
    if (before === null) return this.#failed();
    if (!before.isActive) return { kind: "stopped", wasRunning: false };
    const asked = await this.#call(sshArgv(this.#target, ["stop"]));
    // It may wait for a round to end, longer than a call may take: then what counts is whether it worked.
    const hasVerb = asked?.code !== notUnderstood;
    if (hasVerb && asked !== null && asked.code !== 0) {
      this.#fault = faultOf(this.#target, asked);
      return this.#failed();
    }
    if (!hasVerb && !await this.#terminate(before)) return this.#failed();
    return await this.#untilGone();
  }

  async #untilGone(): Promise<StopOutcome> {
    const { clock } = this.#tools;
    let goneSince: number | null = null;
    let mayAsk = true;
    for (let pauseMs = firstPauseMs; this.#leftMs() > 0 && !this.#signal.aborted;) {
      const service = await this.#service();
      const now = clock.monotonic();
      // A connection that fails for a moment tells nothing: it is asked again until the time is over.
      if (service?.isActive === false) {
        goneSince ??= now;
        if (now - goneSince >= settleMs) return { kind: "stopped", wasRunning: true };
      } else if (service !== null) {
        goneSince = null;
        if (mayAsk && now >= this.#impatientAt) mayAsk = !await this.#terminate(service);
      }
      await clock.sleep(Math.min(goneSince === null ? pauseMs : settleMs, this.#leftMs()), this.#signal);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
    return this.#failed();
  }

  async #terminate({ pid }: Service): Promise<boolean> {
    if (pid === null) {
      this.#fault = { reason: spell(`'${this.#target.host}' does not tell which process its supervisor is`) };
      return false;
    }
    // One that is gone already is what is wanted: the lock tells.
    const outcome = await this.#call(shellArgv(this.#target, 'kill -TERM "$1" 2>/dev/null || true', [String(pid)]));
    if (outcome !== null && outcome.code !== 0) this.#fault = faultOf(this.#target, outcome);
    return outcome?.code === 0;
  }

  /** Null when it cannot be told; then `#fault` says why. */
  async #service(): Promise<Service | null> {
    const answer = await this.#call(sshArgv(this.#target, ["peek", "--json", "--select", "service"]));
    if (answer === null) return null;
    if (answer.code !== 0) {
      this.#fault = faultOf(this.#target, answer);
      return null;
    }
    // A login may print something before it.
    const view = parseObject(answer.text.slice(Math.max(0, answer.text.search(/^\{/m))));
    if (typeof view?.active !== "boolean") {
      this.#fault = { reason: spell(`'${this.#target.host}' does not tell whether a supervisor runs: ${answer.text}`) };
      return null;
    }
    this.#fault = null;
    const isPid = Number.isSafeInteger(view.pid) && (view.pid as number) > 1;
    return { isActive: view.active, pid: isPid ? view.pid as number : null };
  }

  async #call(argv: readonly string[]): Promise<{ code: number; said: string; text: string } | null> {
    const { host } = this.#target;
    const outcome = await this.#tools.processes.run({
      argv,
      environment: { LC_ALL: "C" },
      timeoutMs: Math.max(1, Math.min(callMs, this.#leftMs())),
      maxOutputBytes: outputBytes,
      stop: this.#signal,
    });
    switch (outcome.kind) {
      case "absent":
        this.#fault = { reason: "There is no ssh on PATH", fix: "Install an OpenSSH client", isLasting: true };
        return null;
      case "timed_out":
        this.#fault = { reason: spell(`'${host}' does not answer`), fix: `Run 'ssh ${host} true' by hand` };
        return null;
      case "exited": {
        const decoder = new TextDecoder();
        return { code: outcome.code, said: decoder.decode(outcome.stderr), text: decoder.decode(outcome.stdout) };
      }
      default:
        return outcome satisfies never;
    }
  }

  #leftMs(): number {
    return this.#dueAt - this.#tools.clock.monotonic();
  }

  #failed(): StopOutcome {
    const { host } = this.#target;
    const fallback = { reason: `The supervisor on '${host}' was asked to stop, but still runs`, fix: `Stop it there` };
    const fault = this.#fault ?? fallback;
    return { kind: "failed", fault: { ...fault, reason: spell(fault.reason) } };
  }
}
