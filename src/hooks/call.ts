// Calls one hook once: a process with a deadline, one JSON object in, one JSON object out, and nothing left behind.
import type { ActiveHook } from "../config/active_hooks.ts";
import type { HookPoint } from "../core/hook.ts";
import { withoutCutWord } from "../core/redact.ts";
import type { Clock } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";
import type { Processes, RunOutcome } from "../ports/processes.ts";
import { parseAnswer } from "./answer_text.ts";
import { hookEnvironment } from "./environment.ts";
import { lastLine, quoted } from "./failure.ts";
import type { HookFailure, HookFault } from "./failure.ts";
import { callMarker, endLeftovers, endRunning } from "./leftovers.ts";

/** Largest answer, bytes. */
const longestAnswerBytes = 1024 * 1024;

/** The port keeps so much of standard error. */
const keptErrorBytes = 64 * 1024;
const stopLookMs = 200;

/** The shell becomes the hook; its first line on standard error names the process group it leads. */
const script = 'printf "%s\\n" "$$" >&2; exec "$@"';

export interface HookPorts {
  readonly clock: Clock;
  readonly host: Host;
  readonly processes: Processes;
}

export interface HookCall {
  readonly hook: ActiveHook;
  readonly point: HookPoint;
  readonly workDir: string;
  /** What goes to its standard input. */
  readonly request: Readonly<Record<string, unknown>>;
  /** `AGENT_RUNNER_*` variables of this call. */
  readonly variables: Readonly<Record<string, string>>;
  /** Ends the call when it fires. */
  readonly stop?: AbortSignal;
}

/** `stopped`: somebody asked for an end meanwhile, which is not the hook's fault. */
export type CallOutcome =
  | { readonly kind: "answered"; readonly answer: Readonly<Record<string, unknown>>; readonly said: string }
  | { readonly kind: "failed"; readonly failure: HookFailure }
  | { readonly kind: "stopped" };

/** Never rejects for what the hook does. */
export async function callHook(call: HookCall, ports: HookPorts): Promise<CallOutcome> {
  if (call.stop?.aborted) return { kind: "stopped" };
  const { hook, workDir } = call;
  const id = crypto.randomUUID();
  const inherited = ports.host.environment();
  const environment = hookEnvironment(hook, { inherited, own: { ...call.variables, [callMarker]: id } });
  const path = environment.set.PATH ?? inherited.PATH ?? "/usr/bin:/bin";
  const [command = "", ...args] = hook.command;
  const file = ports.processes.find(command, { path, workDir });
  if (file === null) return failed(call, { fault: "not_found", message: absence(command, { path, workDir }) });
  const startedAt = ports.clock.now();
  const outcome = await untilStopped(
    ports.processes.run({
      argv: ["/bin/sh", "-c", script, "sh", file, ...args],
      workDir,
      environment: environment.set,
      unset: environment.unset,
      timeoutMs: hook.timeoutSeconds * 1000,
      maxOutputBytes: longestAnswerBytes,
      stdin: new TextEncoder().encode(`${JSON.stringify(call.request)}\n`),
    }),
    { id, stop: call.stop },
    ports,
  );
  const said = readSaid(outcome);
  const left = outcome.kind === "absent" ? 0 : await endLeftovers({ id, leader: said.leader, startedAt }, ports);
  const judged = judge(call, { outcome, said: said.text, left });
  return judged.kind === "failed" && call.stop?.aborted ? { kind: "stopped" } : judged;
}

/** The outcome of a run that is ended as soon as `stop` fires. */
async function untilStopped(
  run: Promise<RunOutcome>,
  { id, stop }: { readonly id: string; readonly stop: AbortSignal | undefined },
  ports: HookPorts,
): Promise<RunOutcome> {
  if (stop === undefined) return await run;
  const over = new AbortController();
  const end = async () => {
    while (!over.signal.aborted) {
      await endRunning(id, ports.processes);
      await ports.clock.sleep(stopLookMs, over.signal);
    }
  };
  const onStop = () => void end();
  stop.addEventListener("abort", onStop, { once: true });
  try {
    return await run;
  } finally {
    over.abort();
    stop.removeEventListener("abort", onStop);
  }
}

function readSaid(outcome: RunOutcome): { readonly leader: number | null; readonly text: string } {
  if (outcome.kind !== "exited") return { leader: null, text: "" };
  const whole = new TextDecoder().decode(outcome.stderr);
  const text = outcome.stderr.length < keptErrorBytes ? whole : withoutCutWord(whole);
  const first = /^(\d{1,10})\n/.exec(text);
  return first === null ? { leader: null, text } : { leader: Number(first[1]), text: text.slice(first[0].length) };
}

function judge(
  call: HookCall,
  came: { readonly outcome: RunOutcome; readonly said: string; readonly left: number },
): CallOutcome {
  const { outcome, said, left } = came;
  switch (outcome.kind) {
    case "absent":
      return failed(call, { fault: "not_found", message: `it could not be started: ${outcome.reason}` });
    case "timed_out":
      return failed(call, { fault: "timed_out", message: `no answer within ${call.hook.timeoutSeconds} s` });
    case "exited":
      break;
    default:
      return outcome satisfies never;
  }
  const parsed = parseAnswer(outcome.stdout);
  const isReport = parsed.kind === "bad" && parsed.fault === "reported";
  const fault = isReport ? null : faultOf(outcome, { said, left });
  if (fault !== null) return failed(call, { ...fault, said });
  if (parsed.kind === "bad") return failed(call, { ...parsed, said });
  return { kind: "answered", answer: parsed.answer, said };
}

function faultOf(
  outcome: RunOutcome & { readonly kind: "exited" },
  { said, left }: { readonly said: string; readonly left: number },
): { readonly fault: HookFault; readonly message: string } | null {
  const line = quoted(lastLine(said));
  const words = line === "" ? "" : `: ${line}`;
  if (outcome.code < 0) return { fault: "killed", message: `it died of a signal${words}` };
  if (outcome.code !== 0) return { fault: "exit_code", message: `exit code ${outcome.code}${words}` };
  if (outcome.isCut) return { fault: "too_long", message: `an answer of more than ${longestAnswerBytes} bytes` };
  if (left === 0) return null;
  const what = left === 1 ? "a process" : `${left} processes`;
  return { fault: "left_running", message: `it left ${what} running, which had to be ended` };
}

function absence(command: string, at: { readonly path: string; readonly workDir: string }): string {
  return command.includes("/")
    ? `'${command}' is no file that may be executed, seen from '${at.workDir}'`
    : `'${command}' is not found on PATH ${at.path}`;
}

function failed(
  { hook, point }: HookCall,
  what: { readonly fault: HookFault; readonly message: string; readonly said?: string },
): CallOutcome {
  return { kind: "failed", failure: { said: "", ...what, hook: hook.name, point } };
}
