// Reads the corpus of texts with and without secrets; what looks like a token is made up here, from templates.

const folder = new URL("./redaction/", import.meta.url);
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const alphabets: Readonly<Record<string, string>> = {
  alnum: letters,
  hex: "0123456789abcdef",
  digit: "0123456789",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  base64: `${letters}+/`,
};

/** A text with secrets in it. */
export interface SecretCase {
  /** The line of the corpus. */
  readonly line: string;
  readonly text: string;
  readonly masked: string;
  readonly secrets: readonly string[];
}

export function secretCases(): readonly SecretCase[] {
  return linesOf("secrets.txt").map((line, i) => {
    const marked = filled(line, i);
    return {
      line,
      text: marked.replaceAll(/[⟦⟧]/g, ""),
      masked: marked.replaceAll(/⟦[^⟧]*⟧/g, "<redacted>"),
      secrets: [...marked.matchAll(/⟦([^⟧]*)⟧/g)].map((match) => match[1]!),
    };
  });
}

/** Texts in which there is nothing to mask. */
export function lookAlikes(): readonly string[] {
  return linesOf("lookalikes.txt").map((line, i) => filled(line, i));
}

function linesOf(name: string): readonly string[] {
  const lines = Deno.readTextFileSync(new URL(name, folder)).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("# "));
}

/** The template with made-up characters in it, the same ones in every run; every run of letters has digits too. */
function filled(line: string, seed: number): string {
  let state = seed + 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  return line.replaceAll(/\{(\w+):(\d+)\}/g, (_, kind: string, count: string) => {
    const alphabet = alphabets[kind]!;
    const made = Array.from({ length: Number(count) }, () => alphabet[next(alphabet.length)]!);
    if (kind === "alnum" && made.length > 2) made[1] = "7";
    return made.join("");
  }).replaceAll("⏎", "\n").replaceAll("⇥", "\t");
}
