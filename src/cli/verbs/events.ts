// events: what happened, from all months, filtered; as it was written, or as lines for people on a terminal.
import { exitCode, usageError } from "../../core/errors.ts";
import { isEventKind } from "../../core/event_payload.ts";
import { eventKinds } from "../../core/event.ts";
import { nearest, visible } from "../../core/text.ts";
import type { EventLine, EventQuery } from "../../ports/records.ts";
import { eventFilter } from "../../store/event_filter.ts";
import { openEventSource } from "../../store/event_source.ts";
import { narrate } from "../../view/narrate.ts";
import { readingLogs } from "../log_folder.ts";
import { parseMoment } from "../moment.ts";
import { openRunning } from "../project.ts";
import { defineVerb } from "../verb.ts";
import type { FlagValues } from "../verb.ts";
import type { World } from "../world.ts";

const defaultWindow = 10;
const charactersPerWrite = 64 * 1024;

const flagSpecs = {
  kind: {
    kind: "string",
    isRepeatable: true,
    placeholder: "KIND[,KIND]",
    suggests: "event kinds",
    brief: "Only these kinds; may be given again (all kinds)",
  },
  window: {
    kind: "integer",
    min: 1,
    placeholder: "N",
    brief: "The newest N (10, unless another flag narrows it down)",
  },
  tail: {
    kind: "boolean",
    brief: "Follow what is written from now on (with --since from then on, with --all from the start)",
  },
  since: { kind: "string", placeholder: "TIME", brief: "From then on: 10m, 2h, 3d (ago) or a UTC time" },
  until: { kind: "string", placeholder: "TIME", brief: "Up to then" },
  round: { kind: "integer", placeholder: "N", brief: "Only of this round" },
  phase: { kind: "string", placeholder: "NAME", brief: "Only of rounds in this phase" },
  all: { kind: "boolean", brief: "Everything from the first event on" },
} as const;

type Flags = FlagValues<typeof flagSpecs>;

const verb = defineVerb({
  name: "events",
  summary: "Show what happened, or follow it",
  flags: flagSpecs,
  needs: ["read", "env", "sys"],
  examples: [
    "agent-runner events",
    "agent-runner events --kind agent_exit --window 3",
    "agent-runner events --since 2h --kind round_verdict,dirty_detected",
    "agent-runner events --tail",
  ],
  async run(args, world) {
    const { flags } = args;
    const query = queryOf(flags, world.clock.now());
    for (const warning of unknownKinds(query.kinds ?? [])) world.stderr.write(`agent-runner: ${warning}\n`);
    const { logDir } = (await openRunning(args, world)).runtime;
    const { isTerminal } = world.stdout;
    const spell = isTerminal && !args.isJson
      ? ({ event }: EventLine) => `${narrate(event)}\n`
      : ({ line }: EventLine) => `${isTerminal ? visible(line) : line}\n`;
    await readingLogs(() => (flags.tail ? follow : show)({ world, logDir, query, spell, fromStart: flags.all }));
    return exitCode.ok;
  },
});

export default verb;

interface Task {
  readonly world: World;
  readonly logDir: string;
  readonly query: EventQuery;
  readonly spell: (line: EventLine) => string;
  readonly fromStart: boolean;
}

function show({ world, logDir, query, spell }: Task): void {
  const source = openEventSource({ files: world.files, logDir });
  let lines: Iterable<EventLine>;
  let badLines: () => number;
  if (query.limit === null) ({ lines, badLines } = source.scan(query));
  else {
    const found = source.query(query);
    [lines, badLines] = [found.lines, () => found.badLines];
  }
  let text = "";
  for (const line of lines) {
    text += spell(line);
    if (text.length < charactersPerWrite) continue;
    if (!world.stdout.write(text)) return;
    text = "";
  }
  if (text !== "") world.stdout.write(text);
  if (badLines() > 0) world.stderr.write(`agent-runner: ${badLines()} unreadable lines were skipped\n`);
}

async function follow({ world, logDir, query, spell, fromStart }: Task): Promise<void> {
  const source = openEventSource({ files: world.files, logDir });
  const filter = eventFilter(query);
  // A round that runs already has told its phase before: the filter must know it.
  for (const line of source.query({ kinds: ["round_start"], limit: 1 }).lines) filter.push(line);
  const end = new AbortController();
  const unlisten = world.signals.listen(["SIGINT", "SIGTERM", "SIGHUP"], () => end.abort());
  const since = query.since === undefined ? {} : { since: query.since };
  try {
    for await (const line of source.follow({ fromStart, ...since, signal: end.signal })) {
      for (const match of filter.push(line)) {
        if (!world.stdout.write(spell(match))) return;
      }
    }
  } finally {
    unlisten();
    end.abort();
  }
}

function queryOf(flags: Flags, now: number): EventQuery {
  const kinds = flags.kind.flatMap((list) => list.split(",")).map((kind) => kind.trim()).filter((kind) => kind !== "");
  if (flags.kind.length > 0 && kinds.length === 0) {
    throw usageError("--kind names no kind", "Write one, e.g. agent_exit");
  }
  if (flags.tail && flags.window !== undefined) {
    throw usageError("--window and --tail exclude each other", "Leave one out, or use --tail --since 10m");
  }
  if (flags.tail && flags.until !== undefined) {
    throw usageError("--until and --tail exclude each other", "Leave one out");
  }
  if (flags.all && flags.window !== undefined) {
    throw usageError("--window and --all exclude each other", "Leave one out");
  }
  const isNarrow = flags.all || flags.since !== undefined || flags.until !== undefined || flags.round !== undefined;
  return {
    kinds: kinds.length === 0 ? null : [...new Set(kinds)],
    limit: flags.window ?? (isNarrow || flags.tail ? null : defaultWindow),
    ...(flags.since === undefined ? {} : { since: parseMoment(flags.since, { flag: "since", now }) }),
    ...(flags.until === undefined ? {} : { until: parseMoment(flags.until, { flag: "until", now }) }),
    ...(flags.round === undefined ? {} : { round: flags.round }),
    ...(flags.phase === undefined ? {} : { phase: flags.phase }),
  };
}

function unknownKinds(kinds: readonly string[]): string[] {
  return kinds.filter((kind) => !isEventKind(kind)).map((kind) => {
    const meant = nearest(kind, Object.keys(eventKinds));
    return `there is no event kind '${visible(kind)}'${meant ? `; did you mean '${meant}'?` : ""}`;
  });
}
