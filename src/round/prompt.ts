// Puts the prompt together from its files, and into the form the agent takes it in.
import type { Files } from "../ports/files.ts";
import { FileFault } from "../ports/files.ts";

export interface PromptOptions {
  readonly files: readonly string[];
  readonly separator: string;
  readonly stripFrontMatter: boolean;
  /** Pretty-printed in a fence before the prompt; null: nothing is put before it. */
  readonly context: Readonly<Record<string, unknown>> | null;
}

/** The prompt, or what is wrong with its files. */
export type PromptOutcome =
  | { readonly kind: "ok"; readonly text: string }
  | { readonly kind: "unreadable"; readonly path: string; readonly reason: string };

export function assemblePrompt(options: PromptOptions, files: Files): PromptOutcome {
  const bodies: string[] = [];
  for (const path of options.files) {
    const body = readPromptFile(path, files);
    if (typeof body !== "string") return { kind: "unreadable", path, reason: body.reason };
    bodies.push(bodies.length === 0 && options.stripFrontMatter ? stripFrontMatter(body) : stripByteOrderMark(body));
  }
  return { kind: "ok", text: fence(options.context) + bodies.join(options.separator) };
}

function readPromptFile(path: string, files: Files): string | { readonly reason: string } {
  try {
    return files.readText(path) ?? { reason: "no such file" };
  } catch (thrown) {
    if (thrown instanceof FileFault) return { reason: thrown.message };
    throw thrown;
  }
}

function fence(context: Readonly<Record<string, unknown>> | null): string {
  if (context === null) return "";
  return `\`\`\`json round-context\n${JSON.stringify(context, null, 2)}\n\`\`\`\n\n`;
}

/**
 * Removes a YAML front matter block (`---` line to `---` line) from the start, also with CRLF, a byte order mark, an
 * empty block or no newline at the end. A command line would take its dashes for a flag.
 */
export function stripFrontMatter(text: string): string {
  const body = stripByteOrderMark(text);
  const match = /^---[ \t]*\r?\n(?:[\s\S]*?\r?\n)??---[ \t]*(?:\r?\n|$)/.exec(body);
  return match === null ? body : body.slice(match[0].length).trimStart();
}

function stripByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** The agent's argv after its command: every `{prompt}` replaced (argv delivery), or the template as it is. */
export function renderTemplate(template: readonly string[], prompt: string | null): string[] {
  return prompt === null ? [...template] : template.map((word) => word.replaceAll("{prompt}", () => prompt));
}

/** Kernel limits on a new process: bytes of one argument, and of all arguments and the environment together. */
export interface ArgumentLimits {
  readonly oneArgumentBytes: number;
  readonly totalBytes: number;
}

/** Linux: MAX_ARG_STRLEN less the closing NUL, and three quarters of the usual 2 MiB. macOS allows 1 MiB in all. */
export const argumentLimits: ArgumentLimits = { oneArgumentBytes: 131_071, totalBytes: 917_504 };

/** What the kernel would refuse about an argv, as one sentence; null when it can be started. */
export function argumentFault(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): string | null {
  const encoder = new TextEncoder();
  let total = 0;
  for (const word of argv) {
    if (word.includes("\0")) return "an argument holds a NUL byte, which no command line can carry";
    const bytes = encoder.encode(word).length;
    total += bytes + 9;
    if (bytes > argumentLimits.oneArgumentBytes) {
      return `an argument of ${bytes} bytes is more than the kernel takes (${argumentLimits.oneArgumentBytes})`;
    }
  }
  for (const [name, value] of Object.entries(environment)) total += encoder.encode(name + value).length + 10;
  if (total <= argumentLimits.totalBytes) return null;
  return `arguments and environment of ${total} bytes are more than every kernel takes (${argumentLimits.totalBytes})`;
}
