// The far end of a page that shows another machine: prints what stands beside the events, for as long as it is read.
import { exitCode } from "../core/errors.ts";
import { defenses } from "../defenses/registry.ts";
import { detailsProtocol, noDetails, spellChange, spellGreeting } from "../monitor/details_frame.ts";
import { looksPerCollection } from "../monitor/tidy.ts";
import { DetailsHere } from "../view/details.ts";
import type { Details } from "../view/details.ts";
import type { CommandLine } from "./arguments.ts";
import { openRunning } from "./project.ts";
import { maskSecretValues } from "./secrets.ts";
import type { Grant } from "./verb.ts";
import { parseWireWords } from "./wire_words.ts";
import type { World } from "./world.ts";

/** What it needs: it looks, and nothing else. */
export const detailsNeeds: readonly Grant[] = ["read", "env", "sys"];

/** The log is followed; all else changes seldom, and with it comes the beat. */
const logRestMs = 500;
const looksPerBeat = 10;

/** Prints until nobody reads it any more. Throws `OperatorError`. */
export async function detailsOut(line: CommandLine, world: World): Promise<number> {
  parseWireWords("_details", { words: line.words, known: [], protocol: detailsProtocol });
  const config = await openRunning(line, world);
  maskSecretValues(config, world);
  const { files, clock, host, stdout } = world;
  const here = new DetailsHere(files, { config: () => config, defenses });
  if (!stdout.write(spellGreeting())) return exitCode.ok;
  let told: Details = noDetails;
  for (let looks = 0;; looks++) {
    const isBeat = looks % looksPerBeat === 0;
    const now = isBeat ? allOf(here) : { ...told, log: here.log };
    if (isBeat || now.log !== told.log) {
      for (const frame of spellChange(told, now)) if (!stdout.write(frame)) return exitCode.ok;
      told = now;
    }
    if (looks % looksPerCollection === 0) host.collectGarbage();
    await clock.sleep(logRestMs);
  }
}

/** As they are at this moment. */
function allOf({ log, narrative, salvages, windows, defenses }: Details): Details {
  return { log, narrative, salvages, windows, defenses };
}
