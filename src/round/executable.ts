// Whether a file is a program this machine can run: a shell would run anything else as its own script.

/** ELF e_machine values a machine runs: its own first, then the 32-bit one its kernel usually takes too. */
const elfMachines: Readonly<Record<string, readonly number[]>> = { x86_64: [62, 3], aarch64: [183, 40] };

/**
 * What is wrong with a program's first bytes, as the end of a sentence; null when it may run.
 * @param head first 256 bytes or fewer @param machine `x86_64` or `aarch64`
 */
export function machineFault(head: Uint8Array | null, machine: string): string | null {
  if (head === null || head.length === 0) return "is empty";
  const isElf = head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
  if (isElf) return elfFault(head, machine);
  const isMachO = head.length >= 4 && [0xcf, 0xce, 0xca].includes(head[0]!) && head[1] === 0xfa;
  const isFatMachO = head.length >= 4 && head[0] === 0xca && head[1] === 0xfe && head[2] === 0xba && head[3] === 0xbe;
  if (isMachO || isFatMachO) return null;
  return head.includes(0) ? "is neither a program nor a script" : null;
}

function elfFault(head: Uint8Array, machine: string): string | null {
  if (head.length < 52) return "is a damaged program: its header is cut";
  const wanted = elfMachines[machine];
  const isLittle = head[5] === 1;
  const found = isLittle ? head[18]! | head[19]! << 8 : head[19]! | head[18]! << 8;
  const type = isLittle ? head[16]! | head[17]! << 8 : head[17]! | head[16]! << 8;
  if (wanted === undefined || wanted.includes(found)) {
    return type === 2 || type === 3 ? null : "is no executable program";
  }
  const name = Object.keys(elfMachines).find((key) => elfMachines[key]?.includes(found)) ?? `machine type ${found}`;
  return `is built for ${name}, and this machine is ${machine}`;
}
