// The steps of `upgrade` once it has its tools: what an earlier one left, the download, and the swap, told to people.
import { exitCode, OperatorError } from "../core/errors.ts";
import { spellBytes, visible } from "../core/text.ts";
import { fetchBinary } from "../service/release_fetch.ts";
import type { Release } from "../service/release_find.ts";
import { carryOut, resume } from "../service/upgrade.ts";
import type { UpgradeOutcome } from "../service/upgrade.ts";
import { partPath, sweep } from "../service/upgrade_files.ts";
import { readJournal } from "../service/upgrade_journal.ts";
import { clear, isSwapped, makeReady } from "../service/upgrade_swap.ts";
import { guardFolder } from "./upgrade_desk.ts";
import type { UpgradeDesk } from "./upgrade_desk.ts";
import { WaitLine } from "./wait_line.ts";
import type { World } from "./world.ts";

/** What is said in the end: keys for programs, a text for people. */
export interface Done {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/**
 * Finishes or undoes an upgrade that was cut short. Throws `OperatorError` where that one had to be undone.
 * @returns the version that is in place now
 */
export async function finishCut(desk: UpgradeDesk, world: World): Promise<string> {
  const { paths, parts } = desk;
  const journal = readJournal(paths, world.files);
  if (journal === null) {
    await guardFolder(paths, () => clear(paths, world.files));
    return world.version;
  }
  const wasUntouched = journal.phase === "swapping" && !isSwapped(paths, world.files);
  const outcome = await unheard(world, () => guardFolder(paths, () => resume(journal, parts)));
  if (outcome.kind === "done") return outcome.to;
  if (outcome.kind === "failed" && wasUntouched) return outcome.kept;
  throw failureOf(outcome, journal.to_version, desk);
}

/** Downloads a release and puts it in place. Throws `OperatorError` when all is as it was before, or worse. */
export async function install(
  release: Release,
  call: {
    readonly desk: UpgradeDesk;
    readonly current: string;
    readonly isQuiet: boolean;
    readonly mayRestart: boolean;
  },
  world: World,
): Promise<Done> {
  const { desk, current } = call;
  const { paths, parts } = desk;
  const { version } = release;
  const part = partPath(paths, release.sum);
  const begunAt = world.clock.monotonic();
  await guardFolder(paths, () => sweep(paths, world.files, part));
  await download(release, part, { desk, isQuiet: call.isQuiet }, world);
  const outcome = await unheard(world, () =>
    guardFolder(paths, async () => {
      makeReady(paths, part, parts);
      const standing = await parts.service?.describe() ?? { kind: "idle" as const };
      const restarts = call.mayRestart && standing.kind === "managed";
      return { standing, end: await carryOut({ from: current, to: version, restarts }, parts) };
    }));
  const { end, standing } = outcome;
  if (end.kind !== "done") throw failureOf(end, version, desk);
  const command = end.isRestarted || standing.kind === "idle"
    ? null
    : standing.kind === "managed"
    ? "agent-runner stop && agent-runner start"
    : standing.command;
  const lines = [`upgraded from version ${current} to ${version}; the old one is kept as ${paths.previous}`];
  if (end.isRestarted) lines.push("the supervisor runs with it");
  if (command !== null) lines.push(`what runs keeps the old version until it is restarted: ${command}`);
  return {
    facts: {
      from_version: current,
      to_version: version,
      is_restarted: end.isRestarted,
      restart_command: command,
      previous: paths.previous,
      duration_s: Math.round((world.clock.monotonic() - begunAt) / 100) / 10,
    },
    text: lines.join("; "),
  };
}

async function download(
  release: Release,
  part: string,
  { desk, isQuiet }: { readonly desk: UpgradeDesk; readonly isQuiet: boolean },
  world: World,
): Promise<void> {
  const line = new WaitLine(isQuiet ? null : world.stderr);
  const { clock, files, host } = world;
  const { binaries } = desk.means;
  try {
    await guardFolder(desk.paths, () =>
      fetchBinary(release, part, {
        files,
        binaries,
        clock,
        host,
        onProgress(got, total) {
          const share = total === null || total === 0 ? null : Math.floor(got / total * 100);
          const of = total === null ? "" : ` of ${spellBytes(total)}`;
          // Where no line can be written over, ten of them are enough.
          line.show(`downloading ${release.file}: ${spellBytes(got)}${of}`, `${share === null ? "" : share / 10 | 0}`);
        },
      }));
  } finally {
    line.clear();
  }
}

/** Runs `work` while no signal ends this process: what is begun here is brought to an end. */
async function unheard<T>(world: World, work: () => Promise<T>): Promise<T> {
  const release = world.signals.listen(["SIGINT", "SIGTERM", "SIGHUP"], () => {});
  try {
    return await work();
  } finally {
    release();
  }
}

function failureOf(
  outcome: Exclude<UpgradeOutcome, { readonly kind: "done" }>,
  version: string,
  { paths }: UpgradeDesk,
): OperatorError {
  const { reason, kept } = outcome;
  if (outcome.kind === "failed") {
    return new OperatorError(
      `Version ${version} was not taken, version ${kept} is in place as before: ${visible(reason)}`,
      {
        fix: "Mend what it says or take another release; see 'agent-runner status' for what runs",
      },
    );
  }
  return new OperatorError(`CRITICAL: version ${version} does not work and going back failed: ${visible(reason)}`, {
    fix: `See that '${visible(paths.binary)}' is version ${kept} (is there '${visible(paths.old)}'?), then run ` +
      "'agent-runner doctor --fix'",
    exitCode: exitCode.usage,
  });
}
