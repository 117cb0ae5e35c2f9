// The word that a supervisor leaves once it was asked to stop, so that nobody asks twice what was meant once.
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";
import { readJsonObject } from "../store/json_file.ts";
import { numberField, textField } from "../view/field.ts";

/** Where it lies. */
export function stopNotePath(logDir: string): string {
  return joinPath(logDir, "requests", "stop.json");
}

/** Left by the supervisor itself; a disk that refuses it costs nothing but the word. @param asked `now`: epoch milliseconds */
export function leaveStopNote(
  logDir: string,
  asked: { readonly now: number; readonly pid: number },
  files: Files,
): void {
  quietly(() => {
    files.makeDir(joinPath(logDir, "requests"));
    files.writeAtomic(stopNotePath(logDir), stateText("requests/*.json", { at: isoTime(asked.now), pid: asked.pid }));
  });
}

/** Called by the supervisor when it leaves. */
export function clearStopNote(logDir: string, files: Files): void {
  quietly(() => void files.remove(stopNotePath(logDir)));
}

/** When this supervisor was first asked to stop, epoch milliseconds; null when it was not. One of an earlier life never counts. */
export function readStopNote(
  logDir: string,
  holder: { readonly pid: number; readonly startedAt: number },
  files: Files,
): number | null {
  const note = readJsonObject(files, stopNotePath(logDir));
  const at = Date.parse(textField(note, "at") ?? "");
  return numberField(note, "pid") === holder.pid && at >= holder.startedAt ? at : null;
}

function quietly(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
  }
}
