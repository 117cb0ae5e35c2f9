// hint: leaves words for the agent of the next round, once.
import { exitCode, OperatorError, usageError } from "../../core/errors.ts";
import { clip, visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import { longestHint } from "../../loop/commands.ts";
import { hasRoom, Hints, mostHintCharacters, mostHints } from "../../loop/hints.ts";
import { openEventSink } from "../../store/event_sink.ts";
import { lockPath } from "../../view/service_view.ts";
import { callerOf, command, isServed, nobodyServes } from "../afar.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

const shownCharacters = 100;

export default defineVerb({
  name: "hint",
  summary: "Tell the agent of the next round something, once: it is added to that round's prompt",
  flags: {
    list: { kind: "boolean", brief: "Show what waits for the next round" },
    clear: { kind: "boolean", brief: "Take back what waits for the next round" },
  },
  positional: { placeholder: "TEXT", brief: "What to tell it; '-' reads it from standard input", max: 1 },
  needs: ["read", "write", "env", "sys"],
  examples: [
    "agent-runner hint 'leave the parser alone today'",
    "agent-runner hint - < notes.md",
    "agent-runner hint --list",
  ],
  async run(args, world) {
    const { flags: { list, clear }, positional, isJson } = args;
    if (Number(list) + Number(clear) + positional.length !== 1) {
      throw usageError(
        "Give either a text, or --list, or --clear",
        "Quote a text of several words: agent-runner hint 'two words'",
      );
    }
    const config = await openRunning(args, world);
    if (list) return showWaiting(config, isJson, world);
    if (clear) return await takeBack(config, isJson, world);
    return await leave(config, { text: await textOf(positional[0]!, world), isJson }, world);
  },
});

async function textOf(word: string, world: World): Promise<string> {
  // A character takes four bytes at most: what is longer than that is too long in any case.
  const text = word === "-" ? await world.readInput?.(longestHint * 4 + 1) ?? "" : word;
  if (text.trim() === "") throw usageError("The hint is empty", "Say what the next round is to know");
  if (text.length > longestHint) {
    throw usageError(
      `The hint is longer than ${longestHint} characters`,
      "Put it into a file, and have the hint name that file",
    );
  }
  return text;
}

async function leave(
  config: Config,
  { text, isJson }: { readonly text: string; readonly isJson: boolean },
  world: World,
): Promise<number> {
  const { logDir } = config.runtime;
  if (config.agent.promptDelivery === "none") {
    throw new OperatorError('The agent cannot be told anything: agent.prompt_delivery is "none"', {
      fix: "Put it where the agent looks by itself, or give it a prompt",
    });
  }
  if (!await isServed(config, world)) throw nobodyServes(config, "give a hint to");
  const hints = new Hints(logDir, world.files);
  if (!hasRoom(hints.list(), text)) {
    throw new OperatorError(
      `Too much waits for the next round already: ${mostHints} hints of ${mostHintCharacters} characters are the most`,
      { fix: "Take it back with 'agent-runner hint --clear', or wait for the next round" },
    );
  }
  const id = crypto.randomUUID();
  const isKept = () => hints.list().some((hint) => hint.id === id);
  await command({ id, command: { kind: "hint", text } }, config, { isObeyed: isKept }, world);
  const count = hints.list().length;
  const said = `The next round is told${count > 1 ? `, with ${count - 1} more` : ""}`;
  world.stdout.write(`${isJson ? spellJson({ hinted: true, hint_id: id, waiting: count }, "line") : said}\n`);
  return exitCode.ok;
}

function showWaiting(config: Config, isJson: boolean, world: World): number {
  const hints = new Hints(config.runtime.logDir, world.files).list();
  const lines = hints.map(({ at, by, text }) =>
    `${at.slice(0, 19)}Z ${visible(by)}: ${visible(clip(text, shownCharacters))}`
  );
  const page = hints.length === 0 ? "No hint waits for the next round" : lines.join("\n");
  const rows = hints.map(({ id, at, by, text }) => ({ id, at, by, text }));
  world.stdout.write(`${isJson ? spellJson({ hints: rows }) : page}\n`);
  return exitCode.ok;
}

async function takeBack(config: Config, isJson: boolean, world: World): Promise<number> {
  const hints = new Hints(config.runtime.logDir, world.files);
  const count = hints.list().length;
  if (count > 0) {
    if (await isServed(config, world)) {
      await command({ id: crypto.randomUUID(), command: { kind: "clear_hints" } }, config, {
        isObeyed: () => hints.list().length === 0,
      }, world);
    } else await clearAlone(config, hints, world);
  }
  const text = count === 0
    ? "No hint waited for the next round"
    : `Taken back: ${count} ${count === 1 ? "hint" : "hints"}`;
  world.stdout.write(`${isJson ? spellJson({ cleared: count }, "line") : text}\n`);
  return exitCode.ok;
}

/** Under the lock, in place of a supervisor. */
async function clearAlone(config: Config, hints: Hints, world: World): Promise<void> {
  const { logDir } = config.runtime;
  const held = await world.lock.tryAcquire(lockPath(logDir));
  try {
    const count = held === null ? null : hints.clear();
    if (count === null) {
      throw new OperatorError(`The hints in '${visible(logDir)}' could not be taken back`, {
        fix: "Call it again, as the user that runs serve",
      });
    }
    const sink = openEventSink({ files: world.files, clock: world.clock, logDir, onFault: () => {} });
    sink.emit("hints_cleared", { by: callerOf(world), hints: count });
    sink.flush();
  } finally {
    held?.release();
  }
}
