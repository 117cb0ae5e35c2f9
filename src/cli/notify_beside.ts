// The notifier beside the loop or the monitor: loaded only where a sink is configured, and never in the way.
import type { Config } from "../config/schema.ts";
import type { Tell } from "../core/telling.ts";
import { Notifier } from "../notify/notifier.ts";
import { openEventSink } from "../store/event_sink.ts";
import type { World } from "./world.ts";

/** What is due when the process leaves may take so long; the rest is sent by the next one. */
const graceMs = 3000;

/** A notifier at work. */
export interface NotifyBeside {
  /** Ends it, after a last look at the events. Never rejects. */
  end(): Promise<void>;
}

/** Starts telling the sinks of the configuration what the events of its log folder say. */
export function notifyBeside(config: Config, tell: Tell, world: World): NotifyBeside {
  const { logDir, workDir } = config.runtime;
  const { files, clock, lock, host, processes } = world;
  const onFault = (text: string) => tell({ kind: "notify_fault", text, tone: "warn" });
  const options = {
    ...{ logDir, workDir, project: config.project, sinks: config.notify, onFault, random: Math.random },
    events: openEventSink({ files, clock, logDir }),
  };
  const end = new AbortController();
  const work = new Notifier(options, { files, clock, lock, host, processes }).run(end.signal, graceMs)
    .catch((thrown: unknown) => onFault(`notices are not sent any more: ${String(thrown)}`));
  return {
    async end() {
      end.abort();
      await work;
    },
  };
}
