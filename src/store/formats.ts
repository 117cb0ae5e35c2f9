// Numbers the formats of the state files, and keeps what a newer version of the program wrote from being lost.
import { joinPath } from "../core/path.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { readJsonObject } from "./json_file.ts";

/**
 * The format each state file is written in. A file with a smaller number or none is read as it is; of one with a larger
 * number all that is understood is used, and a copy is kept before anything is written over it. Only `budget.json` is
 * refused then: what was spent must not be guessed.
 */
export const formats = {
  "budget.json": 1,
  "hints.json": 1,
  "loop.json": 1,
  "monitor*.json": 1,
  "notify.json": 1,
  "orphans.json": 1,
  "pace.json": 1,
  "requests/*.json": 1,
  "*.cut": 1,
  "salvage-ledger.json": 1,
  "seats.json": 1,
  "sessions.json": 1,
  "status.json": 2,
  "*.upgrade.json": 1,
  "wait.json": 1,
} as const;

/** A kind of state file. */
export type StateFile = keyof typeof formats;

/** Those that a supervisor reads when it begins and replaces later. */
const kept = [
  "status.json",
  "loop.json",
  "wait.json",
  "seats.json",
  "pace.json",
  "sessions.json",
  "orphans.json",
  "hints.json",
  "salvage-ledger.json",
] as const satisfies readonly StateFile[];

/** A state file of a newer version. */
export interface NewerFile {
  readonly file: string;
  /** Its format. */
  readonly schema: number;
  /** The newest format that is understood here. */
  readonly known: number;
  /** Name of the copy; null when none could be made. */
  readonly keptAs: string | null;
}

/** The text of a state file: its content behind the number of its format. @param indent spaces, for files people read */
export function stateText(kind: StateFile, content: Readonly<Record<string, unknown>>, indent = 0): string {
  const { schema: _, ...rest } = content;
  return `${JSON.stringify({ schema: formats[kind], ...rest }, null, indent)}\n`;
}

/** The number of a newer format; null when the content is no newer than what is understood here. */
export function newerFormat(kind: StateFile, content: Readonly<Record<string, unknown>> | null): number | null {
  const schema = content?.schema;
  return typeof schema === "number" && Number.isSafeInteger(schema) && schema > formats[kind] ? schema : null;
}

/**
 * Copies a state file of a newer format, `loop.json` to `loop.json.schema-3`: what this version does not understand is
 * lost with its next write. @returns null when it is not newer, or cannot be read
 */
export function keepNewer(
  { path, kind }: { readonly path: string; readonly kind: StateFile },
  files: Files,
): NewerFile | null {
  const content = readJsonObject(files, path);
  const schema = newerFormat(kind, content);
  if (schema === null) return null;
  const file = path.slice(path.lastIndexOf("/") + 1);
  const keptAs = `${file}.schema-${schema}`;
  const isKept = copied(path, { to: joinPath(path.slice(0, path.lastIndexOf("/")), keptAs), content }, files);
  return { file, schema, known: formats[kind], keptAs: isKept ? keptAs : null };
}

/** The same for all that the supervisor of a log folder is going to write over. */
export function keepNewerState(logDir: string, files: Files): readonly NewerFile[] {
  return kept.flatMap((kind) => keepNewer({ path: joinPath(logDir, kind), kind }, files) ?? []);
}

function copied(
  from: string,
  { to, content }: { readonly to: string; readonly content: Readonly<Record<string, unknown>> | null },
  files: Files,
): boolean {
  try {
    files.writeAtomic(to, files.readText(from) ?? JSON.stringify(content), { isDurable: true });
    return true;
  } catch (thrown) {
    if (thrown instanceof FileFault) return false;
    throw thrown;
  }
}
