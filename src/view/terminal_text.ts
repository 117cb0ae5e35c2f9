// Takes out of a program's output what a terminal would obey, as people would see it there.

/**
 * Sequences that begin with ESC or its one-byte forms: CSI, then those that end with BEL or ST (titles, links, images),
 * then all shorter ones; one that is cut off at the end of the text counts, too.
 */
export const terminalSequence =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~]|$)|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*(?:[0-~]|$)/g;

/** The text without anything a terminal obeys; of a line that was written over, what stood there last. */
export function withoutAnsi(text: string): string {
  return writtenOver(text.replaceAll(terminalSequence, ""));
}

/** Of lines that were written over, what stands there last. */
export function writtenOver(text: string): string {
  return text.split("\n").map(lastWritten).join("\n");
}

/** A carriage return writes over the line, as progress bars do; one before the newline does nothing. */
function lastWritten(line: string): string {
  const whole = line.replace(/\r+$/, "");
  return whole.slice(whole.lastIndexOf("\r") + 1);
}
