// Calls the hooks of a configuration, point by point; what one of them does wrong never reaches its caller.
import type { ActiveHook } from "../config/active_hooks.ts";
import type { Config } from "../config/schema.ts";
import type { Alert } from "../core/alert.ts";
import { exitCode, OperatorError } from "../core/errors.ts";
import { coreContextKeys, dirtyPolicyPriority } from "../core/hook.ts";
import type { HookPoint } from "../core/hook.ts";
import type { RoundResult } from "../core/round.ts";
import { clip } from "../core/text.ts";
import type { Files } from "../ports/files.ts";
import { afterRound } from "./after_round.ts";
import type { AfterAnswer } from "./after_round.ts";
import { HookAsker } from "./asker.ts";
import type { HookPorts } from "./call.ts";
import { spellFailure, startFailedPayload } from "./failure.ts";
import type { Redactor } from "../core/redact.ts";
import type {
  AfterOutcome,
  BeforeOutcome,
  ContextOutcome,
  DetectOutcome,
  DirtyOutcome,
  FailedHook,
  HookAlert,
  PromptChange,
  StartOutcome,
} from "./outcomes.ts";
import { PromptAudit } from "./prompt_audit.ts";
import { agentOf, alertFields, dirtyFields, resultFields, roundFields } from "./request.ts";
import type { DirtyOutcomeKind, HookRound } from "./request.ts";

const longestAlert = 500;

export type HostPorts = HookPorts & {
  readonly files: Files;
  /** Masks what is recorded; the known shapes of secrets when absent. */
  readonly redact?: Redactor;
};

/** A round and what may end the calls for it. */
export interface RoundCall {
  readonly round: HookRound;
  /** Ends the running call when it fires; no further hook is called then. */
  readonly stop?: AbortSignal;
}

/** All hooks of one configuration. */
export class HookHost {
  readonly #config: Config;
  readonly #ports: HostPorts;
  readonly #asker: HookAsker;

  private constructor(config: Config, ports: HostPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#asker = new HookAsker(config, ports);
  }

  /** Touches nothing yet. */
  static open(config: Config, ports: HostPorts): HookHost {
    return new HookHost(config, ports);
  }

  /** The hooks that are on, in their order. */
  get hooks(): readonly ActiveHook[] {
    return this.#asker.hooks;
  }

  /** Whether any hook is called at a point. */
  has(point: HookPoint): boolean {
    return this.hooks.some((hook) => hook.points.includes(point));
  }

