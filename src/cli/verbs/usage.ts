// usage: what rounds took and brought, by day, phase, model or agent; the same sums as the page and the metrics.
import { exitCode } from "../../core/errors.ts";
import { isoTime } from "../../core/text.ts";
import { readingLogs } from "../log_folder.ts";
import { parseMoment } from "../moment.ts";
import { paintFor, spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { usageFacts, usageJson, usageTable } from "../usage_page.ts";
import { readUsage, usageGroups } from "../usage_read.ts";
import type { UsageGroup } from "../usage_read.ts";
import { defineVerb } from "../verb.ts";

/** For what reads it as a table: nothing is cut. */
const pipedColumns = 1000;

export default defineVerb({
  name: "usage",
  summary: "Add up rounds, tokens, cost, time and commits: in all, or by day, phase, model or agent",
  flags: {
    since: {
      kind: "string",
      placeholder: "TIME",
      brief: "From then on: 10m, 2h, 3d (ago) or a UTC time (all there is)",
    },
    by: { kind: "choice", values: usageGroups, brief: "One row for each" },
  },
  needs: ["read", "env", "sys"],
  examples: ["agent-runner usage", "agent-runner usage --since 7d --by day", "agent-runner usage --by model --json"],
  async run(args, world) {
    const { flags, isJson } = args;
    const now = world.clock.now();
    const since = flags.since === undefined ? undefined : parseMoment(flags.since, { flag: "since", now });
    const by = (flags.by ?? null) as UsageGroup | null;
    const config = await openRunning(args, world);
    const asked = { by, ...(since === undefined ? {} : { since }) };
    const { total, groups, badLines } = await readingLogs(() => readUsage(config, asked, world));
    const { stdout } = world;
    const look = { width: stdout.isTerminal ? stdout.columns : pipedColumns, paint: paintFor(stdout) };
    const lines = isJson
      ? [spellJson({
        since: since === undefined ? null : isoTime(since),
        until: isoTime(now),
        time_zone: config.budget.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
        by,
        total: usageJson(total),
        groups: groups.map(([key, sums]) => ({ key, ...usageJson(sums) })),
        bad_lines: badLines,
      })]
      : by === null
      ? await usageFacts(total, look)
      : await usageTable(by, groups, total, look);
    stdout.write(`${lines.join("\n")}\n`);
    return exitCode.ok;
  },
});
