// Rewrites a `codex exec` command line so that it goes on with an earlier thread.
import { unwrap } from "./detect.ts";

/** Options of Codex whose value is the next word. */
const valued = new Set(
  ("-c --config --enable --disable -i --image -m --model --local-provider -p --profile -s --sandbox -C --cd --add-dir " +
    "--output-schema --color -o --output-last-message --thread-source --cyber-access-program -a --ask-for-approval " +
    "--remote --remote-auth-token-env").split(" "),
);

/** Options that `resume` refuses but `codex` itself takes for every verb: they go in front of `exec`. */
const moved = new Set(
  "-s --sandbox -C --cd --add-dir -p --profile --oss --local-provider --approve-for-me".split(" "),
);

/** Options that no place is left for. */
const dropped = new Set(["--color", "--last", "--all"]);

/** An option with its value, or one word that is no option. */
interface Piece {
  readonly words: readonly string[];
  /** The option's name; empty for a word that is none. */
  readonly option: string;
}

/**
 * The command that goes on with a thread: `resume` behind `exec`, the thread's id behind the options. The wrappers
 * before Codex stay, and so does a `-` for a prompt on standard input.
 * A command that is no `codex exec` is returned as it is.
 */
export function resumedCodex(command: readonly string[], threadId: string): readonly string[] {
  const program = command.length - unwrap(command).length;
  const pieces = piecesOf(command.slice(program + 1));
  const verb = pieces.findIndex(({ option }) => option === "");
  const name = pieces[verb]?.words[0];
  if (name !== "exec" && name !== "e") return command;
  const behind = withoutResume(pieces.slice(verb + 1));
  const kept = behind.filter(({ option }) => !moved.has(option) && !dropped.has(option));
  const firstWord = kept.findIndex(({ option }) => option === "");
  const flags = firstWord < 0 ? kept : kept.slice(0, firstWord);
  return [
    ...command.slice(0, program + 1),
    ...wordsOf(pieces.slice(0, verb)),
    ...wordsOf(behind.filter(({ option }) => moved.has(option))),
    name,
    "resume",
    ...wordsOf(flags),
    threadId,
    ...wordsOf(kept.slice(flags.length)),
  ];
}

/** Leaves out an earlier `resume` and the id behind it. */
function withoutResume(pieces: readonly Piece[]): readonly Piece[] {
  const at = pieces.findIndex(({ option }) => option === "");
  if (at < 0 || pieces[at]!.words[0] !== "resume") return pieces;
  const isNamed = !pieces.some(({ option }) => option === "--last");
  const id = isNamed ? pieces.findIndex(({ option }, index) => index > at && option === "") : -1;
  return pieces.filter((_, index) => index !== at && index !== id);
}

function piecesOf(words: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith("-") || word === "-") {
      pieces.push({ words: [word], option: "" });
      continue;
    }
    const takesNext = valued.has(word) && at + 1 < words.length;
    pieces.push({ words: takesNext ? [word, words[at + 1]!] : [word], option: optionName(word) });
    if (takesNext) at++;
  }
  return pieces;
}

/** `--cd` of `--cd=DIR`, `-C` of `-CDIR`. */
function optionName(word: string): string {
  if (word.startsWith("--")) return word.split("=", 1)[0]!;
  return word.slice(0, 2);
}

function wordsOf(pieces: readonly Piece[]): readonly string[] {
  return pieces.flatMap(({ words }) => words);
}
