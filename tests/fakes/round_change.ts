// What rounds change, for tests of what comes of it.
import type { RoundChange } from "../../src/core/change.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

/** A round that left all as it was. */
export const noChange: RoundChange = {
  kind: "none",
  headBefore: commit,
  headAfter: commit,
  commits: 0,
  files: 0,
  insertions: 0,
  deletions: 0,
  reason: null,
};

/** A round that committed one file. */
export const someChange: RoundChange = {
  ...noChange,
  kind: "some",
  headAfter: commit.replaceAll("0", "f"),
  commits: 1,
  files: 1,
  insertions: 2,
};
