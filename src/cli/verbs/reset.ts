// reset: closes the breaker, so that what failed before no longer counts.
import { exitCode, messageOf, OperatorError } from "../../core/errors.ts";
import { redact } from "../../core/redact.ts";
import { clip, visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import { LoopFiles } from "../../loop/memory.ts";
import { freshMemory } from "../../loop/remembered.ts";
import type { LoopMemory } from "../../loop/remembered.ts";
import type { HeldLock } from "../../ports/lock.ts";
import { openEventSink } from "../../store/event_sink.ts";
import { numberField } from "../../view/field.ts";
import { lockPath, readHolder } from "../../view/service_view.ts";
import { spellJson } from "../print.ts";
import { openConfig } from "../project.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

const reasonCharacters = 200;

export default defineVerb({
  name: "reset",
  summary: "Forget the failures that ended the loop, so that the next one counts as the first",
  flags: {
    reason: { kind: "string", placeholder: "TEXT", brief: "Why, for the record (required)" },
  },
  needs: ["read", "write", "env", "sys"],
  examples: ["agent-runner reset --reason 'logged in again'"],
  async run(args, world) {
    const reason = clip(redact((args.flags.reason ?? "").trim()), reasonCharacters);
    if (reason === "") {
      throw new OperatorError("'--reason' is missing", {
        fix: "Say why, for the record, e.g. --reason 'logged in again'",
        exitCode: exitCode.usage,
      });
    }
    const config = openConfig(args, world);
    const held = await takeLock(config, world);
    try {
      const before = forget(config.runtime.logDir, world);
      record(config.runtime.logDir, { reason, consecutive: before.shortFailures }, world);
      const answer = { consecutive: before.shortFailures, auth_failures: before.authFailures, reason };
      world.stdout.write(`${args.isJson ? spellJson(answer, "line") : spell(before)}\n`);
      return exitCode.ok;
    } finally {
      held.release();
    }
  },
});

async function takeLock(config: Config, world: World): Promise<HeldLock> {
  const { logDir } = config.runtime;
  if (world.files.stat(logDir)?.isDirectory !== true) {
    throw new OperatorError(`There is nothing to reset: the log folder '${logDir}' does not exist`, {
      fix: "See 'agent-runner config show' for runtime.log_dir; it is made by the first 'agent-runner serve'",
    });
  }
  try {
    const held = await world.lock.tryAcquire(lockPath(logDir));
    if (held !== null) return held;
  } catch (thrown) {
    throw notForgotten(logDir, messageOf(thrown));
  }
  const pid = numberField(readHolder(world.files, logDir), "pid");
  throw new OperatorError(`A supervisor works on '${logDir}'${pid === null ? "" : ` (pid ${pid})`}`, {
    fix: "Stop it first; to end only a wait or a pause, call 'agent-runner retry-now'",
    exitCode: exitCode.busy,
  });
}

/** Limits are the provider's, not the breaker's: how often they were waited for stays. */
function forget(logDir: string, world: World): LoopMemory {
  const files = new LoopFiles(logDir, world.files);
  const before = files.readMemory();
  files.writeMemory({ ...freshMemory, backoff: before.backoff });
  const after = files.readMemory();
  if (after.shortFailures > 0 || after.authFailures > 0) throw notForgotten(logDir, "loop.json stayed as it was");
  return before;
}

function record(logDir: string, payload: { readonly reason: string; readonly consecutive: number }, world: World) {
  const sink = openEventSink({ files: world.files, clock: world.clock, logDir, onFault: () => {} });
  sink.emit("breaker_reset", payload);
  if (!sink.flush()) {
    world.stderr.write(
      `agent-runner: The reset is not on record: ${visible(sink.fault() ?? "it cannot be written")}\n`,
    );
  }
}

function notForgotten(logDir: string, why: string): OperatorError {
  return new OperatorError(`Nothing could be forgotten in '${logDir}': ${why}`, {
    fix: "Run this as the user that runs serve, and see that the disk is not full",
  });
}

function spell({ shortFailures, authFailures }: LoopMemory): string {
  const failures = `${shortFailures} short ${shortFailures === 1 ? "failure" : "failures"} in a row`;
  const logins = authFailures === 0 ? "" : `, ${authFailures} refused ${authFailures === 1 ? "login" : "logins"}`;
  if (shortFailures === 0 && authFailures === 0) return "Nothing was held against the agent; the reset is on record";
  return `Forgotten: ${failures}${logins}. The next failure counts as the first`;
}
