// Records what a round stands on: the commit, and a fingerprint of the files the user named.
import { pathsHash } from "../vcs/fingerprint.ts";
import type { RoundTools } from "./tools.ts";

export async function recordSubstrate(
  kind: "round_substrate_before" | "round_substrate_after",
  facts: { readonly number: number; readonly head: string | null },
  tools: RoundTools,
): Promise<void> {
  const patterns = tools.config.runtime.substrateFingerprintPaths;
  const hash = patterns.length === 0 ? null : (await pathsHash({
    files: tools.files,
    clock: tools.clock,
    workDir: tools.config.runtime.workDir,
    patterns,
    excludedFolders: [tools.config.runtime.logDir],
  })).hash;
  tools.sink.emit(kind, { round_num: facts.number, git_head: facts.head, paths_hash: hash });
}
