// watch: peek again and again; a terminal is redrawn, a pipe gets a block when something has changed.
import { exitCode } from "../../core/errors.ts";
import type { ProjectView } from "../../core/view.ts";
import { defenses } from "../../defenses/registry.ts";
import { openEventSource } from "../../store/event_source.ts";
import { changesIn } from "../../store/wake.ts";
import { readProjectView } from "../../view/project_view.ts";
import { detectorNames } from "../detector_names.ts";
import { readingLogs } from "../log_folder.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { spellProject } from "../project_page.ts";
import { defineVerb } from "../verb.ts";

const defaultIntervalSeconds = 2;
/** A busy log folder must not turn into a busy screen. */
const restMs = 200;
const clearScreen = "\u001b[2J\u001b[H";

const verb = defineVerb({
  name: "watch",
  summary: "Show what goes on until Ctrl-C, and follow every change",
  flags: {
    interval: { kind: "number", min: 0.2, placeholder: "SECONDS", brief: "Look at least this often (2)" },
    events: { kind: "integer", placeholder: "N", brief: "With the newest N events" },
  },
  needs: ["read", "env", "sys"],
  examples: ["agent-runner watch", "agent-runner watch --json | jq -c .now"],
  async run(args, world) {
    const config = await openRunning(args, world);
    const { logDir } = config.runtime;
    const detectors = detectorNames(config);
    const events = openEventSource({ files: world.files, logDir });
    const end = new AbortController();
    const unlisten = world.signals.listen(["SIGINT", "SIGTERM", "SIGHUP"], () => end.abort());
    const pollMs = (args.flags.interval ?? defaultIntervalSeconds) * 1000;
    const isScreen = world.stdout.isTerminal && !args.isJson;
    let shown = "";
    try {
      await readingLogs(async () => {
        for await (const _ of changesIn(world.files, { folder: logDir, signal: end.signal, pollMs })) {
          const now = world.clock.now();
          const eventCount = args.flags.events ?? 0;
          const view = await readProjectView({
            config,
            files: world.files,
            events,
            lock: world.lock,
            now,
            defenses,
            detectors,
            eventCount,
          });
          const key = whatMatters(view);
          if (!isScreen && key === shown) continue;
          shown = key;
          const text = args.isJson
            ? `${spellJson(view, "line")}\n`
            : await spellProject(view, { stream: world.stdout, now });
          const isOpen = world.stdout.write(isScreen ? clearScreen + text : args.isJson ? text : `${text}\n`);
          if (!isOpen) return;
          await world.clock.sleep(restMs, end.signal);
        }
      });
    } finally {
      unlisten();
      end.abort();
    }
    return exitCode.ok;
  },
});

export default verb;

/** The view without what changes by itself: two equal texts mean that nothing has happened. */
function whatMatters(view: ProjectView): string {
  return JSON.stringify({ ...view, service: { ...view.service, uptime_s: null }, system: null });
}
