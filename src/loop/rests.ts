// Sits out what lies between two rounds of one loop: waits for a provider, pauses between rounds, and the operator's own.
import type { CommandDesk } from "./command_desk.ts";
import type { LoopFiles } from "./memory.ts";
import { pause } from "./pause.ts";
import type { PauseEnd } from "./pause.ts";
import { RetryRequests } from "./requests.ts";
import type { Roster } from "./roster.ts";
import type { Spending } from "./spending.ts";
import type { StopFiles } from "./stop_files.ts";
import type { StopRequests } from "./stop_requests.ts";
import { earlierRest, sitOut } from "./wait.ts";
import type { Rest, WaitMeans } from "./wait.ts";

export interface RestParts {
  readonly roster: Roster;
  readonly spending: Spending;
  readonly stop: StopRequests;
  readonly stopFiles: StopFiles;
  readonly desk: CommandDesk;
  readonly files: LoopFiles;
}

/** What ends a wait beside its time and a stop. */
interface Wakers {
  readonly untilEpochMs?: number;
  readonly hasRetryRequest: (since: number) => boolean;
  /** The operator's pause began, or is over. */
  readonly isChanged: () => boolean;
}

export class Rests {
  readonly #parts: RestParts;
  readonly #means: WaitMeans;

  constructor(parts: RestParts) {
    this.#parts = parts;
    const { config: { runtime: { logDir } }, files } = parts.roster.tools;
    const requests = new RetryRequests(logDir, files);
    const hasRetryRequest = (since: number) => requests.take(since);
    const isChanged = () => parts.desk.isPaused;
    this.#means = {
      files: parts.files,
      requests,
      pause: (milliseconds, untilEpochMs) =>
        this.#pause(milliseconds, {
          ...(untilEpochMs === undefined ? {} : { untilEpochMs }),
          hasRetryRequest,
          isChanged,
        }),
      isConfigured: (agent) => parts.roster.has(agent),
    };
    requests.clear();
  }

  /** What is left of the wait, or of the stretched pause, that is on record. */
  earlier(): Rest | null {
    const { roster, spending } = this.#parts;
    return earlierRest(this.#means, roster.tools) ?? spending.earlierRest();
  }

  /** @returns what is left of it, because it was cut short and still holds */
  async sitOut(rest: Rest): Promise<Rest | null> {
    const { roster, spending } = this.#parts;
    const end = await sitOut(rest, this.#means, roster.tools);
    // A pause that is cut short says nothing about what other agents wait for, nor does a budget.
    if (rest.untilEpoch !== null && rest.classification !== "budget") {
      if (end === "over") roster.hasWaited(rest.untilEpoch);
      if (end === "retry") roster.hasWaited(Infinity);
    }
    if (end === "over" || end === "retry") spending.hasRested(rest);
    // A stop file may be gone again by the time it is read, and a pause be over: then the rest of the wait still holds.
    return end === "stop_file" || end === "changed" ? this.earlier() : null;
  }

  /** The operator's pause. A wait that lies before the next round passes meanwhile. @returns what is left of that */
  async sitOutPause(rest: Rest | null): Promise<Rest | null> {
    const { desk } = this.#parts;
    await desk.sitOut((milliseconds) =>
      this.#pause(milliseconds, { hasRetryRequest: () => false, isChanged: () => !desk.isPaused })
    );
    return rest === null ? null : this.earlier();
  }

  async #pause(milliseconds: number, { isChanged, ...wakers }: Wakers): Promise<PauseEnd> {
    const { desk, roster, stop, stopFiles } = this.#parts;
    return await pause({
      milliseconds,
      ...wakers,
      stop: stop.finish,
      hasStopFile: () => (roster.tools.onLook?.(), stopFiles.exists()),
      isChanged: () => (desk.look(), isChanged()),
    }, roster.tools.clock);
  }
}
