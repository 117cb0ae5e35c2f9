// Takes a value out of a record of unknown origin, or nothing when it has another type.

type Fields = Readonly<Record<string, unknown>>;

export function textField(record: Fields | null, name: string): string | null {
  const value = record?.[name];
  return typeof value === "string" ? value : null;
}

/** A finite number, or null. */
export function numberField(record: Fields | null, name: string): number | null {
  const value = record?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function truthField(record: Fields | null, name: string): boolean {
  return record?.[name] === true;
}
