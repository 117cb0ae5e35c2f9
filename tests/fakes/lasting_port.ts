// Ports for servers that go away and come back: below those that the system hands out, so that nobody takes one meanwhile.

const lowest = 10_000;
const highest = 30_000;
const tries = 200;

/** Serves on loopback. @param port the one it had; 0: a free one that stays its own */
export function serveLasting(port: number, handler: Deno.ServeHandler): Deno.HttpServer<Deno.NetAddr> {
  for (let i = 1;; i++) {
    const wanted = port === 0 ? lowest + Math.floor(Math.random() * (highest - lowest)) : port;
    try {
      return Deno.serve({ hostname: "127.0.0.1", port: wanted, onListen: () => {} }, handler);
    } catch (thrown) {
      if (port !== 0 || i === tries || !(thrown instanceof Deno.errors.AddrInUse)) throw thrown;
    }
  }
}
