// Where an agent's bytes can be: looked up in the work tree and in everything that git's refs and stashes reach.

const tokens = /tok-[0-9a-z]+-\d+-w?\d+-z/g;

export interface Place {
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Remembers which tokens each object of git holds: objects never change. */
export class Holdings {
  readonly #place: Place;
  readonly #byObject = new Map<string, readonly string[]>();

  constructor(place: Place) {
    this.#place = place;
  }

  /** Tokens that can be found now. The tree first: what is moved from it to git meanwhile is met there. */
  async find(): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const token of await this.#inTree()) found.add(token);
    const folders = [this.#place.work, `${this.#place.work}/sub`].filter(isRepository);
    for (const folder of folders) for (const token of await this.#inGit(folder)) found.add(token);
    return found;
  }

  async #inTree(): Promise<readonly string[]> {
    const { work } = this.#place;
    const [files, links] = await Promise.all([
      this.#run("grep", ["-rhoaE", "--exclude-dir=.git", tokens.source.replaceAll("\\d", "[0-9]"), "."], work),
      this.#run("find", [".", "-name", ".git", "-prune", "-o", "-type", "l", "-printf", "%l\\n"], work),
    ]);
    return [...tokensIn(files), ...tokensIn(links)];
  }

  async #inGit(folder: string): Promise<readonly string[]> {
    // What was staged and then written over in the tree is in the index until the round is settled.
    const staged = text(await this.#git(["ls-files", "--stage", "-z"], folder)).split("\0")
      .flatMap((line) => /^1\d{5} ([0-9a-f]{40,64}) /.exec(line)?.[1] ?? []);
    // What only a reflog of a branch still reaches is as good as lost to a person; the stash list is a reflog, too.
    const stashes = text(await this.#git(["log", "-g", "--format=%H", "refs/stash", "--"], folder)).trim();
    const tips = ["--all", "HEAD", ...(stashes === "" ? [] : stashes.split("\n"))];
    const listed = await this.#git(["rev-list", "--objects", "--no-object-names", ...tips, "--"], folder);
    const ids = [...new Set([...staged, ...text(listed).split("\n").filter((line) => line !== "")])];
    const fresh = ids.filter((id) => !this.#byObject.has(id));
    if (fresh.length > 0) await this.#learn(fresh, folder);
    return ids.flatMap((id) => this.#byObject.get(id) ?? []);
  }

  async #learn(ids: readonly string[], folder: string): Promise<void> {
    const stdin = new TextEncoder().encode(`${ids.join("\n")}\n`);
    const bytes = await this.#git(["cat-file", "--batch", "--buffer"], folder, stdin);
    let at = 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(10, at);
      if (end < 0) break;
      const [id = "", kind = "", size] = text(bytes.subarray(at, end)).split(" ");
      if (kind === "missing" || size === undefined) {
        at = end + 1;
        continue;
      }
      const content = bytes.subarray(end + 1, end + 1 + Number(size));
      // Messages and names are no bytes of a file.
      this.#byObject.set(id, kind === "blob" ? tokensIn(content) : []);
      at = end + 1 + Number(size) + 1;
    }
  }

  async #git(args: readonly string[], folder: string, stdin?: Uint8Array<ArrayBuffer>) {
    return await this.#run("git", args, folder, stdin);
  }

  async #run(file: string, args: readonly string[], cwd: string, stdin?: Uint8Array<ArrayBuffer>) {
    const child = new Deno.Command(file, {
      args: [...args],
      cwd,
      env: { ...this.#place.env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
      clearEnv: true,
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const [, { stdout }] = await Promise.all([stdin === undefined ? null : feed(child, stdin), child.output()]);
    return stdout;
  }
}

async function feed(child: Deno.ChildProcess, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(bytes);
  await writer.close();
}

/** One byte, one character: what surrounds a token may be anything. */
function text(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Tokens in a content, each once. */
export function tokensIn(bytes: Uint8Array): readonly string[] {
  return [...new Set(text(bytes).match(tokens) ?? [])];
}

function isRepository(folder: string): boolean {
  try {
    Deno.lstatSync(`${folder}/.git`);
    return true;
  } catch {
    return false;
  }
}
