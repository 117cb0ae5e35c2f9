// Keeps in one file what waits and how far the events were read: one step of the disk accepts a notice, or none does.
import { severities } from "../core/alert.ts";
import { noticeTopics } from "../core/notice.ts";
import { joinPath } from "../core/path.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";
import { isObject, readJsonObject } from "../store/json_file.ts";
import type { MonthPlace } from "../store/month_tails.ts";
import type { Outbox, SinkMemory, Waiting } from "./outbox.ts";
import { emptyScene } from "./scene.ts";
import type { Scene, SceneRound } from "./scene.ts";
import type { Message } from "./spell_notice.ts";

/** All that outlives the process that sends. */
export interface NotifyState {
  /** How far the files of events were read; empty before the first time. */
  readonly places: readonly MonthPlace[];
  /** Epoch milliseconds of the newest event that was read; 0 before the first. */
  readonly newestAt: number;
  readonly scene: Scene;
  readonly outbox: Outbox;
}

/** What a file held. `damage`: why something of it is lost, for people. */
export interface ReadState {
  /** Null when there is none, or none that can be used. */
  readonly state: NotifyState | null;
  readonly damage: string | null;
}

/** Twice what is ever written. */
const longestKeptBytes = 2 * 1024 * 1024;

/** Path of the file in a log folder. */
export function outboxPath(logDir: string): string {
  return joinPath(logDir, "notify.json");
}

/** Path of the lock that whoever sends holds. */
export function outboxLockPath(logDir: string): string {
  return joinPath(logDir, "notify.lock");
}

/** Reads the file, whatever it holds. Never throws for that. */
export function readOutbox(logDir: string, files: Files): ReadState {
  const path = outboxPath(logDir);
  const raw = readJsonObject(files, path);
  if (raw === null) {
    const damage = isThere(path, files) ? "the outbox could not be read, and a new one is begun" : null;
    return { state: null, damage };
  }
  const entries = Array.isArray(raw.waiting) ? raw.waiting : [];
  const waiting = entries.flatMap((entry: unknown) => isWaiting(entry) ? [entry] : []);
  const lost = entries.length - waiting.length;
  const sinks = Object.fromEntries(
    Object.entries(isObject(raw.sinks) ? raw.sinks : {}).map(([name, memory]) => [name, readMemory(memory)]),
  );
  const places = (Array.isArray(raw.places) ? raw.places : []).filter(isPlace);
  return {
    state: {
      places,
      newestAt: isWhole(raw.newestAt) ? raw.newestAt : 0,
      scene: readScene(raw.scene),
      outbox: { waiting, sinks },
    },
    damage: lost === 0 ? null : `${lost} messages of the outbox could not be read`,
  };
}

/** Replaces the file in one step; it is on the disk then. Throws `FileFault`. */
export function writeOutbox(logDir: string, { places, newestAt, scene, outbox }: NotifyState, files: Files): void {
  const content = { places, newestAt, scene, waiting: outbox.waiting, sinks: outbox.sinks };
  files.writeAtomic(outboxPath(logDir), stateText("notify.json", content), { isDurable: true });
}

/** Puts a file that could not be read aside before it is written over. @returns its name; null when that is not possible */
export function keepDamaged(logDir: string, files: Files): string | null {
  const path = outboxPath(logDir);
  try {
    if (files.stat(path)?.isFile !== true) return null;
    const bytes = files.readBytes(path, { offset: 0, length: longestKeptBytes });
    if (bytes === null) return null;
    files.writeAtomic(`${path}.damaged`, bytes, { isDurable: true });
    return "notify.json.damaged";
  } catch (thrown) {
    if (thrown instanceof FileFault) return null;
    throw thrown;
  }
}

function isThere(path: string, files: Files): boolean {
  try {
    return files.lstat(path) !== null;
  } catch {
    return true;
  }
}

function isPlace(value: unknown): value is MonthPlace {
  return isObject(value) && typeof value.name === "string" && isWhole(value.offset) && isWhole(value.inode);
}

function isWaiting(value: unknown): value is Waiting {
  return isObject(value) && typeof value.id === "string" && /^[0-9a-f]{32}$/.test(value.id) &&
    typeof value.sink === "string" && isWhole(value.acceptedAt) && isWhole(value.attempts) &&
    typeof value.isHeld === "boolean" && isMessage(value.message);
}

function isMessage(value: unknown): value is Message {
  if (!isObject(value)) return false;
  const { title, text, project, host, event, topic, severity, isUrgent, at, notices } = value;
  const areTexts = [title, text, project, host].every((field) => typeof field === "string");
  const isOfEvent = event === null || typeof event === "string";
  return areTexts && isOfEvent && noticeTopics.some((known) => known === topic) &&
    severities.some((known) => known === severity) && typeof isUrgent === "boolean" && isWhole(at) && isWhole(notices);
}

function readMemory(value: unknown): SinkMemory {
  const raw = isObject(value) ? value : {};
  const told = Object.entries(isObject(raw.told) ? raw.told : {}).filter(([, at]) => isWhole(at));
  return {
    sent: Array.isArray(raw.sent) ? raw.sent.filter(isWhole) : [],
    told: Object.fromEntries(told) as Record<string, number>,
    failures: isWhole(raw.failures) ? raw.failures : 0,
    nextAt: isWhole(raw.nextAt) ? raw.nextAt : 0,
  };
}

function readScene(value: unknown): Scene {
  if (!isObject(value)) return emptyScene;
  const states = ["unknown", "running", "between", "waiting", "stopped"] as const;
  return {
    state: states.find((state) => state === value.state) ?? "unknown",
    round: readRound(value.round),
    lastChanged: readRound(value.lastChanged),
    waitsUntil: isWhole(value.waitsUntil) ? value.waitsUntil : null,
    waitsFor: typeof value.waitsFor === "string" ? value.waitsFor : null,
    pause: isObject(value.pause) ? { until: isWhole(value.pause.until) ? value.pause.until : null } : null,
    isDoneProven: value.isDoneProven === true,
  };
}

function readRound(value: unknown): SceneRound | null {
  if (!isObject(value) || !isWhole(value.number)) return null;
  const { number, verdict, change } = value;
  return {
    number,
    verdict: typeof verdict === "string" ? verdict : null,
    change: typeof change === "string" ? change : null,
  };
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
