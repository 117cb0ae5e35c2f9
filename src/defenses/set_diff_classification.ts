// Compares lists of files, and reads no diff.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "set_diff_classification",
  order: 6,
  protectsFrom: "Work that is overlooked because a diff was misread",
  incident: "misread-diff",
  guardedBy: "tests/vcs/porcelain_test.ts",
  guardTest: "parseStatus() reads every kind of record when git prints them",
  describe: () => ({ value: "lists of files are compared, no diff is read", state: "active" }),
};

export default defense;
