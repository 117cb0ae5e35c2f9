// Means of an upgrade for tests: none of a program that runs from its source, and a web server and binaries in memory.
import type { UpgradeMeans } from "../../src/cli/world.ts";
import type { Binaries } from "../../src/ports/binaries.ts";
import { FileFault } from "../../src/ports/files.ts";
import { WebFault } from "../../src/ports/web.ts";
import type { Web } from "../../src/ports/web.ts";
import type { MemoryFiles } from "./memory_files.ts";

/** What a program that runs from its source has. */
export function sourceMeans(): Promise<UpgradeMeans> {
  return Promise.resolve({
    web: new FakeWeb(),
    binaries: {
      grow: (path) => {
        throw new FileFault("denied", { path, cause: "no binaries here" });
      },
      keep: () => {},
      mode: () => null,
    },
    program: { path: null, platform: "linux-x86_64" },
    keys: [],
  });
}

/** A web server in memory. */
export class FakeWeb implements Web {
  /** Contents by address. */
  readonly pages = new Map<string, Uint8Array>();
  /** Addresses that were asked for, with the offset. */
  readonly asked: string[] = [];
  /** What goes wrong, one entry per request: a number breaks the connection after so many bytes. */
  faults: (number | "refused" | "gone" | null)[] = [];
  /** False: it answers with the whole file, whatever is asked. */
  knowsRanges = true;
  pieceBytes = 64;

  get(url: string, { from }: { readonly from: number }): ReturnType<Web["get"]> {
    this.asked.push(`${url} ${from}`);
    const fault = this.faults.shift() ?? null;
    if (fault === "refused") return Promise.resolve({ kind: "failed", reason: "connection refused", mayPass: true });
    if (fault === "gone") return Promise.resolve({ kind: "failed", reason: "status 403", mayPass: false });
    const page = this.pages.get(url);
    const offset = this.knowsRanges ? from : 0;
    if (page === undefined || (offset > 0 && offset >= page.length)) return Promise.resolve({ kind: "absent" });
    let at = offset;
    return Promise.resolve({
      kind: "found",
      offset,
      totalBytes: page.length,
      read: () => {
        if (fault !== null && at - offset >= fault) return Promise.reject(new WebFault("connection reset"));
        if (at >= page.length) return Promise.resolve(null);
        const end = Math.min(page.length, at + this.pieceBytes, fault === null ? Infinity : offset + fault);
        const piece = page.subarray(at, end);
        at = end;
        return Promise.resolve(piece);
      },
      close: () => {},
    });
  }
}

/** Binaries among the files in memory. */
export function memoryBinaries(files: MemoryFiles): Binaries {
  return {
    grow: (path) => {
      files.append(path, new Uint8Array());
      return {
        write: (bytes) => {
          if (files.append(path, bytes) < bytes.length) {
            throw new FileFault("full", { path, cause: "the disk is full" });
          }
        },
        sync: () => {},
        close: () => {},
      };
    },
    keep: (path, as) => {
      const bytes = files.readBytes(path, { offset: 0, length: 1 << 30 });
      if (bytes === null) throw new FileFault("missing", { path, cause: "no such file" });
      files.writeAtomic(as, bytes);
    },
    mode: (path) => files.stat(path) === null ? null : 0o755,
  };
}
