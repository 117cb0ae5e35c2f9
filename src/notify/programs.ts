// Sinks that are programs of this machine: sendmail, the desktop's own notifier, and any executable.
import { clip, visible } from "../core/text.ts";
import { failedForGood, failedForNow } from "./delivery.ts";
import type { Delivered, Delivery, DeliveryPorts } from "./delivery.ts";
import { mailOf } from "./mail.ts";
import { documentOf } from "./web_request.ts";

/** Words of a program, and what goes to its standard input. */
export interface ProgramCall {
  readonly argv: readonly string[];
  readonly stdin: string;
}

const outputBytes = 4096;
const longestSaid = 200;

/** Of what is inherited; secrets of the agent are none of its business. */
const passed =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TZ|TMPDIR|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS|DENO_DIR)$/;

/** Where sendmail is when no PATH leads there. */
const sendmailPlaces = ["sendmail", "/usr/sbin/sendmail", "/usr/lib/sendmail"];

/** Delivers through a program. Never rejects for what the program does. */
export async function deliverByProgram(delivery: Delivery, ports: DeliveryPorts): Promise<Delivered> {
  const { settings, workDir, stop } = delivery;
  const call = programCallOf(delivery, ports);
  if (typeof call === "string") return failedForNow(call);
  const unset = Object.keys(ports.host.environment()).filter((name) => !passed.test(name));
  const outcome = await ports.processes.run({
    argv: call.argv,
    workDir,
    unset,
    timeoutMs: settings.timeoutSeconds * 1000,
    maxOutputBytes: outputBytes,
    stdin: new TextEncoder().encode(call.stdin),
    ...(stop === undefined ? {} : { stop }),
  });
  switch (outcome.kind) {
    case "absent":
      return failedForNow(`'${call.argv[0]}' could not be started: ${outcome.reason}`);
    case "timed_out":
      return failedForNow(`'${call.argv[0]}' did not end within ${settings.timeoutSeconds} s`);
    case "exited":
      return judgeExit(outcome.code, { program: call.argv[0]!, said: new TextDecoder().decode(outcome.stderr) });
    default:
      return outcome satisfies never;
  }
}

/** What is run for a message; a text says why nothing can be. */
export function programCallOf(
  delivery: Pick<Delivery, "settings" | "id" | "message" | "workDir">,
  { clock, host, processes }: Pick<DeliveryPorts, "clock" | "host" | "processes">,
): ProgramCall | string {
  const { settings, id, message, workDir } = delivery;
  const path = host.environment().PATH ?? "/usr/bin:/bin";
  const find = (command: string) => processes.find(command, { path, workDir });
  const isUrgent = message.severity === "critical";
  switch (settings.kind) {
    case "email": {
      const [command, ...args] = settings.command ?? [];
      const places = command === undefined ? sendmailPlaces : [command];
      const file = places.map(find).find((found) => found !== null);
      if (file === undefined || file === null) return `'${places[0]}' is not installed here`;
      return { argv: [file, ...args, "-t", "-i"], stdin: mailOf(delivery, clock.now()) };
    }
    case "desktop": {
      const notifier = find("notify-send");
      if (notifier !== null) {
        const urgency = isUrgent ? "critical" : "normal";
        const words = [`--app-name=agent-runner`, `--urgency=${urgency}`, "--", message.title, markup(message.text)];
        return { argv: [notifier, ...words], stdin: "" };
      }
      const script = find("osascript");
      if (script === null) return "neither 'notify-send' nor 'osascript' is installed here";
      // The texts are arguments of the script and no part of it.
      const lines = ["on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run"];
      return { argv: [script, "-", message.title, message.text], stdin: `${lines.join("\n")}\n` };
    }
    case "exec": {
      const [command = "", ...args] = settings.command ?? [];
      const file = find(command);
      if (file === null) return `'${command}' is no file that may be executed, seen from '${workDir}'`;
      return { argv: [file, ...args], stdin: `${JSON.stringify(documentOf(id, message))}\n` };
    }
    default:
      throw new TypeError(`a sink of kind '${settings.kind}' is no program`);
  }
}

/** EX_TEMPFAIL and all that may be mended is tried again; what the program calls bad data is not. */
function judgeExit(code: number, { program, said }: { readonly program: string; readonly said: string }): Delivered {
  if (code === 0) return { kind: "sent" };
  const line = clip(visible(said.trim().split("\n").at(-1) ?? ""), longestSaid);
  const how = code < 0 ? "died of a signal" : `ended with exit code ${code}`;
  const reason = `'${program}' ${how}${line === "" ? "" : `: ${line}`}`;
  const isBadData = code === 65;
  return isBadData ? failedForGood(reason) : failedForNow(reason);
}

/** notify-send reads simple markup in the text. */
function markup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
