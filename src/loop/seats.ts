// Keeps account of which agent may work: the first one, or one that stands in while those before it cannot.
import type { Agent } from "../core/agent.ts";
import type { AgentSettings } from "../config/schema.ts";
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";

/** One agent of the configuration. */
export interface Seat {
  /** Unique among the seats: the agent's name as people see it. */
  readonly name: string;
  readonly settings: AgentSettings;
  readonly agent: Agent;
}

/** Why a seat cannot work, and until when. */
export interface Block {
  /** Epoch seconds; null: until a person mends it. */
  readonly until_epoch: number | null;
  readonly reason: string;
  readonly since_round: number;
  /** Of what it waits for; absent where only a person can help. */
  readonly classification?: string;
}

type TimedBlock = Block & { readonly until_epoch: number };

/** What a change of seats comes to. */
export interface Change {
  readonly from: Seat;
  readonly to: Seat;
  /** An agent takes its own place again. */
  readonly isReturn: boolean;
}

const fileBytes = 64 * 1024;
/** No provider closes for longer: a block that ends later was written by a clock that was wrong. */
const longestBlockSeconds = 367 * 86_400;
/** A shorter wait is waited out: another agent would have to learn first what this one knows. */
export const shortestAbsenceSeconds = 300;

/** The seats in their order, and which of them may not work; kept in seats.json over restarts. */
export class Seats {
  readonly all: readonly Seat[];
  readonly #path: string;
  readonly #files: Files;
  readonly #blocks: Map<string, Block>;
  #active: Seat;

  /** @param seats at least one, the first agent of the configuration first */
  constructor(seats: readonly Seat[], { logDir, files }: { readonly logDir: string; readonly files: Files }) {
    this.all = seats;
    this.#path = joinPath(logDir, "seats.json");
    this.#files = files;
    const stored = this.#read();
    this.#blocks = new Map(Object.entries(stored.blocks).filter(([name]) => this.#named(name) !== undefined));
    this.#active = this.#named(stored.active ?? "") ?? seats[0]!;
  }

  get active(): Seat {
    return this.#active;
  }

  /** Whether any agent stands in for the first one. */
  get hasOthers(): boolean {
    return this.all.length > 1;
  }

  /** A round of an earlier life was this agent's, whatever seats.json says. @param reader name of the reader */
  foundAtWork(reader: string): void {
    if (this.#active.agent.name === reader) return;
    this.#active = this.all.find(({ agent }) => agent.name === reader) ?? this.#active;
  }

  /** The block of a seat that is not over. @param now epoch seconds */
  blockOf(seat: Seat, now: number): Block | null {
    const block = this.#blocks.get(seat.name);
    return block !== undefined && holds(block, now) ? block : null;
  }

  /** The active seat cannot work for a while. */
  block(block: Block): void {
    this.#blocks.set(this.#active.name, block);
    this.#write();
  }

  /** Forgets every block that only a person could end. */
  forgetHuman(): void {
    this.#forget((block) => block.until_epoch === null);
  }

  /** Forgets every block that ends by then. @param until epoch seconds */
  forgetUntil(until: number): void {
    this.#forget((block) => block.until_epoch !== null && block.until_epoch <= until);
  }

  /** The block that time ends first; null when there is none, or only a person can help. @param now epoch seconds */
  nextToOpen(now: number): TimedBlock | null {
    const timed = [...this.#blocks.values()].filter((block): block is TimedBlock =>
      block.until_epoch !== null && holds(block, now)
    );
    return timed.reduce<TimedBlock | null>((a, b) => a === null || b.until_epoch < a.until_epoch ? b : a, null);
  }

  /**
   * Moves to the first seat that may work and can; null when it is the active one, or when none is.
   * @param isAble whether an agent is installed and starts; asked of seats other than the active one only
   */
  async move(now: number, isAble: (seat: Seat) => Promise<boolean>): Promise<Change | null> {
    for (const seat of this.all) {
      if (this.blockOf(seat, now) !== null) continue;
      if (seat === this.#active) return null;
      if (!await isAble(seat)) continue;
      const from = this.#active;
      this.#active = seat;
      this.#blocks.delete(seat.name);
      this.#write();
      return { from, to: seat, isReturn: this.all.indexOf(seat) < this.all.indexOf(from) };
    }
    return null;
  }

  #forget(isOver: (block: Block) => boolean): void {
    const names = [...this.#blocks].flatMap(([name, block]) => isOver(block) ? [name] : []);
    if (names.length === 0) return;
    for (const name of names) this.#blocks.delete(name);
    this.#write();
  }

  #named(name: string): Seat | undefined {
    return this.all.find((seat) => seat.name === name);
  }

  #read(): { readonly active: string | null; readonly blocks: Readonly<Record<string, Block>> } {
    const nothing = { active: null, blocks: {} };
    try {
      const bytes = this.#files.readBytes(this.#path, { offset: 0, length: fileBytes });
      const parsed: unknown = bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes));
      if (typeof parsed !== "object" || parsed === null) return nothing;
      const { active, blocks } = parsed as { readonly active?: unknown; readonly blocks?: unknown };
      const entries = Object.entries(typeof blocks === "object" && blocks !== null ? blocks : {}).filter(isNamedBlock);
      return { active: typeof active === "string" ? active : null, blocks: Object.fromEntries(entries) };
    } catch {
      return nothing;
    }
  }

  #write(): void {
    const isFresh = this.#blocks.size === 0 && this.#active === this.all[0];
    try {
      if (isFresh) this.#files.remove(this.#path);
      else {
        const content = { active: this.#active.name, blocks: Object.fromEntries(this.#blocks) };
        // As with wait.json: a machine that loses its power must not run into the limit when it is back.
        this.#files.writeAtomic(this.#path, stateText("seats.json", content, 2), { isDurable: true });
      }
    } catch {
      // The loop goes on from what it has in memory; the event sink tells of the disk.
    }
  }
}

function holds({ until_epoch }: Block, now: number): boolean {
  return until_epoch === null || (until_epoch > now && until_epoch - now <= longestBlockSeconds);
}

function isNamedBlock(entry: readonly [string, unknown]): entry is [string, Block] {
  const [, value] = entry;
  if (typeof value !== "object" || value === null) return false;
  const { until_epoch, reason, since_round, classification } = value as Partial<Record<keyof Block, unknown>>;
  const isMoment = until_epoch === null || typeof until_epoch === "number" && Math.abs(until_epoch) <= 8.64e12;
  const isClassified = classification === undefined || typeof classification === "string";
  return isMoment && isClassified && typeof reason === "string" && Number.isSafeInteger(since_round);
}
