// Holds an agent's "all is done" against the operator's own command before the loop believes it.
import { joinPath } from "../core/path.ts";
import { redact } from "../core/redact.ts";
import { clip, fileStamp, isoTime, spellDuration, visible } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import { managerVariables } from "../round/plan.ts";
import type { RoundTools } from "../round/tools.ts";
import { openEventSource } from "../store/event_source.ts";
import { roundsFolder } from "../store/round_log.ts";
import type { LoopEnd } from "./ends.ts";
import type { StopFiles } from "./stop_files.ts";
import { runVerify } from "./verify.ts";
import type { Verified } from "./verify.ts";
import { findVerifyCommand } from "./verify_command.ts";

const outputTold = 4_000;
const outputInEvent = 2_000;
const recordedBytes = 256 * 1024;

/** `refused`: the work goes on. `stopped`: an end was asked for meanwhile. `stuck`: the file cannot be put aside. */
export type DoneClaim =
  | { readonly kind: "believed" | "refused" | "stopped" }
  | { readonly kind: "stuck"; readonly end: LoopEnd };

/** @param said what stands in `.agent-done`, redacted */
export async function verifyDone(
  said: string,
  parts: {
    readonly command: readonly string[];
    readonly stop: AbortSignal;
    readonly stopFiles: StopFiles;
    /** Called a few times a second while the command runs. */
    readonly onLook?: () => void;
  },
  tools: RoundTools,
): Promise<DoneClaim> {
  const { book, sink, tell, clock, config } = tools;
  const { verifyTimeoutSeconds } = config.progress;
  const words = parts.command.map((word) => redact(word));
  const spelled = visible(words.join(" "));
  const round = Math.max(0, book.nextNumber - 1);
  const limit = `at most ${spellDuration(verifyTimeoutSeconds)}`;
  tell({ kind: "verifying", text: `the agent says that all is done; '${spelled}' has to agree (${limit})` });
  book.waiting({
    until_epoch: Math.ceil(clock.now() / 1000) + verifyTimeoutSeconds,
    reason: `The agent says that all is done; '${spelled}' has to agree`,
    classification: "verify",
  });
  const verified = await verify(parts, round, tools);
  book.waiting(null);
  if (verified.kind === "stopped") {
    tell({ kind: "verify_stopped", text: `'${spelled}' was ended before it could agree`, tone: "warn" });
    return { kind: "stopped" };
  }
  const duration = Math.round(verified.seconds * 1000) / 1000;
  tellLeftovers(verified.leftovers, spelled, tools);
  if (verified.kind === "passed") {
    sink.emit("done_verified", { round_num: round, command: words, duration_s: duration });
    book.refused(null);
    tell({ kind: "done_verified", text: `'${spelled}' agrees after ${spellDuration(verified.seconds)}`, tone: "good" });
    return { kind: "believed" };
  }
  const reason = redact(verified.reason);
  const output = redact(verified.output).trimEnd();
  const stem = freeStem(round, tools);
  const outputFile = output === "" ? null : keep(`${stem}.verify.txt`, `${output}\n`, tools);
  const isAside = parts.stopFiles.putAside(`${stem}.done.txt`);
  const facts = { command: words, outcome: verified.outcome, exit_code: verified.exitCode, reason, said };
  const file = isAside ? `${stem}.done.txt` : null;
  sink.emit("done_refused", {
    round_num: round,
    ...facts,
    duration_s: duration,
    output: endOf(output, outputInEvent),
    file,
  });
  book.refused({
    round_num: round,
    at: isoTime(clock.now()),
    ...facts,
    output: endOf(output, outputTold),
    output_file: outputFile,
    file,
  });
  const where = outputFile === null ? "" : ` (see ${outputFile})`;
  tell({
    kind: "done_refused",
    text: `the agent says that all is done, but '${spelled}' does not agree: ${reason}${where}`,
    tone: "warn",
    facts: { round, ...facts },
  });
  // Left where it is, it would be looked at again and again, and no round would ever mend anything.
  if (!isAside && !parts.stopFiles.clearSentinel()) return { kind: "stuck", end: stuckEnd(tools) };
  return { kind: "refused" };
}

