// Gives rounds their scopes for one life of the supervisor, and tells once when one cannot be had.
import type { Files } from "../ports/files.ts";
import type { ScopeFinding, Scopes } from "../ports/scope.ts";
import { RoundScope } from "./round_scope.ts";
import { scopeShortfall, scopeWish, scopeWords } from "./scope_plan.ts";
import type { ScopeSettings } from "./scope_plan.ts";

/** So many refusals in a row, and no further round asks: a manager that hangs costs each of them half a minute. */
const refusalsHeard = 2;

/** Keeps what is known of the machine's scopes. */
export class ScopeDesk {
  readonly #settings: ScopeSettings;
  readonly #ports: { readonly files: Files; readonly scopes: Scopes };
  readonly #onDegraded: (round: number, reason: string) => void;
  #hasTold = false;
  #refusals = 0;

  /** @param onDegraded called at most once: what was asked for and cannot be had */
  constructor(
    settings: ScopeSettings,
    ports: { readonly files: Files; readonly scopes: Scopes },
    onDegraded: (round: number, reason: string) => void,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#onDegraded = onDegraded;
  }

  /** First words of the command line that starts a round in its scope; null where it gets none. */
  async wordsFor(round: { readonly id: string; readonly number: number }): Promise<readonly string[] | null> {
    if (this.#refusals >= refusalsHeard) return null;
    const finding = await this.#find();
    const shortfall = scopeShortfall(this.#settings, finding);
    if (shortfall !== null) this.#tell(round.number, shortfall);
    return scopeWords(this.#settings, finding, round);
  }

  async #find(): Promise<ScopeFinding | null> {
    const wish = scopeWish(this.#settings);
    return wish === "none" ? null : await this.#ports.scopes.find({ isOnlyLasting: wish === "lasting" });
  }

  /** The scope of a round, of this life or an earlier one. @param exitFile where its shim leaves the exit status */
  scopeOf(exitFile: string): RoundScope {
    return new RoundScope(exitFile, this.#ports);
  }

  /** A round is over: takes in whether it had the scope it was to have. */
  noteEnd(round: number, scope: RoundScope): void {
    const report = scope.report();
    if (report === null) return;
    this.#refusals = report.kind === "refused" ? this.#refusals + 1 : 0;
    if (report.kind === "refused") this.#tell(round, `rounds run without a scope: ${report.reason}`);
  }

  #tell(round: number, reason: string): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#onDegraded(round, reason);
  }
}
