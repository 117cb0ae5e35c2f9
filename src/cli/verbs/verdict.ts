// verdict: judges any log of an agent, without a project: the tool for saying "it called this wrong".
import { agents } from "../../agents/registry.ts";
import { exitCode, usageError } from "../../core/errors.ts";
import type { Ending, Wall } from "../../core/round.ts";
import { signalNumbers } from "../../core/round.ts";
import { nearest } from "../../core/text.ts";
import { judgeLogs } from "../judged_log.ts";
import { parseMoment } from "../moment.ts";
import { spellJson } from "../print.ts";
import { maskSecretValues } from "../secrets.ts";
import { defineVerb } from "../verb.ts";

const walls = ["first_byte", "idle", "hard"] as const satisfies readonly Wall[];

export default defineVerb({
  name: "verdict",
  summary: "Judge any log of an agent offline, with the evidence",
  flags: {
    agent: {
      kind: "string",
      placeholder: "NAME",
      suggests: "readers",
      brief: "Whose output it is: the name of a reader, such as claude",
    },
    log: {
      kind: "string",
      isRepeatable: true,
      placeholder: "FILE",
      suggests: "paths",
      brief: "The output; given twice, the standard output and then the standard error",
    },
    exit: { kind: "string", placeholder: "N", brief: "Exit status of the agent (0 when nothing is said)" },
    signal: { kind: "string", placeholder: "NAME", brief: "Signal the agent died of, such as SIGTERM" },
    wall: { kind: "choice", values: walls, brief: "The time limit at which the supervisor ended it" },
    command: {
      kind: "string",
      placeholder: "WORDS",
      brief: "The agent's command line, where its flags decide what it prints",
    },
    now: { kind: "string", placeholder: "ISO", brief: "When it was written; the time of the last file when absent" },
    "time-zone": { kind: "string", placeholder: "ZONE", brief: "Where it was written; this machine's when absent" },
  },
  needs: ["read", "env", "sys"],
  examples: [
    "agent-runner verdict --agent claude --log ~/.agent-runner/shop/logs/round-12.log --exit 1",
    "agent-runner verdict --agent codex --log out.jsonl --log err.txt --wall hard --json",
  ],
  async run({ flags, isJson }, world) {
    const entry = agentNamed(flags.agent);
    const ending = endingFrom(flags);
    if (flags.log.length === 0) throw usageError("No log is given", "Name it: --log FILE");
    const zone = flags["time-zone"];
    if (zone !== undefined && !(await import("../../core/zone.ts")).isTimeZone(zone)) {
      throw usageError(`'${zone}' is no time zone`, "Write an IANA name such as Europe/Berlin or UTC");
    }
    maskSecretValues(null, world);
    const judged = judgeLogs({
      agent: await entry.load(),
      paths: flags.log,
      command: flags.command?.split(/\s+/).filter((word) => word !== "") ?? [],
      ending,
      now: flags.now === undefined ? null : parseMoment(flags.now, { flag: "now", now: world.clock.now() }),
      timeZone: zone ?? null,
    }, world);
    if (isJson) world.stdout.write(`${spellJson(judged)}\n`);
    else world.stdout.write(await (await import("../judged_page.ts")).spellJudged(judged, world.stdout));
    return exitCode.ok;
  },
});

function agentNamed(name: string | undefined) {
  const names = agents.map((agent) => agent.name);
  const known = `The readers are ${names.join(", ")}`;
  if (name === undefined) throw usageError("No agent is named", `Write --agent NAME. ${known}`);
  const entry = agents.find((agent) => agent.name === name || agent.binaries.includes(name));
  if (entry) return entry;
  const guess = nearest(name, names);
  throw usageError(`There is no reader '${name}'`, guess === null ? known : `Did you mean '${guess}'? ${known}`);
}

function endingFrom(
  { exit, signal, wall }: {
    readonly exit: string | undefined;
    readonly signal: string | undefined;
    readonly wall: string | undefined;
  },
): Ending {
  if ([exit, signal, wall].filter((flag) => flag !== undefined).length > 1) {
    throw usageError("A round ends in one way", "Give one of --exit, --signal and --wall");
  }
  if (wall !== undefined) return { kind: "timed_out", wall: wall as Wall, code: null };
  if (signal !== undefined) return { kind: "signalled", signal: signalNamed(signal) };
  const isStatus = exit === undefined || (/^-?\d{1,3}$/.test(exit) && Number(exit) >= -64 && Number(exit) <= 255);
  if (!isStatus) {
    throw usageError(`'${exit}' is no exit status`, "Write a whole number from -64 to 255");
  }
  return { kind: "exited", code: Number(exit ?? 0) };
}

function signalNamed(text: string): string {
  const name = text.toUpperCase().replace(/^(?:SIG)?/, "SIG");
  if (Object.hasOwn(signalNumbers, name)) return name;
  const known = Object.keys(signalNumbers);
  throw usageError(`'${text}' is no signal`, `Did you mean '${nearest(name, known) ?? "SIGTERM"}'?`);
}
