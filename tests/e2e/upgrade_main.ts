// A third composition root: upgrades a binary that it is told, trusts a key that it is told, and may die at any change.
import type { Binaries } from "../../src/ports/binaries.ts";
import { denoBinaries, denoProgram } from "../../src/ports/deno/binaries.ts";
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { denoWeb } from "../../src/ports/deno/web.ts";
import type { Processes } from "../../src/ports/processes.ts";
import { change, crashingProcesses, runMortal } from "./crash_main.ts";

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
  const program = { ...denoProgram(), path: Deno.env.get("UPGRADE_BINARY")! };
  const means = {
    web: denoWeb(),
    binaries: crashingBinaries(denoBinaries()),
    program,
    keys: [Deno.env.get("UPGRADE_KEY")!],
  };
  await runMortal({
    version: Deno.env.get("UPGRADE_VERSION")!,
    clock: denoClock(),
    processes,
    upgradeMeans: () => Promise.resolve(means),
  });
}
