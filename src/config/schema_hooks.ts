// The keys of [hooks.<name>]: which executable is called at which points, and what it is given.
import * as v from "valibot";
import { hookPoints } from "../core/hook.ts";
import { commandLine, environment, whole } from "./kinds.ts";
import { required, row } from "./row.ts";

const pointList = v.pipe(
  v.array(v.picklist(hookPoints)),
  v.nonEmpty(),
  v.title(`a list of ${hookPoints.map((point) => `"${point}"`).join(", ")}`),
);

const variableNames = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^[^=\0]+$/, "the name of a variable"))),
  v.title("a list of names of variables"),
);

/** A hook that never ends would hold up every round: a day is longer than any has a reason to take. */
const longestSeconds = 86_400;

const furthest = 1_000_000;

export const hookRows = {
  command: row(commandLine, {
    default: required,
    since: "new",
    example: '["./hooks/notify.sh"]',
    doc:
      "Executable of the hook and its arguments, one text each; no shell is involved. It runs in `work_dir`, where " +
      "a path with a slash starts, too.",
  }),
  points: row(pointList, {
    default: required,
    since: "new",
    example: '["round_after"]',
    doc: "When it is called: " + hookPoints.map((point) => `\`${point}\``).join(", ") + ".",
  }),
  priority: row(whole(-furthest, furthest), {
    default: 0,
    since: "new",
    doc: "Hooks of one point are called one after the other, the lowest number first, equal ones by their names.",
  }),
  timeout_s: row(whole(1, longestSeconds), {
    default: 30,
    unit: "seconds",
    since: "new",
    doc: "Longest time one call may take; then the hook is ended with all it started.",
  }),
  env: row(environment, {
    default: {},
    since: "new",
    example: '{ CHANNEL = "night-shift" }',
    doc: "Environment variables for the hook. Of the inherited ones it only gets a few harmless ones.",
  }),
  pass_env: row(variableNames, {
    default: [],
    since: "new",
    example: '["CHAT_TOKEN"]',
    doc: "Names of inherited environment variables that the hook gets, too.",
  }),
};
