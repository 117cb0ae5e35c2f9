// Spells a flag of a verb as people write it, the same in the documents and in the manual page.
import type { FlagSpec } from "../../src/cli/verb.ts";

/** The flag with what follows it. */
export function spellFlag(name: string, spec: FlagSpec): string {
  switch (spec.kind) {
    case "boolean":
      return `--${name}`;
    case "choice":
      return `--${name} ${spec.values.join("|")}`;
    case "string":
      return `--${name} ${spec.placeholder ?? "TEXT"}${spec.isRepeatable ? " ..." : ""}`;
    case "integer":
    case "number":
      return `--${name} ${spec.placeholder ?? "N"}`;
    default:
      return spec satisfies never;
  }
}
