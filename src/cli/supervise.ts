// Puts a supervisor together for the verbs that run rounds: reader, lock, stop requests, and lines for the watcher.
import type { Config } from "../config/schema.ts";
import { phaseFor } from "../config/phases.ts";
import { OperatorError } from "../core/errors.ts";
import { handoverSignal } from "../core/round.ts";
import { serviceIdentity } from "../core/service.ts";
import type { Tell } from "../core/telling.ts";
import { redact } from "../core/redact.ts";
import type { SignOfLife } from "../service/sign_of_life.ts";
import { Seats } from "../loop/seats.ts";
import { clearStopNote, leaveStopNote } from "../loop/stop_note.ts";
import { stopAfterRound, StopRequests } from "../loop/stop_requests.ts";
import { Supervisor } from "../loop/supervisor.ts";
import { StatusFile } from "../store/status.ts";
import { maskSecretValues } from "./secrets.ts";
import { seatsOf } from "./seats.ts";
import { telemetryOf } from "./telemetry.ts";
import { tellerOn } from "./teller.ts";
import type { World } from "./world.ts";

/** Everything `work` needs; the lock is held while it runs. */
export interface Supervision {
  readonly supervisor: Supervisor;
  readonly stop: StopRequests;
  /** The agents of the configuration. */
  readonly seats: Seats;
  readonly tell: Tell;
}

/** What is left to be sent when the supervisor leaves may take so long. */
const lastSendMs = 2_000;

/** Environment variable that skips the start-up battery when it is 1, true, yes or on. */
export function skipsBattery(world: World): boolean {
  const value = world.host.environment().AGENT_RUNNER_SKIP_STARTUP_CHECK ?? "";
  return ["1", "true", "yes", "on"].includes(value.toLowerCase());
}

/** Takes the lock, runs `work`, gives the lock back. Signals are heard from the first moment. */
export async function supervised(
  config: Config,
  options: {
    readonly isJson: boolean;
    readonly phase?: string | null;
    readonly version: string;
    /** Told what goes on, too. */
    readonly life?: SignOfLife | null;
  },
  world: World,
  work: (supervision: Supervision) => Promise<number>,
): Promise<number> {
  // An unknown phase is a mistake on the command line: it is told before anything is touched.
  phaseFor(config, { number: 1, phase: options.phase ?? null });
  maskSecretValues(config, world);
  const teller = tellerOn(world.stdout, { isJson: options.isJson, clock: world.clock });
  const { life = null } = options;
  const tell: Tell = life === null ? teller : (telling) => {
    teller(telling);
    life.status(redact(telling.text));
  };
  const { logDir } = config.runtime;
  let isHolder = false;
  const note = () => leaveStopNote(logDir, { now: world.clock.now(), pid: world.host.pid }, world.files);
  const stop = new StopRequests(world.signals, (count, name) => {
    tell(stopTelling(count, name));
    if (isHolder && name !== handoverSignal && (count === 1 || name === stopAfterRound)) note();
  });
  try {
    const seats = new Seats(await seatsOf(config), { logDir, files: world.files });
    // A round that an earlier life was in is read with the reader of the agent that was at work in it.
    const inRound = new StatusFile(logDir, world.files).agentInRound();
    if (inRound !== null) seats.foundAtWork(inRound);
    const { agent, settings } = seats.active;
    const service = serviceIdentity(world.host.environment());
    const active = { ...config, agent: { ...config.agent, ...settings } };
    const telemetry = await telemetryOf(config.project, tell, world);
    const inputs = { config: active, version: options.version, agent, tell, service, telemetry };
    const supervisor = await Supervisor.open(inputs, world);
    try {
      isHolder = true;
      if (stop.finish.aborted && !stop.leave.aborted) note();
      return await work({ supervisor, stop, seats, tell });
    } finally {
      clearStopNote(logDir, world.files);
      supervisor.close();
      await telemetry?.close(lastSendMs);
    }
  } catch (thrown) {
    if (thrown instanceof OperatorError) await world.stdout.drain(500);
    throw thrown;
  } finally {
    stop.close();
  }
}

function stopTelling(count: number, name: string) {
  if (name === handoverSignal) {
    const text = `${name}: this supervisor leaves for the next one; a running round goes on`;
    return { kind: "handover_requested", text, tone: "warn" as const, facts: { signal: name, count } };
  }
  if (name === stopAfterRound) {
    const text = "stop-after-round: no further round; a running round finishes";
    return { kind: "stop_requested", text, tone: "warn" as const, facts: { signal: null, count } };
  }
  const text = count === 1
    ? `${name}: no further round; a running round may finish (once more: the round is stopped now)`
    : `${name}: the running round is stopped now`;
  return { kind: "stop_requested", text, tone: "warn" as const, facts: { signal: name, count } };
}
