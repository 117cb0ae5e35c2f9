// A reader of the page's stream that goes on where it was after each break, and remembers every event it was told.

/** One reader over all of its connections. */
export class PageReader {
  /** How often each alert of the test was told, by its number. */
  readonly alerts = new Map<number, number>();
  /** Events that were told out of order, twice, or as missed. */
  readonly faults: string[] = [];
  connections = 0;
  /** Reads nothing while it is true. */
  isStuck = false;
  readonly #url: string;
  #place = "0";
  #number = 0;
  #end = new AbortController();
  #done: Promise<void> = Promise.resolve();

  /** @param url of the page, with a slash at its end */
  constructor(url: string) {
    this.#url = url;
  }

  async open(): Promise<void> {
    await this.close();
    this.#end = new AbortController();
    const { signal } = this.#end;
    const answer = await fetch(`${this.#url}api/stream?since=${this.#place}`, { signal });
    if (answer.body === null || !answer.ok) {
      this.faults.push(`the page answers with ${answer.status}`);
      return;
    }
    this.connections++;
    this.#done = this.#read(answer.body, signal);
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }

  async #read(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    const reader = body.getReader();
    // A read that waits is not always ended by the signal that the request was given.
    const gone = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
    while (!signal.aborted) {
      const next = await Promise.race([reader.read().catch(() => null), gone]);
      if (next === null || next.done) break;
      while (this.isStuck && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 50));
      text += decoder.decode(next.value, { stream: true });
      const messages = text.split("\n\n");
      text = messages.pop()!;
      for (const message of messages) this.#take(message);
    }
    reader.cancel().catch(() => {});
  }

  #take(message: string): void {
    const kind = /^event: (\w+)$/m.exec(message)?.[1];
    if (kind === "gap") this.faults.push(message);
    const place = /^id: (\w+-(\d+))$/m.exec(message);
    if (kind !== "event" || place === null) return;
    const number = Number(place[2]);
    if (this.#number !== 0 && number !== this.#number + 1) this.faults.push(`${number} after ${this.#number}`);
    [this.#place, this.#number] = [place[1]!, number];
    const alert = /of_test_(\d+)/.exec(message)?.[1];
    if (alert !== undefined) this.alerts.set(Number(alert), (this.alerts.get(Number(alert)) ?? 0) + 1);
  }
}
