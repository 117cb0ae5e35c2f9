// Keeps which alerts are open in the log folder, so that a monitor that begins again records nothing twice.
import { joinPath } from "../core/path.ts";
import { restoredAlerts, storedAlerts } from "../monitor/alerts.ts";
import type { OpenAlert } from "../monitor/alerts.ts";
import type { Files } from "../ports/files.ts";
import { keepNewer, stateText } from "../store/formats.ts";
import { readJsonObject } from "../store/json_file.ts";

const longestName = 100;

/** The open alerts of one watched project. */
export class AlertMemory {
  readonly #path: string;
  readonly #files: Files;

  /** @param label of the host; null for this machine */
  constructor(logDir: string, label: string | null, files: Files) {
    this.#path = joinPath(logDir, `${memoryName(label)}.json`);
    this.#files = files;
  }

  /** Whatever the file holds; one of a newer version is kept beside what is written next. */
  read(): readonly OpenAlert[] {
    keepNewer({ path: this.#path, kind: "monitor*.json" }, this.#files);
    return restoredAlerts(readJsonObject(this.#files, this.#path));
  }

  /** False when it cannot be written: the next monitor tells again what is open. */
  write(open: readonly OpenAlert[]): boolean {
    try {
      this.#files.writeAtomic(this.#path, stateText("monitor*.json", storedAlerts(open)));
      return true;
    } catch {
      return false;
    }
  }
}

/** What the files on one watched project begin with. @param label of the host; null for this machine */
export function memoryName(label: string | null): string {
  return label === null ? "monitor" : `monitor-${fileWord(label)}`;
}

/** A label as a part of a file's name. */
function fileWord(label: string): string {
  return encodeURIComponent(label).replaceAll("%", "_").slice(0, longestName);
}
