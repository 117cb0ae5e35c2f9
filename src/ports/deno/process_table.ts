// Reads what ps(1) prints into rows, without decoding the environments of a whole machine.
import type { ProcessInfo } from "../processes.ts";

const commandCharacters = 400;
const row = /^\s*(\d+)\s+(\d+)\s+(-?\d+)\s+(\S+)\s+\w{3} (\w{3}\s+\d+ \d{2}:\d{2}:\d{2} \d{4})\s+([\d:.-]+)\s(.*)$/;

/**
 * @param bytes output of `ps -o pid=,ppid=,pgid=,stat=,lstart=,time=,args=` (or `bsdtime=`) in the C locale and UTC
 * @param marker `NAME=value` looked for as a whole word after the command line, or null
 */
export function parseProcessTable(bytes: Uint8Array, marker: string | null): ProcessInfo[] {
  const rows: ProcessInfo[] = [];
  const decoder = new TextDecoder();
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = decoder.decode(bytes.subarray(start, end));
    start = end + 1;
    const match = row.exec(line);
    if (match === null) continue;
    const [, pid, ppid, pgid, state, started, time, rest] = match;
    rows.push({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      isZombie: state!.startsWith("Z"),
      startedAt: Date.parse(`${started} UTC`) / 1000,
      cpuSeconds: parseCpuTime(time!),
      command: rest!.slice(0, commandCharacters),
      isMarked: marker !== null && hasWord(rest!, marker),
    });
  }
  return rows;
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const after = text[at + word.length];
    if ((at === 0 || text[at - 1] === " ") && (after === undefined || after === " ")) return true;
  }
  return false;
}

/** Seconds of a ps CPU time: `[[dd-]hh:]mm:ss[.cc]`; 0 for what is none. */
export function parseCpuTime(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-", 2) : ["0", text];
  let seconds = 0;
  for (const part of clock!.split(":")) seconds = seconds * 60 + Number(part);
  const total = Number(days) * 86_400 + seconds;
  return total >= 0 ? total : 0;
}
