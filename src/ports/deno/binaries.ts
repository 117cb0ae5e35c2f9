// Executable files through Deno: appended to, linked, and found by what runs.
import type { Binaries, ProgramFile } from "../binaries.ts";
import { faultOf } from "./file_fault.ts";

const executable = 0o755;

export function denoBinaries(): Binaries {
  return {
    grow(path) {
      const file = guard(path, () => Deno.openSync(path, { append: true, create: true, mode: 0o600 }));
      return {
        write: (bytes) =>
          guard(path, () => {
            for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
          }),
        sync: () => guard(path, () => file.syncSync()),
        close: () => file.close(),
      };
    },
    keep: (path, as) =>
      guard(as, () => {
        try {
          Deno.linkSync(path, as);
        } catch (thrown) {
          if (thrown instanceof Deno.errors.AlreadyExists) throw thrown;
          Deno.copyFileSync(path, as);
          Deno.chmodSync(as, executable);
        }
      }),
    mode(path) {
      try {
        return (Deno.statSync(path).mode ?? executable) & 0o777;
      } catch (thrown) {
        if (thrown instanceof Deno.errors.NotFound) return null;
        throw faultOf(path, thrown);
      }
    },
  };
}

/** The file that runs now. */
export function denoProgram(): ProgramFile {
  const { os, arch, standalone } = Deno.build;
  return {
    path: standalone ? Deno.realPathSync(Deno.execPath()) : null,
    platform: `${os === "darwin" ? "macos" : os}-${arch}`,
  };
}

function guard<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (thrown) {
    throw faultOf(path, thrown);
  }
}
