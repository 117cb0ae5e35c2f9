// Proves over real HTTP that the page tells what the real loop does: at once, to many, and to nobody it should not.
import assert from "node:assert/strict";
import { Project } from "./project.ts";
import type { ProjectOptions, Running } from "./project.ts";

const token = "0123456789abcdef0123456789abcdef";

async function served(project: Project, running: Running): Promise<string> {
  const [, url] = await project.until("the page", () => /page is at (\S+)/.exec(running.stdout + running.stderr));
  return url!;
}

async function projectWithPage(
  options: ProjectOptions = {},
): Promise<{ project: Project; url: string; monitor: Running }> {
  const project = await Project.make(options);
  const monitor = project.start("monitor", "--mode", "http", "--port", "0");
  return { project, monitor, url: await served(project, monitor) };
}

/** Appends events as another program would. */
function write(project: Project, events: readonly Readonly<Record<string, unknown>>[]): void {
  Deno.mkdirSync(project.logs, { recursive: true });
  const path = `${project.logs}/events-${new Date().toISOString().slice(0, 7)}.jsonl`;
  Deno.writeTextFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""), { append: true });
}

/** A stream that remembers when each of its messages came. */
class Follower {
  text = "";
  isOver = false;
  readonly #end = new AbortController();
  readonly #done: Promise<void>;

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#done = this.#read(body);
  }

  static async open(url: string): Promise<Follower> {
    const response = await fetch(`${url}api/stream`);
    assert.equal(response.status, 200);
    return new Follower(response.body!);
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      await body.pipeTo(
        new WritableStream({ write: (chunk) => void (this.text += decoder.decode(chunk, { stream: true })) }),
        {
          signal: this.#end.signal,
        },
      );
    } catch {
      // Ended from either side.
    }
    this.isOver = true;
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }
}

/** A question with headers that fetch would not let through. */
async function rawAsk(url: string, text: string): Promise<string> {
  const { port } = new URL(url);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await connection.write(new TextEncoder().encode(text));
  let answer = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
    answer += decoder.decode(buffer.subarray(0, count));
  }
  connection.close();
  return answer;
}

Deno.test("serve --page shows the loop it is in, and leaves with it", async () => {
  await using project = await Project.make({ mode: "hang" });
  const serve = project.start("serve", "--page", "0");
  const url = await served(project, serve);
  await project.untilAgent();
  const state = await (await fetch(`${url}api/state`)).json();
  assert.equal(state.service.active, true);
  assert.equal(state.project, "proj");
  assert.match(await (await fetch(url)).text(), /Round 1[\s\S]*Its hard wall is in/);
  assert.equal((await fetch(`${url}readyz`)).status, 200);
  serve.signal("SIGTERM");
  await project.until("the first one to be heard", () => serve.stdout.includes("once more"));
  serve.signal("SIGTERM");
  assert.equal((await serve.ended()).code, 0);
  await assert.rejects(fetch(url));
});

Deno.test("serve --page goes on without its page when the port is taken, and says so on record", async () => {
  await using project = await Project.make({ mode: "clean" });
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serve = await project.run(["serve", "--page", String(taken.addr.port), "--max-rounds", "1"]);
  taken.close();
  assert.equal(serve.code, 0);
  assert.match(serve.stdout, /the page cannot be served, the loop goes on: Port \d+ is taken\n {2}fix: /);
  assert.equal(project.ofKind("page_failed").length, 1);
  assert.equal(project.ofKind("round_end").length, 1);
});

Deno.test("monitor --mode http says in two lines that the port is taken", async () => {
  const taken = Deno.listen({ hostname: "::1", port: 0 });
  await using project = await Project.make();
  const { code, stderr } = await project.run(["monitor", "--mode", "http", "--port", String(taken.addr.port)]);
  taken.close();
  assert.equal(code, 1);
  assert.match(stderr, /^agent-runner: Port \d+ is taken\n {2}fix: [^\n]+\n$/);
});

Deno.test("the page is on both addresses of loopback, for names of this machine only", async () => {
  const { project, url } = await projectWithPage();
  await using _ = project;
  const { port } = new URL(url);
  assert.equal((await fetch(`http://[::1]:${port}/livez`)).status, 200);
  assert.equal((await fetch(`http://localhost:${port}/livez`)).status, 200);
  for (const host of ["evil.example", `evil.example:${port}`, "", 'a"b', "localhost@evil.example"]) {
    const answer = await rawAsk(url, `GET /api/state HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, host);
    assert.doesNotMatch(answer, /schema_version/, host);
  }
  const none = await rawAsk(url, "GET /api/state HTTP/1.0\r\n\r\n");
  assert.doesNotMatch(none, /schema_version/);
  const long = await rawAsk(url, `GET /?${"a".repeat(5000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 414 /);
  const post = await fetch(url, { method: "POST", body: "x".repeat(100_000) });
  assert.equal(post.status, 405);
  await post.body?.cancel();
});

Deno.test("with a token file the page is shown to who has the token", async () => {
  await using project = await Project.make();
  const path = `${project.root}/token`;
  Deno.writeTextFileSync(path, `${token}\n`, { mode: 0o644 });
  const words = ["monitor", "--mode", "http", "--port", "0", "--token-file", path];
  const open = await project.run(words);
  assert.equal(open.code, 1);
  assert.match(open.stderr, /Others may read the token/);
  Deno.chmodSync(path, 0o600);
  const monitor = project.start(...words, "--listen", "0.0.0.0");
  const url = (await served(project, monitor)).replace("0.0.0.0", "127.0.0.1");
  const refused = await fetch(`${url}api/state`);
  assert.equal(refused.status, 401);
  await refused.body?.cancel();
  const allowed = await fetch(`${url}api/state`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(allowed.status, 200);
  await allowed.body?.cancel();
});

Deno.test("two hundred readers are told an event as it is written, and one that never reads costs them nothing", async () => {
  const { project, url } = await projectWithPage();
  await using _ = project;
  const { port } = new URL(url);
  const stuck = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await stuck.write(new TextEncoder().encode(`GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n`));
  const followers = await Promise.all(Array.from({ length: 200 }, () => Follower.open(url)));
  const metrics = async () => await (await fetch(`${url}metrics`)).text();
  await project.until("201 readers", () => followers.every(({ text }) => text.includes("event: hello")));
  assert.match(await metrics(), /^agent_runner_page_streams 201$/m);

  for (let number = 1; number <= 10; number++) {
    const mark = `mark-${number}-`;
    write(project, [{ ts: new Date().toISOString(), event: "round_start", round_num: number, phase: mark }]);
    // Whoever only looked now and then would be later than that.
    await project.until(`${mark} everywhere`, () => followers.every(({ text }) => text.includes(mark)), 10_000);
  }

  // More than sockets and queues hold: whoever does not read is let go.
  const text = "x".repeat(3000);
  for (let batch = 0; batch < 60; batch++) {
    const events = Array.from(
      { length: 60 },
      (_, i) => ({ ts: new Date().toISOString(), event: "own", batch, i, text }),
    );
    write(project, events);
    await project.until(`batch ${batch}`, () => followers[0]!.text.includes(`"batch":${batch},"i":59,`));
    for (const follower of followers) follower.text = "";
    if (/streams_dropped_total [1-9]/.test(await metrics())) break;
  }
  assert.match(await metrics(), /^agent_runner_page_streams_dropped_total 1$/m);
  assert.ok(followers.every(({ isOver }) => !isOver), "nobody else was let go");
  stuck.close();
  await Promise.all(followers.map((follower) => follower.close()));
});
