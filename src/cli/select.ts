// Picks a part of a document by a dotted path, and says what there is where the path leads nowhere.
import { OperatorError } from "../core/errors.ts";
import { nearest } from "../core/text.ts";
import { spellJson } from "./print.ts";
import { isObject } from "../store/json_file.ts";

const namesListed = 40;

/** The value at `path`, e.g. `recent_rounds.0.verdict`. Throws `OperatorError` that names the segment that is not there. */
export function selectPath(document: unknown, path: string): unknown {
  let value = document;
  const walked: string[] = [];
  for (const segment of path.split(".")) {
    if (isObject(value) && Object.hasOwn(value, segment)) value = value[segment];
    else if (Array.isArray(value) && /^\d{1,9}$/.test(segment) && Number(segment) < value.length) {
      value = value[Number(segment)];
    } else throw nothingAt(segment, { path, walked, value });
    walked.push(segment);
  }
  return value;
}

function nothingAt(
  segment: string,
  at: { readonly path: string; readonly walked: readonly string[]; readonly value: unknown },
): OperatorError {
  const place = at.walked.length === 0 ? "the document" : `'${at.walked.join(".")}'`;
  const message = segment === at.path
    ? `There is no '${segment}' in ${place}`
    : `There is no '${segment}' in ${place} (path '${at.path}')`;
  return new OperatorError(message, { fix: whatIsThere(segment, { place, value: at.value }) });
}

function whatIsThere(segment: string, at: { readonly place: string; readonly value: unknown }): string {
  const place = at.place.charAt(0).toUpperCase() + at.place.slice(1);
  if (isObject(at.value)) {
    const names = Object.keys(at.value);
    const meant = nearest(segment, names);
    if (meant !== null) return `Did you mean '${meant}'?`;
    const more = names.length > namesListed ? ", …" : "";
    return names.length === 0 ? `${place} is empty` : `${place} has: ${names.slice(0, namesListed).join(", ")}${more}`;
  }
  if (!Array.isArray(at.value)) {
    return `${place} is ${at.value === null ? "null" : "a single value"}: end the path there`;
  }
  return at.value.length === 0 ? `${place} is an empty list` : `${place} has the items 0 to ${at.value.length - 1}`;
}

/** The selected value as text: a text as it is, anything else as JSON. */
export function spellSelected(value: unknown): string {
  return typeof value === "string" ? value : spellJson(value);
}
