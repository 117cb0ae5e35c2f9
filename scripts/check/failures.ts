// Cuts the output of a failed step down to what failed: where a log is shown in part, that is the part to be seen.

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
/** Tests that passed, headings, and the list of names at the end, which the errors have told already. */
const idle = /\.\.\. (ok|ignored)( \(.*\))?$|^running \d+ tests? from |^-+ (output|post-test output) -+$/;

/** @param output of a step, as it was printed @returns what failed and why, without colours */
export function failuresIn(output: string): string {
  const lines = output.replace(escapes, "").split("\n").filter((line) => !idle.test(line));
  const text = lines.join("\n");
  const errors = text.indexOf("\n ERRORS \n");
  if (errors < 0) return text.trim();
  const names = text.indexOf("\n FAILURES \n", errors);
  const told = names < 0 ? text.slice(errors + 10) : text.slice(errors + 10, names);
  return `${told.trim()}\n\n${text.slice(0, errors).trim()}`.replace(/\n{3,}/g, "\n\n").trim();
}
