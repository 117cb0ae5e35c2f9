// Lets scripts print without the console, which the linter forbids everywhere.

const encoder = new TextEncoder();

/** One line on standard output. */
export function say(line = ""): void {
  writeAll(Deno.stdout, line + "\n");
}

/** One line on standard error. */
export function complain(line: string): void {
  writeAll(Deno.stderr, line + "\n");
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
