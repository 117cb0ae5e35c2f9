// Guards the image: what a linter refuses, and what serve needs of it.
import assert from "node:assert/strict";
import { validate } from "dockerfile-utils";
import { readText } from "../../scripts/tree.ts";
import { pathOfProbe, places, portOfServe } from "./facts.ts";

interface Instruction {
  readonly name: string;
  readonly words: string;
}

const text = readText("deploy/Dockerfile") ?? "";

/** One entry for each instruction, continued lines joined, comments left out. */
function instructionsOf(source: string): readonly Instruction[] {
  const joined = source.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n\s*/g, "");
  return joined.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [, name, words] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    if (name === undefined || words === undefined) throw new Error(`'${line}' is no instruction`);
    return { name, words };
  });
}

/** What the house wants beyond the linter; empty: nothing. */
function faultsOf(source: string): readonly string[] {
  const all = instructionsOf(source);
  const last = all.slice(all.findLastIndex(({ name }) => name === "FROM"));
  const faults = all.flatMap(({ name, words }) => {
    if (name === "ADD") return ["ADD fetches and unpacks what no sum was taken of"];
    if (name === "FROM" && !/^[a-z]+:[\w.]+-slim( AS \w+)?$/.test(words)) return [`'${words}' is no named slim image`];
    if (["CMD", "ENTRYPOINT"].includes(name) && !words.startsWith("[")) return [`${name} would start a shell first`];
    if (/apt-get install/.test(words)) {
      if (!words.includes("--no-install-recommends")) return ["packages nobody asked for"];
      if (!words.endsWith("rm -rf /var/lib/apt/lists/*")) return ["lists of packages stay in the image"];
    }
    return /(curl|wget).*\|/.test(words) ? ["runs what it fetches"] : [];
  });
  const user = last.findLast(({ name }) => name === "USER")?.words;
  return /^[1-9]\d*:[1-9]\d*$/.test(user ?? "") ? faults : [...faults, "runs as root, or as whom no cluster can tell"];
}

function wordsOf(name: string): readonly string[] {
  return JSON.parse(instructionsOf(text).findLast((one) => one.name === name)!.words.replace(/^.*?\[/, "["));
}

Deno.test("the Dockerfile is clean for a linter and for the rules of the house", () => {
  assert.deepEqual(validate(text).map(({ message }) => message), []);
  assert.deepEqual(faultsOf(text), []);
  assert.doesNotMatch(text, /privileged|sudo|--insecure/);
});

Deno.test("faultsOf() refuses root, ADD, shells before the program, and lists that stay", () => {
  const good = "FROM debian:12-slim\nUSER 1:1\n";
  assert.deepEqual(faultsOf(good), []);
  for (
    const [bad, fault] of [
      ["FROM debian:12-slim\n", /runs as/],
      ["FROM debian:12-slim\nUSER agent\n", /runs as/],
      ["FROM debian:12-slim\nUSER 0:0\n", /runs as/],
      ["FROM debian:12-slim\nUSER 1:1\nFROM debian:12-slim\n", /runs as/],
      ["FROM debian\nUSER 1:1\n", /slim/],
      [`${good}ADD http://a.example/b /b\n`, /ADD/],
      [`${good}CMD agent-runner serve\n`, /shell/],
      [`${good}RUN apt-get install git\n`, /packages/],
      [`${good}RUN apt-get install --no-install-recommends git\n`, /lists/],
      [`${good}RUN curl a.example | sh\n`, /fetches/],
    ] as const
  ) {
    assert.match(faultsOf(bad).join(), fault, bad);
  }
  assert.ok(validate("FROM a\nFOO b\n").length > 0);
  assert.throws(() => instructionsOf("from a\n"), /no instruction/);
});

Deno.test("the binary of the image comes from a release, with its sum and signature checked", () => {
  const all = instructionsOf(text);
  const install = all.find(({ words }) => words.includes("install.sh"))!.words;
  assert.equal(install, "sh /release/install.sh --from /release --to /out --require-signature");
  const script = readText("scripts/install.sh") ?? "";
  for (const [flag] of install.matchAll(/--[a-z-]+/g)) {
    assert.ok(script.includes(`${flag})`) || script.includes(`${flag} `));
  }
  assert.ok(readText("scripts/release.ts")!.includes('"install.sh"'));
  const copied = all.filter(({ name }) => name === "COPY").map(({ words }) => words);
  assert.deepEqual(copied, [". /release/", "--from=release /out/agent-runner /usr/local/bin/agent-runner"]);
});

Deno.test("the image has what serve calls, and tini before it, because serve reaps only what it started", () => {
  const installed = instructionsOf(text).filter(({ words }) => words.includes("apt-get install")).at(-1)!.words;
  for (const name of ["git", "procps", "curl", "ca-certificates", "tini"]) {
    assert.match(installed, new RegExp(` ${name} `), name);
  }
  assert.deepEqual(wordsOf("ENTRYPOINT"), ["tini", "--", "agent-runner"]);
  assert.ok(instructionsOf(text).some(({ name, words }) => name === "STOPSIGNAL" && words === "SIGTERM"));
});

Deno.test("the image serves the page that its health check asks", async () => {
  const port = await portOfServe(wordsOf("CMD"));
  assert.equal(pathOfProbe(wordsOf("HEALTHCHECK"), port), "/livez");
});

Deno.test("the image has the folders that volumes are put on, for its user", () => {
  const made = instructionsOf(text).map(({ words }) => words).join("\n");
  for (const place of places.filter((path) => path !== "/home/agent")) assert.ok(made.includes(` ${place}`), place);
  assert.match(made, /HOME=\/home\/agent /);
});
