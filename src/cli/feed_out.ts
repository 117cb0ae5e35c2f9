// The far end of `monitor --host`: prints what is new in a project, line by line, for the monitor on another machine.
import { exitCode } from "../core/errors.ts";
import type { Look } from "../monitor/feed.ts";
import { LocalFeed } from "../monitor/feed_local.ts";
import { feedProtocol, parsePlaces, spellBlind, spellHello, spellLook } from "../monitor/frame.ts";
import type { FeedPlaces } from "../monitor/frame.ts";
import { looksPerCollection } from "../monitor/tidy.ts";
import { WordlessRounds } from "../monitor/wordless.ts";
import type { CommandLine } from "./arguments.ts";
import type { Grant } from "./verb.ts";
import { openRunning } from "./project.ts";
import { maskSecretValues } from "./secrets.ts";
import { notUnderstood, parseWireWords } from "./wire_words.ts";
import type { World } from "./world.ts";

/** What it needs: it looks, and nothing else. */
export const feedNeeds: readonly Grant[] = ["read", "env", "sys"];

const usualBeatSeconds = 5;
const beatLimitsSeconds = { min: 0.1, max: 3600 };

interface FeedWords {
  readonly beatSeconds: number;
  readonly after: FeedPlaces | null;
}

/**
 * Prints looks until nobody reads them any more; something at least every `--beat` seconds, so that a silence means
 * trouble. Throws `OperatorError`.
 */
export async function feedOut(line: CommandLine, world: World): Promise<number> {
  const { beatSeconds, after } = parseFeedWords(line.words);
  const config = await openRunning(line, world);
  maskSecretValues(config, world);
  const { files, lock, clock, host, stdout } = world;
  const feed = new LocalFeed({ files, lock, clock, logDir: config.runtime.logDir, ...(after ? { after } : {}) });
  const wordless = new WordlessRounds(config.runtime.logDir, files);
  const never = new AbortController().signal;
  let told = "";
  let nextBeatAt = -Infinity;
  try {
    if (!stdout.write(spellHello(world.version))) return exitCode.ok;
    for (let looks = 0;; looks++) {
      const look = await feed.look(never);
      if (look.kind === "blind") {
        stdout.write(spellBlind(look));
        return exitCode.failure;
      }
      const how = whatMatters(look);
      const now = clock.monotonic();
      if (look.events.length > 0 || look.metrics.length > 0 || how !== told || now >= nextBeatAt) {
        const tails = wordless.tails(look.events);
        const whole = tails.length === 0 ? look : { ...look, tails };
        for (const frame of spellLook(whole, feed.places)) if (!stdout.write(frame)) return exitCode.ok;
        told = how;
        nextBeatAt = now + beatSeconds * 1000;
      }
      // At first much was read; after that it is what every look leaves.
      if (looks % looksPerCollection === 0) host.collectGarbage();
      await feed.wake(nextBeatAt - clock.monotonic(), never);
    }
  } finally {
    await feed.close();
  }
}

/** The log of the running round grows all the time: that alone is told with the next beat. */
function whatMatters({ status, isActive }: Look): string {
  return JSON.stringify([status, isActive]);
}

/** It is a program that calls, of this version or another. */
function parseFeedWords(words: readonly string[]): FeedWords {
  const values = parseWireWords("_feed", { words, known: ["--beat", "--after"], protocol: feedProtocol });
  const beat = Number(values.get("--beat") ?? usualBeatSeconds);
  const after = values.has("--after") ? parsePlaces(values.get("--after")!) : null;
  const isGood = beat >= beatLimitsSeconds.min && beat <= beatLimitsSeconds.max &&
    (after !== null || !values.has("--after"));
  if (!isGood) throw notUnderstood("_feed", words);
  return { beatSeconds: beat, after };
}
