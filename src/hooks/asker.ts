// Asks one hook at one point: request, call, and its answer held against the protocol.
import { activeHooks } from "../config/active_hooks.ts";
import type { ActiveHook } from "../config/active_hooks.ts";
import type { Config } from "../config/schema.ts";
import type { HookPoint } from "../core/hook.ts";
import { redact, redactor } from "../core/redact.ts";
import type { Redactor } from "../core/redact.ts";
import { secretValuesIn } from "../core/redact_environment.ts";
import { checkAnswer } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { callHook } from "./call.ts";
import type { HookPorts } from "./call.ts";
import { namedVariables } from "./environment.ts";
import { failedPayload } from "./failure.ts";
import type { HookFailure } from "./failure.ts";
import type { FailedHook } from "./outcomes.ts";
import { commonFields, requestVariables } from "./request.ts";
import type { HookAgent } from "./request.ts";
import type { Request } from "./request_schema.ts";

/** `stopped`: an end was asked for meanwhile; nothing is to be told. */
export type Asked<Point extends HookPoint> =
  | { readonly kind: "answered"; readonly answer: Answer<Point> }
  | { readonly kind: "failed"; readonly failure: HookFailure; readonly payload: FailedHook }
  | { readonly kind: "stopped" };

export interface Asking<Point extends HookPoint> {
  readonly agent: HookAgent;
  /** What the point adds to the request. */
  readonly fields: Omit<Request<Point>, keyof Request<"serve_start">>;
  readonly stop?: AbortSignal | undefined;
}

/** The hooks of one configuration, one call at a time. */
export class HookAsker {
  /** Those that are on, in their order. */
  readonly hooks: readonly ActiveHook[];
  /** Masks secrets, those that the configuration hands to hooks among them. */
  readonly redact: Redactor;
  readonly #config: Config;
  readonly #ports: HookPorts;

  /** @param ports `redact`: what else is masked; the known shapes of secrets when absent */
  constructor(config: Config, ports: HookPorts & { readonly redact?: Redactor }) {
    this.hooks = activeHooks(config);
    this.#config = config;
    this.#ports = ports;
    const inherited = ports.host.environment();
    const secrets = this.hooks.flatMap((hook) => secretValuesIn(namedVariables(hook, inherited)));
    const known = secrets.length === 0 ? null : redactor(secrets);
    const inner = ports.redact ?? redact;
    this.redact = known === null ? inner : (text) => known(inner(text));
  }

  /** The hooks of one point. */
  at(point: HookPoint): readonly ActiveHook[] {
    return this.hooks.filter((hook) => hook.points.includes(point));
  }

  /** Never rejects for what the hook does. */
  async ask<Point extends HookPoint>(
    hook: ActiveHook,
    point: Point,
    asking: Asking<Point>,
  ): Promise<Asked<Point>> {
    const { protocol, ...common } = commonFields(this.#config, asking.agent);
    const request = { protocol, point, hook: hook.name, ...common, ...asking.fields };
    const outcome = await callHook({
      hook,
      point,
      workDir: this.#config.runtime.workDir,
      request,
      variables: requestVariables(request),
      ...(asking.stop === undefined ? {} : { stop: asking.stop }),
    }, this.#ports);
    switch (outcome.kind) {
      case "stopped":
        return outcome;
      case "failed":
        return this.#failed(outcome.failure);
      case "answered": {
        const checked = checkAnswer(point, outcome.answer);
        if (checked.kind === "ok") return { kind: "answered", answer: checked.answer };
        const { message } = checked;
        return this.#failed({ hook: hook.name, point, fault: "bad_field", message, said: outcome.said });
      }
      default:
        return outcome satisfies never;
    }
  }

  #failed(failure: HookFailure) {
    return { kind: "failed" as const, failure, payload: failedPayload(failure, this.redact) };
  }
}