  /** Before the first round of a serve: the first hook that fails ends it. */
  async serveStart(options: { readonly stop?: AbortSignal } = {}): Promise<StartOutcome> {
    const agent = agentOf(this.#config);
    for (const hook of this.#asker.at("serve_start")) {
      const asked = await this.#asker.ask(hook, "serve_start", { agent, fields: {}, stop: options.stop });
      if (asked.kind !== "failed") continue;
      const { failure } = asked;
      return {
        kind: "failed",
        payload: startFailedPayload(failure, this.#asker.redact),
        error: new OperatorError(
          `Hook '${hook.name}' failed at the start: ${spellFailure(failure, this.#asker.redact)}`,
          {
            fix: `Mend it ('agent-runner hooks test ${hook.name}' calls it), or name it in plugins.disable`,
            exitCode: exitCode.failure,
          },
        ),
      };
    }
    return { kind: "ok" };
  }

  /** Before the prompt is put together. Nothing is called where hooks before a round are switched off. */
  async roundBefore(call: RoundCall & { readonly promptFiles: readonly string[] }): Promise<BeforeOutcome> {
    const { round, promptFiles } = call;
    const hooks = this.#isOffBefore(round) ? [] : this.#asker.at("round_before");
    const addenda: string[] = [];
    const overwritten: PromptChange[] = [];
    const failures: FailedHook[] = [];
    if (hooks.length === 0) return { addenda, overwritten, failures };
    const audit = await PromptAudit.open(promptFiles, this.#ports.files);
    for (const hook of hooks) {
      const fields = { ...roundFields(round), prompt_files: [...promptFiles] };
      const asked = await this.#asker.ask(hook, "round_before", { agent: round.agent, fields, stop: call.stop });
      // A hook that failed may have changed something all the same.
      for (const { path, oldHash, newHash } of await audit.changes()) {
        overwritten.push({
          round_num: round.number,
          phase: round.phase,
          hook: hook.name,
          prompt_path: path,
          old_hash: oldHash,
          new_hash: newHash,
        });
      }
      if (asked.kind === "failed") failures.push(asked.payload);
      else if (asked.kind === "answered" && asked.answer.prompt_addendum) addenda.push(asked.answer.prompt_addendum);
    }
    return { addenda, overwritten, failures };
  }

  /** What hooks tell the agent. Nothing is called where hooks before a round are switched off. */
  async roundContext(
    call: RoundCall & { readonly context: Readonly<Record<string, unknown>> },
  ): Promise<ContextOutcome> {
    const { round, context } = call;
    const slices: Record<string, Readonly<Record<string, unknown>>> = {};
    const failures: FailedHook[] = [];
    const hooks = this.#isOffBefore(round) ? [] : this.#asker.at("round_context");
    for (const hook of hooks) {
      if (coreContextKeys.includes(hook.name)) continue;
      const fields = { ...roundFields(round), context: { ...context } };
      const asked = await this.#asker.ask(hook, "round_context", { agent: round.agent, fields, stop: call.stop });
      if (asked.kind === "failed") failures.push(asked.payload);
      if (asked.kind !== "answered" || !asked.answer.context) continue;
      slices[hook.name] = asked.answer.context;
    }
    return { slices, failures };
  }

  /** Asks hooks, in their order, what they did with uncommitted work; the first that did something is the last. */
  async roundDirty(
    call: RoundCall & { readonly files: readonly string[]; readonly head: string | null },
  ): Promise<DirtyOutcome> {
    const failures: FailedHook[] = [];
    for (const hook of this.#asker.at("round_dirty").filter(({ priority }) => priority < dirtyPolicyPriority)) {
      const fields = { ...roundFields(call.round), ...dirtyFields(call) };
      const asked = await this.#asker.ask(hook, "round_dirty", { agent: call.round.agent, fields, stop: call.stop });
      if (asked.kind === "failed") failures.push(asked.payload);
      if (asked.kind !== "answered" || asked.answer.outcome === "pass") continue;
      const { outcome, ref = null } = asked.answer;
      return { handled: { kind: outcome, ref, hook: hook.name }, failures };
    }
    return { handled: null, failures };
  }

  /** Tells hooks what came of a round, and takes what they know of it. */
  async roundAfter(
    call: RoundCall & { readonly dirtyOutcome?: DirtyOutcomeKind | null },
    result: RoundResult,
  ): Promise<AfterOutcome> {
    const { round } = call;
    const logPath = round.logPath;
    const facts = { logPath, dirtyOutcome: call.dirtyOutcome ?? null, redact: this.#asker.redact };
    const told = { ...roundFields(round), result: resultFields(result, facts) };
    const answers: AfterAnswer[] = [];
    const failures: FailedHook[] = [];
    for (const hook of this.#asker.at("round_after")) {
      const asked = await this.#asker.ask(hook, "round_after", { agent: round.agent, fields: told, stop: call.stop });
      if (asked.kind === "failed") failures.push(asked.payload);
      else if (asked.kind === "answered") answers.push({ hook: hook.name, answer: asked.answer });
    }
    const now = this.#ports.clock.now() / 1000;
    const taken = afterRound(answers, { result, now, prices: this.#config.prices, redact: this.#asker.redact });
    return { ...taken, failures: [...failures, ...taken.failures] };
  }

  /** Asks hooks whether something is wrong. @param view as `peek --json` shows it */
  async monitorDetect(
    view: Readonly<Record<string, unknown>>,
    options: { readonly stop?: AbortSignal } = {},
  ): Promise<DetectOutcome> {
    const agent = agentOf(this.#config);
    const alerts: HookAlert[] = [];
    const failures: FailedHook[] = [];
    for (const hook of this.#asker.at("monitor_detect")) {
      const fields = { view: { ...view } };
      const asked = await this.#asker.ask(hook, "monitor_detect", { agent, fields, stop: options.stop });
      if (asked.kind === "failed") failures.push(asked.payload);
      if (asked.kind !== "answered" || !asked.answer.alert) continue;
      const { severity, message } = asked.answer.alert;
      alerts.push({ detector: hook.name, severity, message: clip(this.#asker.redact(message), longestAlert) });
    }
    return { alerts, failures };
  }

  /** Tells hooks of an alert. @param host as it was named; null for this machine @returns what they did wrong */
  async monitorAlert(
    { alert, host }: { readonly alert: Alert; readonly host: string | null },
    options: { readonly stop?: AbortSignal } = {},
  ): Promise<readonly FailedHook[]> {
    const agent = agentOf(this.#config);
    const failures: FailedHook[] = [];
    for (const hook of this.#asker.at("monitor_alert")) {
      const fields = { alert: alertFields(alert, host) };
      const asked = await this.#asker.ask(hook, "monitor_alert", { agent, fields, stop: options.stop });
      if (asked.kind === "failed") failures.push(asked.payload);
    }
    return failures;
  }

  #isOffBefore({ phase }: HookRound): boolean {
    const { overrides } = this.#config.phases;
    const override = phase !== null && Object.hasOwn(overrides, phase) ? overrides[phase] : undefined;
    return override?.disablePreRoundHooks ?? this.#config.runtime.disablePreRoundHooks;
  }
}
