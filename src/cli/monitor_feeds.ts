// Puts together what the monitor watches: the project of this machine, or the same one on others over ssh.
import type { Config } from "../config/schema.ts";
import type { Tell } from "../core/telling.ts";
import { stopRunning } from "../loop/stop_running.ts";
import type { AutoStopOptions } from "../monitor/act.ts";
import type { DetailsThere } from "../monitor/details_there.ts";
import type { Feed } from "../monitor/feed.ts";
import { LocalFeed } from "../monitor/feed_local.ts";
import type { SshTarget } from "../monitor/ssh_target.ts";
import type { RemoteNotice } from "../monitor/tolerance.ts";
import { tailOfRound } from "../monitor/wordless.ts";
import type { EventSink } from "../ports/records.ts";
import { readViewHere } from "./monitor_hooks.ts";
import type { ReadView } from "./monitor_hooks.ts";
import { MonitorSeat } from "./monitor_seat.ts";
import type { World } from "./world.ts";

/** One watched project, wherever it is. */
export interface Watched {
  readonly feed: Feed;
  /** The word the operator named the host with; null for this machine. */
  readonly label: string | null;
  readonly readView: ReadView;
  /** Null: they are read here. */
  readonly details: DetailsThere | null;
  tailOf(round: number): string | null;
  /** Where what happens to it is recorded: nowhere while another monitor of it does so. */
  readonly sink: EventSink;
  readonly seat: MonitorSeat;
  readonly stop: AutoStopOptions["stop"];
}

export interface WatchedOptions {
  readonly config: Config;
  /** As given on the command line; empty: this machine. */
  readonly hosts: readonly string[];
  readonly intervalSeconds: number;
  /** Where what happens to connections is recorded: here, whatever is watched. */
  readonly sink: EventSink;
  readonly tell: Tell;
}

/** Opens nothing yet: the first look does. Throws `OperatorError` (2) for a word that cannot be a host. */
export async function openWatched(options: WatchedOptions, world: World): Promise<readonly Watched[]> {
  if (options.hosts.length === 0) return [watchHere(options, world)];
  const { parseSshTarget } = await import("../monitor/ssh_target.ts");
  const { project } = options.config;
  const targets = [...new Set(options.hosts)].map((label) => ({ label, target: parseSshTarget(label, { project }) }));
  return await Promise.all(targets.map((named) => watchThere(named, options, world)));
}

function watchHere({ config: { runtime: { logDir } }, sink }: WatchedOptions, world: World): Watched {
  const { files, lock, clock } = world;
  const seat = new MonitorSeat(logDir, null, lock);
  return {
    seat,
    sink: seat.guard(sink),
    feed: new LocalFeed({ files, lock, clock, logDir }),
    label: null,
    readView: (config) => readViewHere(config, world),
    details: null,
    tailOf: (number) => tailOfRound(files, { logDir, number }),
    stop: (signal) => stopRunning(logDir, world, { signal }),
  };
}

async function watchThere(
  { label, target }: { readonly label: string; readonly target: SshTarget },
  { config, intervalSeconds, sink: wholeSink, tell }: WatchedOptions,
  world: World,
): Promise<Watched> {
  const { SshFeed } = await import("../monitor/feed_ssh.ts");
  const { DetailsThere } = await import("../monitor/details_there.ts");
  const { stopRemote } = await import("../monitor/stop_remote.ts");
  const { readViewThere } = await import("./monitor_view_there.ts");
  const seat = new MonitorSeat(config.runtime.logDir, label, world.lock);
  const sink = seat.guard(wholeSink);
  const feed = new SshFeed({
    target,
    toleranceSeconds: config.monitor.remoteFailureToleranceSeconds,
    intervalSeconds,
    onNotice(notice) {
      record(notice, sink);
      if (notice.kind === "monitor_remote_blip") tell(blipTelling(notice.payload));
    },
    onNote: (text) => tell({ kind: "remote_note", text, tone: "warn", facts: { host: label } }),
  }, world);
  return {
    feed,
    label,
    seat,
    sink,
    readView: (_, signal) => readViewThere(target, world, signal),
    details: new DetailsThere(target, world),
    // Its output is on the other machine: what of it is needed comes with the looks.
    tailOf: () => null,
    stop: (signal) => stopRemote(target, world, { signal }),
  };
}

function record(notice: RemoteNotice, sink: EventSink): void {
  if (notice.kind === "monitor_remote_blip") sink.emit(notice.kind, notice.payload);
  else sink.emit(notice.kind, notice.payload);
}

function blipTelling(payload: Extract<RemoteNotice, { kind: "monitor_remote_blip" }>["payload"]) {
  const { host, error, attempt, next_sleep_s } = payload;
  return {
    kind: "monitor_remote_blip",
    text: `'${host}' cannot be watched (attempt ${attempt}, the next one in ${next_sleep_s}s): ${error}`,
    tone: "warn" as const,
    facts: { ...payload },
  };
}
