// monitor: the witness beside a project, here or on other machines: tells what goes wrong, and stops what does harm.
import type { Config } from "../../config/schema.ts";
import { exitCode, OperatorError } from "../../core/errors.ts";
import type { Tell } from "../../core/telling.ts";
import type { EventSink } from "../../ports/records.ts";
import { openEventSink } from "../../store/event_sink.ts";
import { parseMoment } from "../moment.ts";
import { maskSecretValues } from "../secrets.ts";
import { tellerOn } from "../teller.ts";
import { defineVerb } from "../verb.ts";
import type { FlagValues } from "../verb.ts";

const usualIntervalSeconds = { here: 30, there: 60 } as const;

const flagSpecs = {
  mode: {
    kind: "choice",
    values: ["anomaly", "narrate", "events"],
    brief: "anomaly: what is wrong (the default); narrate: every event, for people; events: every event, as JSON",
  },
  host: {
    kind: "string",
    isRepeatable: true,
    placeholder: "HOST[:PATH]",
    brief: "Watch the project on this host over ssh; may be given again",
  },
  interval: {
    kind: "number",
    min: 0.2,
    placeholder: "SECONDS",
    brief: "Look at least this often (30; with --host 60)",
  },
  once: { kind: "boolean", brief: "Ask every detector once and leave: 1 when something is wrong; nothing is recorded" },
  since: {
    kind: "string",
    placeholder: "TIME",
    brief: "narrate, events: from then on: 10m, 2h, 3d (ago) or a UTC time",
  },
} as const;

/** A look that is to leave nothing behind. */
const noRecord: EventSink = { emit() {}, emitOwn() {}, flush: () => true, fault: () => null };

type Flags = FlagValues<typeof flagSpecs>;

export default defineVerb({
  name: "monitor",
  summary: "Watch a project, here or over ssh: tell what goes wrong, and stop what does harm",
  flags: flagSpecs,
  needs: ["read", "write", "run", "env", "sys"],
  examples: [
    "agent-runner monitor",
    "agent-runner monitor --once --json",
    "agent-runner monitor --host pi --host me@attic:work/shop",
    "agent-runner monitor --mode narrate --since 2h",
  ],
  async run({ flags, configPath, isJson }, world) {
    const mode = modeOf(flags);
    const since = flags.since === undefined
      ? undefined
      : parseMoment(flags.since, { flag: "since", now: world.clock.now() });
    const tell = tellerOn(world.stderr, { isJson, clock: world.clock });
    const { WatchedConfig } = await import("../config_watch.ts");
    const file = new WatchedConfig(configPath, world, ({ kind, text }) => tell({ kind, text, tone: "warn" }));
    const config = file.current();
    maskSecretValues(config, world);
    const { logDir } = config.runtime;
    const onFault = (reason: string) => tell({ kind: "write_failed", text: reason, tone: "bad" });
    const sink = flags.once ? noRecord : openEventSink({ files: world.files, clock: world.clock, logDir, onFault });
    const intervalSeconds = flags.interval ?? usualIntervalSeconds[flags.host.length === 0 ? "here" : "there"];
    const { openWatched } = await import("../monitor_feeds.ts");
    const watched = await openWatched({ config, hosts: flags.host, intervalSeconds, sink, tell }, world);
    const end = new AbortController();
    const unlisten = world.signals.listen(["SIGINT", "SIGTERM", "SIGHUP"], () => end.abort());
    try {
      if (mode !== "anomaly") {
        const { printEvents } = await import("../monitor_lines.ts");
        return await printEvents({ watched, logDir, mode, isJson, since, intervalSeconds, tell, end }, world);
      }
      const { lookOnce, watchOn } = await import("../monitor_watch.ts");
      if (!flags.once) await tellBeginning(config, { hosts: flags.host, tell });
      const call = { watched, config: () => file.current(), isJson, intervalSeconds, tell, signal: end.signal };
      return await (flags.once ? lookOnce : watchOn)(call, world);
    } finally {
      unlisten();
      end.abort();
    }
  },
});

function modeOf(flags: Flags): "anomaly" | "narrate" | "events" {
  const { mode = "anomaly", once, since, interval } = flags;
  if (mode !== "narrate" && mode !== "events") {
    if (since !== undefined) throw usage("--since belongs to --mode narrate and events", "Leave it out, or add --mode");
    return "anomaly";
  }
  if (once) throw usage(`--once asks the detectors, and --mode ${mode} asks none`, "Leave one of them out");
  if (interval !== undefined) {
    throw usage(`--interval has no meaning in --mode ${mode}`, "Leave it out: every event is shown as it is written");
  }
  return mode;
}

/** What is watched, and what of the configuration can have no effect. */
async function tellBeginning(
  config: Config,
  { hosts, tell }: { readonly hosts: readonly string[]; readonly tell: Tell },
): Promise<void> {
  const { armDetectors, idleStops } = await import("../../monitor/examine.ts");
  const count = armDetectors(config).length;
  const places = hosts.length === 0 ? `logs in ${config.runtime.logDir}` : `on ${hosts.join(", ")}`;
  tell({
    kind: "watching",
    text: `watching '${config.project}' with ${count} detectors (${places})`,
    facts: { project: config.project, detectors: count, hosts },
  });
  for (const name of idleStops(config)) {
    tell({
      kind: "idle_stop",
      text: `monitor.auto_stop_on names '${name}', which stops nothing: no detector that may stop is called so`,
      tone: "warn",
      facts: { detector: name },
    });
  }
}

function usage(message: string, fix: string): OperatorError {
  return new OperatorError(message, { fix, exitCode: exitCode.usage });
}
