// What the holder of the lock leaves beside it about itself, for people and for other verbs; only the lock counts.
import { fingerprintOf } from "../config/fingerprint.ts";
import { readConfigText } from "../config/read_toml.ts";
import type { Config } from "../config/schema.ts";
import { joinPath } from "../core/path.ts";
import type { ServiceIdentity } from "../core/service.ts";
import type { Tell } from "../core/telling.ts";
import { isoTime } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { Host } from "../ports/host.ts";
import { numberField, textField } from "../view/field.ts";
import { configInForcePath, holderPaths, lockPath, readHolder } from "../view/service_view.ts";

interface HolderPorts {
  readonly files: Files;
  readonly clock: Clock;
  readonly host: Host;
}

export function writeHolder(
  { config, version, service, tell }: {
    readonly config: Config;
    readonly version: string;
    readonly service?: ServiceIdentity | null;
    readonly tell: Tell;
  },
  { files, clock, host }: HolderPorts,
): void {
  const { logDir } = config.runtime;
  const holder = {
    pid: host.pid,
    started_at: isoTime(clock.now()),
    started_uptime_s: host.uptimeSeconds(),
    cmdline: "agent-runner",
    version,
    config: config.file,
    config_fingerprint: config.fingerprint,
    service: service ?? null,
  };
  try {
    files.writeAtomic(`${lockPath(logDir)}.holder`, `${JSON.stringify(holder)}\n`);
    files.writeAtomic(joinPath(logDir, "serve.pid"), String(host.pid));
    const read = readConfigText(config.file, files);
    // The file may be another one by now.
    if (read.kind === "ok" && fingerprintOf(read.text) === config.fingerprint) {
      files.writeAtomic(configInForcePath(logDir), read.text);
    }
  } catch (thrown) {
    // They only help people: a full disk must not keep the agent from working.
    if (!(thrown instanceof FileFault)) throw thrown;
    tell({ kind: "write_failed", text: `lock holder not written: ${thrown.message}`, tone: "warn" });
  }
}

export function clearHolder(logDir: string, files: Files): void {
  for (const path of holderPaths(logDir)) {
    try {
      files.remove(path);
    } catch {
      // The next holder replaces them; the lock itself is what counts.
    }
  }
}

export function describeHolder(logDir: string, files: Files): string {
  const holder = readHolder(files, logDir);
  const pid = numberField(holder, "pid");
  if (pid === null) return "its lock is held, but it left no name";
  return `pid ${pid}, since ${textField(holder, "started_at") ?? "unknown"}`;
}
