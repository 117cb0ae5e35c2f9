// One line on a terminal that says what is waited for; elsewhere a line each time that becomes something else.
import type { Stream } from "./world.ts";

/** Shows nothing without a stream. */
export class WaitLine {
  readonly #stream: Stream | null;
  #lastTopic: string | null = null;
  #isOpen = false;

  constructor(stream: Stream | null) {
    this.#stream = stream;
  }

  /** @param topic stays the same while the text only counts on */
  show(text: string, topic: string): void {
    const stream = this.#stream;
    if (stream === null) return;
    if (stream.isTerminal) {
      const line = `agent-runner: ${text}`;
      stream.write(`\r\u001b[K${line.slice(0, Math.max(1, stream.columns - 1))}`);
      this.#isOpen = true;
    } else if (topic !== this.#lastTopic) stream.write(`agent-runner: ${text}\n`);
    this.#lastTopic = topic;
  }

  /** Takes the line away before something else is written. */
  clear(): void {
    if (this.#isOpen) this.#stream?.write("\r\u001b[K");
    this.#isOpen = false;
  }
}
