// Standard output and error: a write that tells when nobody reads, and a queue that never blocks.
const linesQueued = 1000;

interface Writable {
  writeSync(bytes: Uint8Array): number;
  write(bytes: Uint8Array): Promise<number>;
  isTerminal(): boolean;
}

export function denoStdout() {
  return streamOn(Deno.stdout);
}

export function denoStderr() {
  return streamOn(Deno.stderr);
}

function streamOn(target: Writable) {
  const isTerminal = target.isTerminal();
  let isClosed = false;
  let queue: string[] = [];
  let dropped = 0;
  let writing: Promise<void> | null = null;

  async function pump(): Promise<void> {
    while (queue.length > 0 && !isClosed) {
      const notice = dropped > 0 ? `(${dropped} lines dropped: nobody read them)\n` : "";
      const bytes = new TextEncoder().encode(notice + queue.join(""));
      queue = [];
      dropped = 0;
      try {
        for (let at = 0; at < bytes.length;) at += await target.write(bytes.subarray(at));
      } catch {
        isClosed = true;
      }
    }
    writing = null;
  }

  return {
    isTerminal,
    columns: isTerminal ? columnsOfTerminal() : 80,
    hasColor: isTerminal && !Deno.env.get("NO_COLOR") && Deno.env.get("TERM") !== "dumb",
    write(text: string): boolean {
      const bytes = new TextEncoder().encode(text);
      try {
        for (let at = 0; at < bytes.length && !isClosed;) at += target.writeSync(bytes.subarray(at));
      } catch {
        isClosed = true;
      }
      return !isClosed;
    },
    post(line: string): void {
      if (isClosed) return;
      if (queue.length >= linesQueued) {
        queue.shift();
        dropped++;
      }
      queue.push(`${line}\n`);
      writing ??= pump();
    },
    async drain(milliseconds: number): Promise<void> {
      if (writing === null) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
      await Promise.race([writing, timeout]);
      clearTimeout(timer);
    },
  };
}

function columnsOfTerminal(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}
