// Programs that go on talking, through Deno.Command: one buffer for each, used again for every piece.
import type { Channel, ChannelEnd, Channels } from "../channel.ts";
import { Collector } from "./collector.ts";

const pieceBytes = 64 * 1024;
const saidBytes = 4 * 1024;
/** Time for stderr to close after the program has ended: a child of it may hold it for ever. */
const pipeGraceMs = 200;
/** Time to leave in order between SIGTERM and SIGKILL. */
const killAfterMs = 500;

export function denoChannels(): Channels {
  return { open };
}

function open({ argv, environment }: Parameters<Channels["open"]>[0]): Channel | string {
  const [file, ...args] = argv;
  try {
    const child = new Deno.Command(file!, {
      args,
      ...(environment === undefined ? {} : { env: environment }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    return new DenoChannel(child);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

class DenoChannel implements Channel {
  readonly pid: number;
  readonly ended: Promise<ChannelEnd>;
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamBYOBReader;
  readonly #errors: Collector;
  #buffer = new Uint8Array(pieceBytes);
  #isOver = false;
  #isClosing = false;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.pid = child.pid;
    this.#output = child.stdout.getReader({ mode: "byob" });
    this.#errors = new Collector(child.stderr, saidBytes, "end");
    this.ended = this.#settle();
  }

  async read(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await this.#output.read(this.#buffer);
      if (value) this.#buffer = new Uint8Array(value.buffer);
      return done ? null : value;
    } catch {
      // Closed while it was read, or the pipe broke: there is no more.
      return null;
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#signal("SIGTERM");
    const kill = setTimeout(() => this.#signal("SIGKILL"), killAfterMs);
    this.#output.cancel().catch(() => {});
    await this.ended;
    clearTimeout(kill);
  }

  async #settle(): Promise<ChannelEnd> {
    const status = await this.#child.status;
    // A leader that obeyed may leave members that do not.
    if (this.#isClosing) this.#signal("SIGKILL");
    this.#isOver = true;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, pipeGraceMs);
    await Promise.race([this.#errors.done, late.promise]);
    clearTimeout(timer);
    this.#errors.cancel();
    const said = new TextDecoder().decode(this.#errors.bytes());
    return { code: status.signal === null ? status.code : -1, said };
  }

  #signal(name: "SIGTERM" | "SIGKILL"): void {
    if (this.#isOver) return;
    try {
      Deno.kill(-this.pid, name);
    } catch {
      // It has ended already.
    }
  }
}
