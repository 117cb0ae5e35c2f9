// peek: what goes on in a project, as a page or as JSON, without touching anything.
import { exitCode, OperatorError, usageError } from "../../core/errors.ts";
import { isEventKind } from "../../core/event_payload.ts";
import { eventKinds } from "../../core/event.ts";
import { nearest, visible } from "../../core/text.ts";
import type { ProjectView } from "../../core/view.ts";
import type { Config } from "../../config/schema.ts";
import { defenses } from "../../defenses/registry.ts";
import { openEventSource } from "../../store/event_source.ts";
import { readProjectView } from "../../view/project_view.ts";
import { detectorNames } from "../detector_names.ts";
import { readingLogs } from "../log_folder.ts";
import { spellJson, visibleLines } from "../print.ts";
import { openRunning } from "../project.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

const eventsPrefix = "events.";
const defaultWindow = 10;

const verb = defineVerb({
  name: "peek",
  summary: "Show what goes on: the running round, the last ones, the supervisor, the machine",
  flags: {
    round: { kind: "string", placeholder: "N|latest", brief: "Show one round in detail" },
    log: { kind: "boolean", brief: "With the last 50 lines of the round's log (of the latest round without --round)" },
    events: { kind: "integer", placeholder: "N", brief: "With the newest N events" },
    select: { kind: "string", placeholder: "PATH", brief: "Only this part, e.g. 'service.pid' or 'events.agent_exit'" },
    window: { kind: "integer", min: 1, placeholder: "N", brief: "How many events '--select events.KIND' gives (10)" },
  },
  needs: ["read", "env", "sys"],
  examples: [
    "agent-runner peek",
    "agent-runner peek --round latest --log",
    "agent-runner peek --select recent_rounds.0.verdict",
    "agent-runner peek --json --select events.agent_exit --window 3",
  ],
  async run(args, world) {
    const { flags, isJson } = args;
    const round = parseRound(flags.round) ?? (flags.log ? "latest" : undefined);
    const kind = flags.select?.startsWith(eventsPrefix) ? flags.select.slice(eventsPrefix.length) : null;
    if (flags.window !== undefined && kind === null) {
      throw usageError(
        "--window belongs to --select events.KIND",
        "Add --select events.KIND, or use 'agent-runner events'",
      );
    }
    const config = await openRunning(args, world);
    if (flags.log) (await import("../secrets.ts")).maskSecretValues(config, world);
    if (kind !== null) return await showKind(kind, { config, world, isJson, window: flags.window ?? defaultWindow });
    const view = await readingLogs(() =>
      readProjectView({
        config,
        files: world.files,
        events: openEventSource({ files: world.files, logDir: config.runtime.logDir }),
        lock: world.lock,
        now: world.clock.now(),
        defenses,
        detectors: detectorNames(config),
        eventCount: flags.events ?? 0,
        ...(round === undefined ? {} : { round }),
        wantsLog: flags.log,
      })
    );
    if (view.current_round === null && typeof round === "number") throw noRound(round, view);
    if (flags.select !== undefined) await showPart(view, { path: flags.select, isJson, world });
    else if (isJson) writeLines(spellJson(view), world);
    else {
      const { spellProject } = await import("../project_page.ts");
      world.stdout.write(await spellProject(view, { stream: world.stdout, now: world.clock.now() }));
    }
    return exitCode.ok;
  },
});

export default verb;

function parseRound(text: string | undefined): number | "latest" | undefined {
  if (text === undefined || text === "latest") return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usageError(`'${text}' is no round for --round`, "Write its number, or 'latest'");
}

function noRound(round: number, view: ProjectView): OperatorError {
  const known = view.recent_rounds.at(-1)?.number;
  return new OperatorError(`There is no round ${round} on record`, {
    fix: known === undefined ? "No round has been on record yet" : `The newest round is ${known}`,
  });
}

async function showPart(
  view: ProjectView,
  { path, isJson, world }: { readonly path: string; readonly isJson: boolean; readonly world: World },
): Promise<void> {
  const { selectPath, spellSelected } = await import("../select.ts");
  const value = selectPath(view, path);
  const text = isJson ? spellJson(value) : spellSelected(value);
  const isOneText = world.stdout.isTerminal && typeof value === "string" && !isJson;
  writeLines(isOneText ? visible(text) : text, world);
}

async function showKind(
  kind: string,
  options: { readonly config: Config; readonly world: World; readonly isJson: boolean; readonly window: number },
): Promise<number> {
  const { config, world, isJson, window } = options;
  if (kind === "") throw usageError("'events.' lacks the kind", "Write one, e.g. --select events.agent_exit");
  const source = openEventSource({ files: world.files, logDir: config.runtime.logDir });
  const { lines } = await readingLogs(() => source.query({ kinds: [kind], limit: window }));
  if (lines.length === 0 && !isEventKind(kind)) {
    const meant = nearest(kind, Object.keys(eventKinds));
    throw new OperatorError(`There is no event kind '${kind}'`, {
      fix: meant ? `Did you mean 'events.${meant}'?` : "See 'agent-runner peek --select plugins.event_kinds'",
    });
  }
  if (isJson) writeLines(spellJson(lines.map((line) => line.event)), world);
  else if (lines.length > 0) writeLines(lines.map(({ line }) => line).join("\n"), world);
  return exitCode.ok;
}

/** As they are, but on a terminal without anything that it obeys. */
function writeLines(text: string, { stdout }: World): void {
  stdout.write(`${stdout.isTerminal ? visibleLines(text) : text}\n`);
}
