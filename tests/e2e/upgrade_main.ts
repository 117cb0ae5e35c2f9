// A third composition root: upgrades a binary that it is told, trusts a key that it is told, and may die at any change.
import { runApp } from "../../src/cli/app.ts";
import type { Binaries } from "../../src/ports/binaries.ts";
import { assetsIn } from "../../src/ports/deno/assets.ts";
import { denoBinaries, denoProgram } from "../../src/ports/deno/binaries.ts";
import { denoChannels } from "../../src/ports/deno/channel.ts";
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { denoHoles } from "../../src/ports/deno/holes.ts";
import { denoHost } from "../../src/ports/deno/host.ts";
import { denoHttp } from "../../src/ports/deno/http.ts";
import { denoLock } from "../../src/ports/deno/lock.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { denoScopes } from "../../src/ports/deno/scope.ts";
import { denoSignals } from "../../src/ports/deno/signals.ts";
import { denoStderr, denoStdout } from "../../src/ports/deno/streams.ts";
import { denoWeb } from "../../src/ports/deno/web.ts";
import type { Processes } from "../../src/ports/processes.ts";
import { change, crashingFiles, crashingLock, crashingProcesses } from "./crash_main.ts";

function crashingBinaries(binaries: Binaries): Binaries {
  return {
    ...binaries,
    grow(path) {
      const file = binaries.grow(path);
      return {
        ...file,
        write: (bytes) =>
          change("write", () => file.write(bytes), () => file.write(bytes.subarray(0, bytes.length / 2))),
      };
    },
    keep: (path, as) => change("keep", () => binaries.keep(path, as)),
  };
}

if (import.meta.main) {
  const mortal = crashingProcesses(denoProcesses());
  const processes: Processes = {
    ...mortal,
    run: (spec) => {
      const verb = spec.argv.at(-1) ?? "";
      return ["restart", "start"].includes(verb) ? change(verb, () => mortal.run(spec)) : mortal.run(spec);
    },
  };
  const stdout = denoStdout();
  const stderr = denoStderr();
  const program = { ...denoProgram(), path: Deno.env.get("UPGRADE_BINARY")! };
  const means = {
    web: denoWeb(),
    binaries: crashingBinaries(denoBinaries()),
    program,
    keys: [Deno.env.get("UPGRADE_KEY")!],
  };
  const code = await runApp(Deno.args, {
    version: Deno.env.get("UPGRADE_VERSION")!,
    clock: denoClock(),
    files: crashingFiles(denoFiles()),
    processes,
    channels: denoChannels(),
    holes: denoHoles(processes),
    scopes: denoScopes(processes),
    lock: crashingLock(denoLock()),
    host: denoHost(processes),
    http: denoHttp(),
    signals: denoSignals(),
    stdout,
    stderr,
    upgradeMeans: () => Promise.resolve(means),
    ...assetsIn(new URL("../../", import.meta.url)),
  }, () => {});
  await stdout.drain(1000);
  await stderr.drain(1000);
  Deno.exit(code);
}
