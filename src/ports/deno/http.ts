// HTTP through Deno.serve, quiet about itself.
import type { Http, HttpFault, HttpPlace, HttpServer } from "../http.ts";

/** Time for connections to be closed once it is to end. */
const graceMs = 500;

export function denoHttp(): Http {
  return { serve };
}

function serve(
  { address, port }: HttpPlace,
  answer: (request: Request) => Promise<Response>,
): HttpServer | HttpFault {
  const end = new AbortController();
  try {
    const server = Deno.serve({
      hostname: address,
      port,
      signal: end.signal,
      onListen: () => {},
      // Only what broke on its way out comes here.
      onError: () => new Response(null, { status: 500 }),
    }, answer);
    return {
      port: (server.addr as Deno.NetAddr).port,
      async close() {
        // An orderly shutdown would wait for readers of streams, and cannot be cut short once it has begun.
        end.abort();
        let timer: ReturnType<typeof setTimeout> | undefined;
        const late = new Promise<void>((resolve) => timer = setTimeout(resolve, graceMs));
        await Promise.race([server.finished.catch(() => {}), late]);
        clearTimeout(timer);
      },
    };
  } catch (thrown) {
    return { kind: kindOf(thrown), reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function kindOf(thrown: unknown): HttpFault["kind"] {
  if (thrown instanceof Deno.errors.AddrInUse) return "taken";
  if (thrown instanceof Deno.errors.PermissionDenied || thrown instanceof Deno.errors.NotCapable) return "denied";
  if (thrown instanceof Deno.errors.AddrNotAvailable) return "absent";
  return /address family not supported|cannot assign requested address/i.test(String(thrown)) ? "absent" : "other";
}
