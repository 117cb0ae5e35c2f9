// Makes hostile records of real ones: each field in turn, however deep, becomes something it never should be.
import { type Golden, goldens } from "./golden.ts";
import { linesOf } from "./feeding.ts";

const decoder = new TextDecoder();

/** JSON as it stands in a line, so that it can also be what no value here could spell. */
export const wrongValues: readonly string[] = [
  "null",
  "true",
  "-1",
  "1e308",
  '""',
  '"x"',
  "[]",
  "{}",
  "[[]]",
  '{"a":{}}',
];

/** Numbers at the edge, texts no encoder would write, and names that objects already have. */
export const oddValues: readonly string[] = [
  "1e999",
  "-0",
  "9007199254740993",
  '"\\ud800"',
  '"\\u0000\\u001b[31m"',
  '"2026-02-30T99:99:99Z"',
  '"__proto__"',
  '"constructor"',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}},"toString":1,"length":1e9}',
  '[null,1,"x",{},[]]',
];

/** One JSON record of each shape that the recordings of a CLI hold: the same fields in the same places count once. */
export function shapesOf(cli: string): readonly string[] {
  const shapes = new Map<string, string>();
  for (const golden of goldens(cli)) {
    for (const line of recordLines(golden)) {
      const shape = shapeOf(JSON.parse(line));
      // The shortest of a shape is as good as any, and cheaper.
      if ((shapes.get(shape)?.length ?? Infinity) > line.length) shapes.set(shape, line);
    }
  }
  return [...shapes.values()];
}

/** The lines of a recording that are whole JSON objects. */
export function recordLines({ stdout }: Golden): readonly string[] {
  return linesOf(stdout).map((line) => decoder.decode(line).trim()).filter(isRecord);
}

function isRecord(line: string): boolean {
  try {
    return line.startsWith("{") && JSON.parse(line) !== null;
  } catch {
    return false;
  }
}

/** The kind of record and the names of its fields; what a list holds is told by its first two. */
function shapeOf(value: unknown, depth = 0): string {
  if (Array.isArray(value)) return `[${value.slice(0, 2).map((one) => shapeOf(one, depth + 1)).join()}]`;
  if (typeof value !== "object" || value === null) return typeof value;
  const fields = Object.entries(value).map(([key, one]) => {
    const isLabel = typeof one === "string" && ["type", "subtype", "role", "status"].includes(key);
    return `${key}:${isLabel ? one : shapeOf(one, depth + 1)}`;
  });
  return `{${fields.toSorted().join()}}`;
}

const hole = "\u0001hole\u0001";

/** A record with one field replaced, for every field. @param most fields at most: those of long lists come last. */
export function* mutantsOf(line: string, values: readonly string[], most = Infinity): Generator<string> {
  const record: unknown = JSON.parse(line);
  let left = most;
  for (const { holder, key } of placesIn(record)) {
    if (left-- <= 0) return;
    const before = holder[key];
    holder[key] = hole;
    const [start, end] = JSON.stringify(record).split(JSON.stringify(hole));
    holder[key] = before;
    for (const value of values) yield `${start}${value}${end}`;
  }
}

/** The record with one more field, first in every object; its name may be one that `JSON.stringify` would not write. */
export function withField(line: string, field: string): string {
  const spell = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(spell).join()}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const fields = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${spell(one)}`);
    return `{${[field, ...fields].join()}}`;
  };
  return spell(JSON.parse(line));
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** Every field, those near the top first. */
function placesIn(record: unknown): readonly Place[] {
  const places: Place[] = [];
  const open: unknown[] = [record];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (typeof next !== "object" || next === null) continue;
    const holder = next as Record<string, unknown>;
    // Of a list the first two stand for all.
    const keys = Array.isArray(next) ? Object.keys(next).slice(0, 2) : Object.keys(next);
    for (const key of keys) {
      places.push({ holder, key });
      if (holder[key] !== null) open.push(holder[key]);
    }
  }
  return places;
}
