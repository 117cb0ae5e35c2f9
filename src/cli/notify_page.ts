// What `notify` shows: the sinks with what waits for them, and what came of a test.
import type { Config, NotifySettings } from "../config/schema.ts";
import { exitCode } from "../core/errors.ts";
import { spellDuration, visible } from "../core/text.ts";
import { deliver } from "../notify/deliver.ts";
import type { Delivered } from "../notify/delivery.ts";
import { emptyOutbox, idOf, memoryOf } from "../notify/outbox.ts";
import { readOutbox } from "../notify/outbox_file.ts";
import { spellTest } from "../notify/spell_notice.ts";
import { spellJson, spellTable } from "./print.ts";
import { maskSecretValues } from "./secrets.ts";
import type { World } from "./world.ts";

interface Call {
  readonly isJson: boolean;
  readonly world: World;
}

/** One sink as the list shows it. */
interface ListedSink {
  readonly name: string;
  readonly kind: NotifySettings["kind"];
  readonly waiting: number;
  /** Epoch milliseconds of the oldest that waits; null: nothing does. */
  readonly oldestAt: number | null;
  readonly failures: number;
  /** Epoch milliseconds of the next try after failures; null: nothing has failed. */
  readonly nextTryAt: number | null;
}

/** Shows the sinks. @returns the exit code */
export async function listSinks(config: Config, { isJson, world }: Call): Promise<number> {
  const { state, damage } = readOutbox(config.runtime.logDir, world.files);
  const sinks = listed(config, state?.outbox ?? emptyOutbox);
  if (isJson) {
    world.stdout.write(`${spellJson({ sinks: sinks.map((sink) => wireSink(sink)), damage })}\n`);
    return exitCode.ok;
  }
  if (sinks.length === 0) {
    world.stdout.write("No sinks are configured; docs/notify.md shows how to write one.\n");
    return exitCode.ok;
  }
  const now = world.clock.now();
  const lines = await spellTable({
    head: ["NAME", "KIND", "WAITING", "STATE"],
    rows: sinks.map((sink) => [visible(sink.name), sink.kind, String(sink.waiting), stateOf(sink, now)]),
    right: [2],
    width: world.stdout.isTerminal ? world.stdout.columns : Infinity,
  });
  world.stdout.write(`${lines.join("\n")}\n`);
  if (damage !== null) world.stderr.write(`${visible(damage)}\n`);
  return exitCode.ok;
}

/** Sends a test to each, now and beside the outbox. @returns 0 when all took it */
export async function testSinks(config: Config, call: Call & { readonly names: readonly string[] }): Promise<number> {
  const { world, isJson, names } = call;
  maskSecretValues(config, world);
  const stop = new AbortController();
  const unlisten = world.signals.listen(["SIGINT", "SIGTERM", "SIGHUP"], () => stop.abort());
  try {
    const results = await Promise.all(names.map(async (name) => {
      const outcome = await testOne(config, { name, stop: stop.signal }, world);
      if (!isJson) world.stdout.write(spellResult(name, config.notify[name]!, outcome));
      return { name, outcome };
    }));
    if (isJson) {
      const sinks = results.map(({ name, outcome }) => ({
        name,
        kind: config.notify[name]!.kind,
        ok: outcome.kind === "sent",
        reason: outcome.kind === "sent" ? null : outcome.reason,
      }));
      world.stdout.write(`${spellJson({ ok: sinks.every(({ ok }) => ok), sinks })}\n`);
    }
    return results.every(({ outcome }) => outcome.kind === "sent") ? exitCode.ok : exitCode.failure;
  } finally {
    unlisten();
  }
}

async function testOne(
  config: Config,
  { name, stop }: { readonly name: string; readonly stop: AbortSignal },
  world: World,
): Promise<Delivered> {
  const settings = config.notify[name]!;
  const now = world.clock.now();
  const origin = { project: config.project, host: world.host.hostName(), timeZone: settings.timeZone };
  const message = spellTest(name, now, origin);
  const id = idOf(name, String(now), crypto.randomUUID());
  return await deliver({ sink: name, settings, id, message, workDir: config.runtime.workDir, stop }, world);
}

function spellResult(name: string, settings: NotifySettings, outcome: Delivered): string {
  const who = `${visible(name)} (${settings.kind})`;
  if (outcome.kind === "sent") return `${who}: sent\n`;
  return `${who}: not sent: ${visible(outcome.reason)}\n  fix: ${adviceFor(settings)}\n`;
}

function adviceFor({ kind }: NotifySettings): string {
  switch (kind) {
    case "email":
      return "See that the local mail program works: printf 'Subject: x\\n\\n' | sendmail -v YOU@EXAMPLE.ORG";
    case "desktop":
      return "Install notify-send, and run this within a desktop session";
    case "exec":
      return "Run the command by hand with a JSON object on its standard input";
    case "ntfy":
    case "slack":
    case "discord":
    case "telegram":
    case "webhook":
      return "See that address and token are right, and that this machine reaches the server; docs/notify.md has both";
    default:
      return kind satisfies never;
  }
}

function listed(config: Config, outbox: Parameters<typeof memoryOf>[0]): readonly ListedSink[] {
  return Object.entries(config.notify).map(([name, { kind }]) => {
    const own = outbox.waiting.filter(({ sink }) => sink === name);
    const { failures, nextAt } = memoryOf(outbox, name);
    const oldestAt = own.length === 0 ? null : Math.min(...own.map(({ acceptedAt }) => acceptedAt));
    return { name, kind, waiting: own.length, oldestAt, failures, nextTryAt: failures === 0 ? null : nextAt };
  });
}

function stateOf({ failures, nextTryAt, oldestAt }: ListedSink, now: number): string {
  if (failures > 0 && nextTryAt !== null) {
    const tries = failures === 1 ? "1 try" : `${failures} tries`;
    return `${tries} failed, the next one in ${spellDuration(Math.max(0, nextTryAt - now) / 1000)}`;
  }
  return oldestAt === null ? "nothing waits" : `since ${spellDuration(Math.max(0, now - oldestAt) / 1000)}`;
}

function wireSink({ name, kind, waiting, oldestAt, failures, nextTryAt }: ListedSink) {
  const spelled = (at: number | null) => at === null ? null : new Date(at).toISOString();
  return { name, kind, waiting, oldest: spelled(oldestAt), failures, next_try: spelled(nextTryAt) };
}
