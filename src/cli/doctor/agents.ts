// Is each agent of the configuration installed, which version is it, and is there a sign of a login.
import { agentFor, unwrap } from "../../agents/detect.ts";
import { clip } from "../../core/text.ts";
import type { RunOutcome } from "../../ports/processes.ts";
import type { Seat } from "../../loop/seats.ts";
import { seatsOf } from "../seats.ts";
import { batteryOf } from "./battery.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";
import { checkLogin } from "./logins.ts";

/** Some CLIs take their time: on a small machine a start of Node alone takes seconds. */
const versionTimeoutMs = 15_000;
const versionCharacters = 100;

export async function checkAgents(scene: ProjectScene): Promise<readonly Finding[]> {
  const seats = await seatsOf(scene.config);
  return (await Promise.all(seats.map((seat, i) => checkSeat(seat, { scene, isFirst: i === 0 })))).flat();
}

async function checkSeat(
  seat: Seat,
  { scene, isFirst }: { readonly scene: ProjectScene; readonly isFirst: boolean },
): Promise<readonly Finding[]> {
  const name = `agent ${seat.name}`;
  const troubles = batteryOf(seat.settings, scene).failures.filter(({ name }) => name === "agent_cli_in_path");
  if (troubles.length > 0) {
    // Without one that only stands in, rounds work.
    const tell = isFirst ? fail : warn;
    return troubles.map(({ reason, fix }) => tell(name, { found: reason, fix }));
  }
  // A script of the user's own would begin to work, whatever it is asked, and only it knows how it logs in.
  if (agentFor(seat.settings.command, null).name === "plain") {
    const place = placeOf(seat, scene);
    return [ok(name, `${place}; its version is not asked for: what it does with '--version' is not known`)];
  }
  return [await checkVersion(seat, scene), ...checkLogin(seat, { scene, isFirst })];
}

async function checkVersion(seat: Seat, scene: ProjectScene): Promise<Finding> {
  const { settings } = seat;
  const name = `agent ${seat.name}`;
  const words = settings.command.slice(0, settings.command.length - unwrap(settings.command).length + 1);
  const argv = [...settings.wrapper, ...words, "--version"];
  const outcome = await scene.world.processes.run({
    argv,
    workDir: scene.config.runtime.workDir,
    environment: settings.env,
    timeoutMs: versionTimeoutMs,
  });
  const line = firstLine(outcome);
  if (outcome.kind === "exited" && outcome.code === 0 && line !== "") {
    return ok(name, `${line} (${placeOf(seat, scene)})`);
  }
  const found = `'${argv.join(" ")}' ${spellFailure(outcome, line)}`;
  return warn(name, { found, fix: "Run it by hand as the user that runs serve, and mend what it complains of" });
}

function placeOf({ settings }: Seat, { world, config }: ProjectScene): string {
  const command = settings.command[0] ?? "";
  const path = { ...world.host.environment(), ...settings.env }.PATH ?? "/usr/bin:/bin";
  return world.processes.find(command, { path, workDir: config.runtime.workDir }) ?? command;
}

function firstLine(outcome: RunOutcome): string {
  if (outcome.kind !== "exited") return "";
  const decoder = new TextDecoder();
  const lines = [outcome.stdout, outcome.stderr].flatMap((bytes) => decoder.decode(bytes).split("\n"));
  return clip(lines.map((line) => line.trim()).find((line) => line !== "") ?? "", versionCharacters);
}

function spellFailure(outcome: RunOutcome, line: string): string {
  switch (outcome.kind) {
    case "exited":
      return `ended with exit code ${outcome.code}${line === "" ? " and said nothing" : `: ${line}`}`;
    case "timed_out":
      return `did not answer within ${versionTimeoutMs / 1000} s`;
    case "absent":
      return `cannot be run: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
