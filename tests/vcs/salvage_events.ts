// Checks the payload of a salvage's event against the rows of its table, for the tests of salvages.
import { salvageEventKinds } from "../../src/core/event_salvage.ts";
import type { SalvageEvent } from "../../src/vcs/salvage_round.ts";

/** What is wrong with the names or the types of an event's fields, or null. */
export function payloadFaults({ kind, payload }: SalvageEvent): string | null {
  const fields: Readonly<Record<string, string>> = salvageEventKinds[kind].fields;
  const given: Readonly<Record<string, unknown>> = { ...payload };
  if (Object.keys(fields).sort().join() !== Object.keys(given).sort().join()) return Object.keys(given).join();
  const isOf: Readonly<Record<string, (value: unknown) => boolean>> = {
    int: Number.isSafeInteger,
    string: (value) => typeof value === "string",
    bool: (value) => typeof value === "boolean",
  };
  const wrong = Object.entries(fields).find(([name, code]) => !(isOf[code] ?? Array.isArray)(given[name]));
  return wrong === undefined ? null : wrong[0];
}
