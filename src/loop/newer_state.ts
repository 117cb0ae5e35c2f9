// Tells of state files that a newer version of the program wrote, and keeps them, before any is written over.
import type { Tell } from "../core/telling.ts";
import type { Files } from "../ports/files.ts";
import type { EventSink } from "../ports/records.ts";
import { keepNewerState } from "../store/formats.ts";

/** Call it while the lock of the log folder is held, before anything is read there to be written again. */
export function tellNewerState(
  logDir: string,
  { files, sink, tell }: { readonly files: Files; readonly sink: EventSink; readonly tell: Tell },
): void {
  for (const { file, schema, known, keptAs } of keepNewerState(logDir, files)) {
    sink.emit("state_newer", { file, schema, known, kept_as: keptAs });
    const copy = keptAs === null ? "no copy of it can be kept" : `a copy is kept as ${keptAs}`;
    const text = `${file} is of a newer version (format ${schema}; ${known} is known here): ${copy}`;
    tell({ kind: "state_newer", text, fix: "Go back to the newer version: agent-runner upgrade", tone: "warn" });
  }
}
