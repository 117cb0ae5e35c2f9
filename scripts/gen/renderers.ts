// Names the regions that documents may have, each with what fills it.
import { agentsTable } from "./agent_table.ts";
import { configTables } from "./config_tables.ts";
import { detectorsTable } from "./detector_table.ts";
import { hookAnswers, hookRequests } from "./hook_tables.ts";
import { recordTable } from "./markdown.ts";
import { olderKeys } from "./older_keys.ts";
import type { Renderer } from "./regions.ts";
import { defensesTable, eventKindsTable, floorsTable, permissionsTable, verbSections, verbTable } from "./tables.ts";

/** Region name -> what stands in it. */
export const renderers: Readonly<Record<string, Renderer>> = {
  "agents-table": agentsTable,
  "config-schema": configTables,
  "defenses-table": defensesTable,
  "detectors-table": detectorsTable,
  "event-kinds": eventKindsTable,
  "floors-table": floorsTable,
  "hook-answers": hookAnswers,
  "hook-requests": hookRequests,
  "next-table": async () => recordTable((await import("../../src/loop/next.ts")).nextTable),
  "older-keys": olderKeys,
  "permissions-table": permissionsTable,
  "stop-table": async () => recordTable((await import("../../src/round/stop_ladder.ts")).stopTable),
  "verb-flags": verbSections,
  "verb-table": verbTable,
};
