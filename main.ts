// Composition root: real ports, one verb, one exit code; the only place that leaves the process.
import manifest from "./deno.json" with { type: "json" };
import { runApp } from "./src/cli/app.ts";
import type { Grant } from "./src/cli/verb.ts";
import { assetsIn } from "./src/ports/deno/assets.ts";
import { denoChannels } from "./src/ports/deno/channel.ts";
import { denoClock } from "./src/ports/deno/clock.ts";
import { denoFiles } from "./src/ports/deno/files.ts";
import { denoHoles } from "./src/ports/deno/holes.ts";
import { denoHost } from "./src/ports/deno/host.ts";
import { denoHttp } from "./src/ports/deno/http.ts";
import { denoLock } from "./src/ports/deno/lock.ts";
import { denoProcesses } from "./src/ports/deno/processes.ts";
import { denoScopes } from "./src/ports/deno/scope.ts";
import { denoSignals } from "./src/ports/deno/signals.ts";
import { denoStderr, denoStdout } from "./src/ports/deno/streams.ts";

const categories = ["read", "write", "run", "net", "env", "sys", "ffi"] as const;

function confine(needs: readonly Grant[]): void {
  const kept: readonly string[] = needs;
  for (const name of categories) {
    if (!kept.includes(name)) Deno.permissions.revokeSync({ name });
  }
}

async function upgradeMeans() {
  const { denoUpgradeMeans } = await import("./src/ports/deno/upgrade_means.ts");
  const { releaseKeys } = await import("./src/service/release_key.ts");
  return { ...denoUpgradeMeans(), keys: releaseKeys };
}

if (import.meta.main) {
  const processes = denoProcesses();
  const stdout = denoStdout();
  const stderr = denoStderr();
  const code = await runApp(Deno.args, {
    version: manifest.version,
    clock: denoClock(),
    files: denoFiles(),
    processes,
    channels: denoChannels(),
    holes: denoHoles(processes),
    scopes: denoScopes(processes),
    lock: denoLock(),
    host: denoHost(processes),
    http: denoHttp(),
    signals: denoSignals(),
    async serviceLine() {
      if (!Deno.env.has("NOTIFY_SOCKET")) return null;
      return (await import("./src/ports/deno/service_line.ts")).denoServiceLine(processes);
    },
    async runtimeTelemetry() {
      return (await import("./src/ports/deno/telemetry.ts")).denoTelemetry(manifest.version);
    },
    stdout,
    stderr,
    async readInput(mostBytes) {
      return (await import("./src/ports/deno/input.ts")).readInput(mostBytes);
    },
    upgradeMeans,
    ...assetsIn(new URL("./", import.meta.url)),
  }, confine);
  await stdout.drain(1000);
  await stderr.drain(1000);
  Deno.exit(code);
}
