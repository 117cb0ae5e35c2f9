// Can the clock be believed: waits, budgets and records all go by it.
import { isoTime, spellDuration } from "../../core/text.ts";
import { openEventSource } from "../../store/event_source.ts";
import type { Finding, Scene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";
import { wordOf } from "./short_command.ts";

const name = "clock";
const firstYear = 2025;
const lastYear = 2099;
const lookMs = 150;
/** A clock that is being adjusted gently stays within this. */
const mostDriftMs = 100;
/** Records may be a little ahead: they were written on another machine, or before a small step. */
const mostAheadSeconds = 120;
const reachBytes = 256 * 1024;
const fix = "Set the clock, and have it kept right: timedatectl set-ntp true, or an NTP client";

export async function checkClock(scene: Scene): Promise<readonly Finding[]> {
  const { clock, processes } = scene.world;
  const now = clock.now();
  const spelled = `${isoTime(now).slice(0, 19)}Z`;
  const year = new Date(now).getUTCFullYear();
  if (year < firstYear || year > lastYear) {
    return [fail(name, { found: `${spelled} cannot be right: no provider is reached with it`, fix })];
  }
  const ahead = secondsAhead(scene, now);
  if (ahead > mostAheadSeconds) {
    const found = `${spelled} is ${spellDuration(ahead)} before the newest record: it was set back, or runs behind`;
    return [warn(name, { found, fix })];
  }
  const drift = await driftMs(scene);
  if (drift > mostDriftMs) {
    const found = `it moved by ${drift} ms against the time that passed: something is setting it`;
    return [warn(name, { found, fix: "Look again; should it stay so, end one of the programs that set the clock" })];
  }
  const synchronized = await wordOf(["timedatectl", "show", "--property=NTPSynchronized", "--value"], processes);
  if (synchronized === "no") return [warn(name, { found: `${spelled}, and nothing keeps it right`, fix })];
  return [ok(name, `${spelled}${synchronized === "yes" ? ", kept right by NTP" : ""}`)];
}

/** By how much wall clock and monotonic clock went apart in a moment. */
async function driftMs({ world: { clock } }: Scene): Promise<number> {
  const [wall, monotonic] = [clock.now(), clock.monotonic()];
  await clock.sleep(lookMs);
  return Math.abs(Math.round((clock.now() - wall) - (clock.monotonic() - monotonic)));
}

function secondsAhead({ config, world }: Scene, now: number): number {
  if (config === null) return 0;
  const source = openEventSource({ files: world.files, logDir: config.runtime.logDir });
  const newest = source.query({ kinds: null, limit: 1, maxBytes: reachBytes }).lines[0]?.event.ts;
  const at = newest === undefined ? NaN : Date.parse(newest);
  return Number.isNaN(at) ? 0 : (at - now) / 1000;
}
