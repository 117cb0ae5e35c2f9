// The line to systemd: a datagram to its socket where Deno allows that, else systemd-notify for each message.
import type { Processes } from "../processes.ts";
import type { ServiceLine } from "../service_line.ts";

const sendTimeoutMs = 5_000;

/** Only there behind a flag: what is used of it. */
interface DatagramSocket {
  send(bytes: Uint8Array, to: { readonly transport: "unixpacket"; readonly path: string }): Promise<number>;
  close(): void;
}
interface Datagrams {
  readonly listenDatagram?: (from: { readonly transport: "unixpacket"; readonly path: string }) => DatagramSocket;
}

/** Null where no manager listens. What it says is taken out of the environment: it is meant for this process alone. */
export function denoServiceLine(processes: Processes): ServiceLine | null {
  const path = Deno.env.get("NOTIFY_SOCKET");
  if (path === undefined || path === "") return null;
  const watchdog = Number(Deno.env.get("WATCHDOG_USEC") ?? NaN);
  const isWatched = Number.isFinite(watchdog) && watchdog > 0 &&
    [undefined, String(Deno.pid)].includes(Deno.env.get("WATCHDOG_PID"));
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) Deno.env.delete(name);
  const watchdogMs = isWatched ? watchdog / 1000 : null;
  const socket = path.startsWith("/") ? openSocket() : null;
  const bySpawn = (lines: readonly string[]) => sendBySpawn(path, lines, processes);
  return {
    watchdogMs,
    isCheap: socket !== null,
    async send(lines) {
      if (socket === null) return await bySpawn(lines);
      try {
        const bytes = new TextEncoder().encode(lines.join("\n"));
        await withinTime(socket.send(bytes, { transport: "unixpacket", path }));
      } catch {
        await bySpawn(lines);
      }
    },
    close: () => socket?.close(),
  };
}

/** A manager that reads nothing holds up a datagram, too. */
async function withinTime(sending: Promise<number>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, sendTimeoutMs));
  try {
    await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A datagram needs a socket of one's own, which is bound to a name; the name is taken away at once. */
function openSocket(): DatagramSocket | null {
  const { listenDatagram } = Deno as unknown as Datagrams;
  if (listenDatagram === undefined) return null;
  let folder: string | null = null;
  try {
    folder = Deno.makeTempDirSync({ prefix: "agent-runner-" });
    return listenDatagram({ transport: "unixpacket", path: `${folder}/line` });
  } catch {
    return null;
  } finally {
    if (folder !== null) removeFolder(folder);
  }
}

function removeFolder(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // An empty folder for temporary files.
  }
}

async function sendBySpawn(path: string, lines: readonly string[], processes: Processes): Promise<void> {
  await processes.run({
    argv: ["systemd-notify", "--", ...lines],
    environment: { NOTIFY_SOCKET: path },
    timeoutMs: sendTimeoutMs,
    maxOutputBytes: 4096,
  });
}
