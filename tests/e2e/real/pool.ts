// Runs many slow things beside each other, a few at a time, and keeps what came of each until it is asked for.

/** Starts tasks in the order in which they were added, at most `places` at once. */
export class Pool<Result> {
  readonly #places: number;
  readonly #waiting: { readonly name: string; readonly run: () => Promise<Result> }[] = [];
  readonly #outcomes = new Map<string, PromiseWithResolvers<Result>>();
  #running = 0;

  constructor(places: number) {
    this.#places = places;
  }

  add(name: string, run: () => Promise<Result>): void {
    const outcome = Promise.withResolvers<Result>();
    // Whoever asks later still gets the rejection.
    outcome.promise.catch(() => {});
    this.#outcomes.set(name, outcome);
    this.#waiting.push({ name, run });
  }

  /** What came of a task; starts all of them on the first call. @throws what the task threw */
  async of(name: string): Promise<Result> {
    this.#fill();
    const outcome = this.#outcomes.get(name);
    if (outcome === undefined) throw new Error(`no task is named '${name}'`);
    return await outcome.promise;
  }

  #fill(): void {
    while (this.#running < this.#places) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#running++;
      const { resolve, reject } = this.#outcomes.get(task.name)!;
      task.run().then(resolve, reject).finally(() => {
        this.#running--;
        this.#fill();
      });
    }
  }
}
