// Paths of the test suite's own files.

export function fromFileUrl(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** The scripted agent. */
export const fakeAgent = fromFileUrl(new URL("./fake_agent.sh", import.meta.url));
