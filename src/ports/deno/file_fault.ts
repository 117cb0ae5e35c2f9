// Names in one word why an operation on a file failed.
import { FileFault } from "../files.ts";
import type { FileFaultKind } from "../files.ts";

/** A failed file operation with its reason as one word. */
export function faultOf(path: string, thrown: unknown): FileFault {
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  return new FileFault(kindOf(thrown, cause), { path, cause });
}

function kindOf(thrown: unknown, cause: string): FileFaultKind {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (thrown instanceof Deno.errors.NotFound || code === "ENOTDIR" || thrown instanceof Deno.errors.NotADirectory) {
    return "missing";
  }
  if (code === "ENOSPC" || code === "EDQUOT" || /os error (28|122|69)\b/.test(cause)) return "full";
  if (code === "EROFS" || /os error 30\b/.test(cause)) {
    return "read_only";
  }
  if (thrown instanceof Deno.errors.PermissionDenied || thrown instanceof Deno.errors.NotCapable) return "denied";
  return "other";
}
