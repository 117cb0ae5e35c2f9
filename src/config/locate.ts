// Finds the line on which a key stands, because the TOML parser forgets where values came from.

const deepest = 100;

/** Lines of keys by their path. */
export interface KeyLines {
  /** 1-based line on which the key (or the header of its table) first stands; null when it is not in the text. */
  lineOf(path: readonly string[]): number | null;
}

/** Scans a TOML text once. Tolerant: what it does not understand is skipped to the end of its line. */
export function locateKeys(text: string): KeyLines {
  const scanner = new Scanner(text);
  scanner.run();
  return { lineOf: (path) => scanner.lines.get(path.join("\0")) ?? null };
}

class Scanner {
  readonly lines = new Map<string, number>();
  readonly #entries = new Map<string, number>();
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    let table: readonly string[] = [];
    while (this.#at < this.#text.length) {
      this.#skipBlank();
      if (this.#at >= this.#text.length) return;
      if (this.#peek() === "[") {
        const isEntry = this.#text.startsWith("[[", this.#at);
        while (this.#peek() === "[") this.#step();
        table = this.#readKey();
        this.#note(table);
        if (isEntry) table = this.#nextEntry(table);
      } else {
        this.#readPair(table, 0);
      }
      this.#skipLine();
    }
  }

  /** Path of the next table in a list of tables: the list's own and a number from 0. */
  #nextEntry(list: readonly string[]): readonly string[] {
    const name = list.join("\0");
    const count = this.#entries.get(name) ?? 0;
    this.#entries.set(name, count + 1);
    const path = [...list, String(count)];
    this.#note(path);
    return path;
  }

  #readPair(table: readonly string[], depth: number): void {
    const line = this.#line;
    const key = this.#readKey();
    if (key.length === 0 || this.#peek() !== "=") return;
    const path = [...table, ...key];
    this.#note(path, line);
    this.#step();
    this.#readValue(path, depth);
  }

  #readValue(path: readonly string[], depth: number): void {
    this.#skipSpace();
    const first = this.#peek();
    if (depth > deepest) return;
    if (first === '"' || first === "'") this.#readString();
    else if (first === "[") this.#readList(path, depth);
    else if (first === "{") this.#readInlineTable(path, depth);
    else while (this.#at < this.#text.length && !/[\n,\]}#]/.test(this.#peek())) this.#step();
  }

  #readList(path: readonly string[], depth: number): void {
    this.#step();
    for (;;) {
      const before = this.#at;
      this.#skipBlank();
      if (this.#at >= this.#text.length) return;
      if (this.#peek() === "]") return this.#step();
      if (this.#peek() === ",") this.#step();
      else this.#readValue(path, depth + 1);
      if (this.#at === before) return;
    }
  }

  #readInlineTable(path: readonly string[], depth: number): void {
    this.#step();
    for (;;) {
      const before = this.#at;
      this.#skipBlank();
      if (this.#at >= this.#text.length) return;
      if (this.#peek() === "}") return this.#step();
      if (this.#peek() === ",") this.#step();
      else this.#readPair(path, depth + 1);
      if (this.#at === before) return;
    }
  }

  #readKey(): string[] {
    const parts: string[] = [];
    for (;;) {
      this.#skipSpace();
      const first = this.#peek();
      if (first === '"' || first === "'") {
        parts.push(this.#readString());
      } else {
        const start = this.#at;
        while (/[\p{L}\p{N}_-]/u.test(this.#peek())) this.#step();
        if (this.#at === start) return parts;
        parts.push(this.#text.slice(start, this.#at));
      }
      this.#skipSpace();
      if (this.#peek() !== ".") return parts;
      this.#step();
    }
  }

  #readString(): string {
    const quote = this.#peek();
    const isLong = this.#text.startsWith(quote.repeat(3), this.#at);
    const end = isLong ? quote.repeat(3) : quote;
    this.#step(end.length);
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#text.startsWith(end, this.#at)) {
      if (!isLong && this.#peek() === "\n") break;
      this.#step(quote === '"' && this.#peek() === "\\" ? 2 : 1);
    }
    const inner = this.#text.slice(start, this.#at);
    if (this.#text.startsWith(end, this.#at)) this.#step(end.length);
    while (isLong && this.#peek() === quote) this.#step();
    return quote === '"' ? unescape(inner) : inner;
  }

  #note(path: readonly string[], line: number = this.#line): void {
    for (let length = 1; length <= path.length; length++) {
      const name = path.slice(0, length).join("\0");
      if (!this.lines.has(name)) this.lines.set(name, line);
    }
  }

  #skipBlank(): void {
    for (;;) {
      while (/\s|\ufeff/.test(this.#peek())) this.#step();
      if (this.#peek() !== "#") return;
      this.#skipLine();
    }
  }

  #skipSpace(): void {
    while (this.#peek() === " " || this.#peek() === "\t") this.#step();
  }

  #skipLine(): void {
    while (this.#at < this.#text.length && this.#peek() !== "\n") this.#step();
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #step(count = 1): void {
    for (let i = 0; i < count && this.#at < this.#text.length; i++) {
      if (this.#text.charAt(this.#at) === "\n") this.#line++;
      this.#at++;
    }
  }
}

function unescape(inner: string): string {
  try {
    return JSON.parse(`"${inner}"`);
  } catch {
    return inner;
  }
}