async function verify(
  parts: Parameters<typeof verifyDone>[1],
  round: number,
  tools: RoundTools,
): Promise<Verified> {
  const { config, host, processes, clock } = tools;
  const found = findVerifyCommand(config, parts.command, { host, processes });
  if (found.kind !== "found") {
    const failed = { outcome: "not_found" as const, exitCode: null, output: "", seconds: 0, leftovers: 0 };
    return { kind: "failed", ...failed, reason: found.reason };
  }
  return await runVerify({
    command: parts.command,
    file: found.file,
    workDir: config.runtime.workDir,
    environment: {
      AGENT_RUNNER_ROUND_NUM: String(round),
      ...config.agent.env,
      AGENT_RUNNER_LOG_DIR: config.runtime.logDir,
    },
    unset: managerVariables,
    timeoutSeconds: config.progress.verifyTimeoutSeconds,
    roundId: newestRoundId(tools) ?? crypto.randomUUID(),
    stop: parts.stop,
    hasStopFile: () => (parts.onLook?.(), parts.stopFiles.isAskedByOperator),
  }, { clock, processes });
}

/** That of the round whose work is looked at. */
function newestRoundId(tools: RoundTools): string | null {
  try {
    const source = openEventSource({ files: tools.files, logDir: tools.config.runtime.logDir });
    const { lines } = source.query({ kinds: ["round_start"], limit: 1, maxBytes: recordedBytes });
    const id = lines[0]?.event.round_id;
    return typeof id === "string" && id !== "" ? id : null;
  } catch (thrown) {
    if (thrown instanceof FileFault) return null;
    throw thrown;
  }
}

/** Beside the round's log, and gone with it; a second one of the same second gets a later stamp. */
function freeStem(round: number, { config, clock, files }: RoundTools): string {
  for (let atMs = clock.now();; atMs += 1000) {
    const stem = joinPath(roundsFolder(config.runtime.logDir), `R${round}-${fileStamp(atMs)}`);
    if (!isThere(`${stem}.done.txt`, files) && !isThere(`${stem}.verify.txt`, files)) return stem;
  }
}

function isThere(path: string, files: RoundTools["files"]): boolean {
  try {
    return files.lstat(path) !== null;
  } catch {
    return false;
  }
}

/** The path, or null where it could not be written: a full disk must not keep the work from going on. */
function keep(path: string, text: string, { files }: RoundTools): string | null {
  try {
    files.writeAtomic(path, text);
    return path;
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return null;
  }
}

function endOf(text: string, length: number): string {
  if (text.length <= length) return text;
  const mark = "... ";
  return `${mark}${text.slice(mark.length - length).replace(/^[\uDC00-\uDFFF]/, "")}`;
}

function tellLeftovers(count: number, spelled: string, { tell }: RoundTools): void {
  if (count === 0) return;
  const what = count === 1 ? "a process" : `${count} processes`;
  tell({ kind: "leftovers", text: `'${spelled}' left ${what} running, which had to be ended`, tone: "warn" });
}

function stuckEnd({ config, book, sink, tell }: RoundTools): LoopEnd {
  const path = joinPath(config.runtime.logDir, ".agent-done");
  const summary = `'${path}' was not believed and cannot be removed`;
  const hint = "Make the log folder writable for this user, remove that file, then start 'agent-runner serve' again";
  const round = Math.max(0, book.nextNumber - 1);
  sink.emit("human_needed", { round_num: round, verdict: book.status?.last_verdict ?? "ok", summary, hint });
  tell({ kind: "human_needed", text: `a person is needed: ${hint}`, tone: "bad", facts: { round, hint } });
  return { reason: "human_needed", text: `a person is needed: ${clip(summary, 300)}` };
}
