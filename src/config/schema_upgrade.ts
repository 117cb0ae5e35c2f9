// The keys of [upgrade]: where new versions of the program come from.
import { someText } from "./kinds.ts";
import { row } from "./row.ts";

export const upgradeRows = {
  from: row(someText, {
    default: null,
    since: "new",
    example: '"https://releases.example.org/agent-runner/"',
    doc:
      "Folder or address (http, https) that holds the files of a release, for `upgrade`; a relative folder starts at " +
      "the folder of this file. What is there is only taken with a signature of the built-in key.",
  }),
};
