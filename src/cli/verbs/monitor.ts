// monitor: the witness beside a project, here or on other machines: tells what goes wrong, and stops what does harm.
import type { Config } from "../../config/schema.ts";
import { usageError } from "../../core/errors.ts";
import type { Tell } from "../../core/telling.ts";
import type { EventSink } from "../../ports/records.ts";
import { openEventSink } from "../../store/event_sink.ts";
import { parseMoment } from "../moment.ts";
import { maskSecretValues } from "../secrets.ts";
import { tellerOn } from "../teller.ts";
import { defineVerb } from "../verb.ts";
import type { FlagValues } from "../verb.ts";
import type { ListenAddress } from "../../page/listen.ts";
import type { World } from "../world.ts";

const usualIntervalSeconds = { here: 30, there: 60 } as const;

const flagSpecs = {
  mode: {
    kind: "choice",
    values: ["anomaly", "narrate", "events", "http"],
    brief: "anomaly: what is wrong (the default); narrate: every event, for people; events: every event, as JSON; " +
      "http: a page",
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
  port: { kind: "integer", max: 65_535, placeholder: "PORT", brief: "http: listen there (8765); 0: any that is free" },
  listen: {
    kind: "choice",
    values: ["127.0.0.1", "::1", "0.0.0.0", "::"],
    brief: "http: listen on this address instead of both of loopback; beyond loopback only with a token",
  },
  token: { kind: "string", placeholder: "TOKEN", brief: "http: show nothing without it; others may see it in 'ps'" },
  "token-file": { kind: "string", placeholder: "FILE", brief: "http: the same from a file that only you may read" },
  "allow-host": {
    kind: "string",
    isRepeatable: true,
    placeholder: "NAME",
    brief: "http: may be asked for under this name, too; may be given again",
  },
} as const;

const usualPort = 8765;

/** A look that is to leave nothing behind. */
const noRecord: EventSink = { emit() {}, emitOwn() {}, flush: () => true, fault: () => null };

type Flags = FlagValues<typeof flagSpecs>;

export default defineVerb({
  name: "monitor",
  summary: "Watch a project, here or over ssh: tell what goes wrong, and stop what does harm",
  flags: flagSpecs,
  needs: ["read", "write", "run", "env", "sys"],
  alsoNeeds: ({ mode }) => mode === "http" ? ["net"] : [],
  examples: [
    "agent-runner monitor",
    "agent-runner monitor --once --json",
    "agent-runner monitor --host pi --host me@attic:work/shop",
    "agent-runner monitor --mode narrate --since 2h",
    "agent-runner monitor --mode http --port 8765",
  ],
  async run({ flags, configPath, configPaths = [], isJson }, world) {
    const mode = modeOf(flags);
    if (mode === "http") {
      return await showPage(
        flags,
        { configPaths: configPaths.length === 0 ? [configPath] : configPaths, isJson },
        world,
      );
    }
    if (configPaths.length > 1) throw usageError("Only --mode http shows several projects", "Give --config once");
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
      if (flags.once) return await lookOnce(call, world);
      if (Object.keys(config.notify).length === 0) return await watchOn(call, world);
      const { notifyBeside } = await import("../notify_beside.ts");
      const beside = notifyBeside(config, tell, world);
      try {
        return await watchOn(call, world);
      } finally {
        await beside.end();
      }
    } finally {
      unlisten();
      end.abort();
    }
  },
});

async function showPage(
  flags: Flags,
  { configPaths, isJson }: { readonly configPaths: readonly string[]; readonly isJson: boolean },
  world: World,
): Promise<number> {
  const { listen, token, "token-file": tokenFile, "allow-host": allowedHosts, host: hosts } = flags;
  const tell = tellerOn(world.stderr, { isJson, clock: world.clock });
  const intervalSeconds = flags.interval ?? usualIntervalSeconds[hosts.length === 0 ? "here" : "there"];
  const end = new AbortController();
  const unlisten = world.signals.listen(["SIGINT", "SIGTERM", "SIGHUP"], () => end.abort());
  const address = (listen ?? null) as ListenAddress | null;
  const door = { token, tokenFile, allowedHosts, address, port: flags.port ?? usualPort };
  try {
    const { servePage } = await import("../monitor_http.ts");
    return await servePage({ ...door, configPaths, hosts, intervalSeconds, isJson, tell, end }, world);
  } finally {
    unlisten();
    end.abort();
  }
}

function modeOf(flags: Flags): "anomaly" | "narrate" | "events" | "http" {
  const { mode = "anomaly", once, since, interval } = flags;
  refuseForeign(flags, mode);
  if (mode === "http") {
    if (once) throw usageError("--once asks the detectors, and --mode http goes on", "Leave one of them out");
    if (since !== undefined) {
      throw usageError("--since has no meaning in --mode http", "Leave it out: the page has a filter");
    }
    return mode;
  }
  if (mode !== "narrate" && mode !== "events") {
    if (since !== undefined) {
      throw usageError("--since belongs to --mode narrate and events", "Leave it out, or add --mode");
    }
    return "anomaly";
  }
  if (once) throw usageError(`--once asks the detectors, and --mode ${mode} asks none`, "Leave one of them out");
  if (interval !== undefined) {
    throw usageError(
      `--interval has no meaning in --mode ${mode}`,
      "Leave it out: every event is shown as it is written",
    );
  }
  return mode;
}

/** Words of the page in a mode that has none. */
function refuseForeign(flags: Flags, mode: string): void {
  const given = (["port", "listen", "token", "token-file", "allow-host"] as const).find((name) => {
    const value = flags[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (mode !== "http" && given !== undefined) {
    throw usageError(`--${given} belongs to --mode http`, "Leave it out, or add --mode http");
  }
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
