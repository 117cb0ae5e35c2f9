// Tries one hook at one point with a made-up request: nothing of it counts, and the hook is told so.
import type { ActiveHook } from "../config/active_hooks.ts";
import { phaseFor } from "../config/phases.ts";
import type { Config } from "../config/schema.ts";
import type { HookPoint } from "../core/hook.ts";
import { HookAsker } from "./asker.ts";
import type { Asked } from "./asker.ts";
import type { Answer } from "./answers.ts";
import type { HostPorts } from "./host.ts";
import { ownEvents } from "./own_events.ts";
import { PromptAudit } from "./prompt_audit.ts";
import { agentOf } from "./request.ts";
import { sampleFields } from "./sample.ts";

/** What came of one try. Texts are redacted. */
export interface Trial {
  readonly point: HookPoint;
  readonly isOk: boolean;
  /** The fields that count; null when there is no answer. */
  readonly answer: Readonly<Record<string, unknown>> | null;
  /** What went wrong, in one word and in a sentence; null when nothing did. */
  readonly fault: { readonly kind: string; readonly message: string; readonly said: string } | null;
  /** Files of the prompt that it changed in spite of `dry_run`. */
  readonly changed: readonly string[];
  readonly seconds: number;
}

/** @param facts `view`: the project as `peek --json` shows it */
export async function tryHook(
  config: Config,
  facts: {
    readonly hook: ActiveHook;
    readonly point: HookPoint;
    readonly view: Readonly<Record<string, unknown>>;
    readonly stop: AbortSignal;
  },
  ports: HostPorts,
): Promise<Trial> {
  const { hook, point, view, stop } = facts;
  const dry = { ...config, runtime: { ...config.runtime, dryRun: true } };
  const asker = new HookAsker(dry, ports);
  const files = point === "round_before" ? phaseFor(config, { number: 1 }).promptFiles : [];
  const audit = await PromptAudit.open(files, ports.files);
  const begin = ports.clock.monotonic();
  const fields = sampleFields(point, dry, { now: ports.clock.now(), redact: asker.redact, view });
  const asked = await asker.ask<HookPoint>(hook, point, { agent: agentOf(dry), fields, stop });
  const seconds = (ports.clock.monotonic() - begin) / 1000;
  const changed = (await audit.changes()).map(({ path }) => path);
  const fault = faultOf(asked, { hook: hook.name, asker });
  const answer = asked.kind === "answered" ? asked.answer as Readonly<Record<string, unknown>> : null;
  return { point, isOk: fault === null, answer, fault, changed, seconds };
}

function faultOf(
  asked: Asked<HookPoint>,
  { hook, asker }: { readonly hook: string; readonly asker: HookAsker },
): Trial["fault"] {
  switch (asked.kind) {
    case "stopped":
      return { kind: "stopped", message: "it was stopped before it had answered", said: "" };
    case "failed": {
      const { error_type: kind, error_message: message, traceback: said } = asked.payload;
      return { kind, message, said };
    }
    case "answered": {
      const { events } = asked.answer as Partial<Answer<"round_after">>;
      const taken = ownEvents(events ?? [], { hook, round: 1, redact: asker.redact });
      return taken.kind === "ok" ? null : { kind: "bad_field", message: taken.message, said: "" };
    }
    default:
      return asked satisfies never;
  }
}
