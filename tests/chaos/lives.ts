// The lives of a supervisor under chaos: started, asked to go, killed, and looked at when they are over.
import { signal } from "../e2e/project.ts";
import type { Outcome, Running } from "../e2e/project.ts";

const lookMs = 15;

export abstract class Lives {
  serve: Running | null = null;
  /** The last life left by itself and in order. */
  hasLeft = true;
  /** Everything a life printed, for a report. */
  lastWords = "";
  /** Faults met outside of a check. */
  readonly faults: string[] = [];
  #isForced = false;
  #isAsked = false;

  /** Starts a verb of the program. */
  abstract start(...args: readonly string[]): Running;
  /** Takes away what would end a new life at once. */
  protected abstract beforeStart(): void;
  /** Called when a life was killed, before anything else happens. */
  protected abstract afterKill(): void;
  /** Ends what nobody can find any more. */
  abstract reapHidden(): Promise<void>;

  /** Runs a verb to its end; a stack trace is a fault. */
  async verb(...args: readonly string[]): Promise<Outcome> {
    const outcome = await this.start(...args).ended();
    this.#lookForStack(args.join(" "), outcome);
    return outcome;
  }

  /** The supervisor runs, and was not told to go. */
  async serving(): Promise<Running> {
    for (let attempt = 1;; attempt++) {
      await this.noteEnd();
      if (this.serve !== null) return this.serve;
      if (attempt > 6) throw new Error(`serve does not stay:\n${this.lastWords}`);
      const serve = await this.begin();
      await this.until("serve to begin", () => serve.isOver || serve.stdout.includes("serving '"));
    }
  }

  /** Starts the supervisor where none runs, and does not wait for it. */
  async begin(): Promise<Running> {
    this.beforeStart();
    // Failures of earlier lives would end this one after its first round.
    if (/short failures in a row|refused/.test(this.lastWords)) await this.verb("reset", "--reason", "chaos");
    this.#isForced = this.#isAsked = this.hasLeft = false;
    return this.serve = this.start("serve");
  }

  /** Looks whether the supervisor has left, and whether it might. @returns whether it is gone */
  async noteEnd(): Promise<boolean> {
    const serve = this.serve;
    if (serve === null) return true;
    if (!serve.isOver) return false;
    const outcome = await serve.ended();
    if (this.serve !== serve) return this.serve === null;
    this.serve = null;
    this.lastWords = `${outcome.stdout}${outcome.stderr}`;
    this.hasLeft = outcome.code === 0;
    this.#lookForStack("serve", outcome);
    const isEarly = this.#isAsked && !outcome.stdout.includes("serving '");
    if (outcome.code !== 0 && !this.#isForced && !isEarly) {
      this.faults.push(`serve left with exit ${outcome.code}: ${this.lastWords.slice(-600)}`);
    }
    return true;
  }

  #lookForStack(verb: string, { stdout, stderr }: Outcome): void {
    const stack = /^.*\n?.*\bat .*\.[jt]s:\d+.*/m.exec(stderr + stdout);
    if (stack !== null) this.faults.push(`'${verb}' left a stack: ${(stderr + stdout).slice(-900)}`);
  }

  /** The supervisor dies on the spot. */
  async kill(): Promise<void> {
    if (this.serve === null) return;
    this.#isForced = true;
    this.serve.kill();
    await this.serve.settled();
    this.afterKill();
    await this.noteEnd();
    await this.reapHidden();
  }

  ask(name: Deno.Signal): void {
    this.#isAsked = true;
    if (this.serve !== null) signal(this.serve.pid, name);
  }

  /** The supervisor goes in order. */
  async leave(): Promise<void> {
    if (await this.noteEnd()) return;
    this.ask("SIGTERM");
    this.ask("SIGINT");
    await this.gone();
    await this.reapHidden();
  }

  /** Nothing of any round lives: what a killed supervisor left is settled by another one first. */
  async rest(): Promise<void> {
    await this.noteEnd();
    const hasLife = this.lastWords !== "" && this.hasLeft;
    if (this.serve === null && !hasLife) await this.serving();
    await this.leave();
  }

  async gone(milliseconds = 40_000): Promise<void> {
    await this.until("serve to leave", () => this.serve === null || this.serve.isOver, milliseconds);
    await this.noteEnd();
  }

  async until(
    what: string,
    condition: () => boolean | Promise<boolean>,
    milliseconds = 30_000,
  ): Promise<void> {
    const end = performance.now() + milliseconds;
    while (!(await condition())) {
      if (performance.now() > end) {
        const words = this.serve === null ? this.lastWords : this.serve.stdout + this.serve.stderr;
        throw new Error(`waited ${milliseconds} ms in vain for ${what}\n${words.slice(-1500)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }
}
