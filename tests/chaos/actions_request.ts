// What people and agents ask for: stops, edits of the configuration, other verbs beside the supervisor, work of their own.
import { exists } from "../e2e/project.ts";
import type { Action } from "./actions.ts";
import { brokenTexts, edit } from "./settings.ts";
import { removeQuietly } from "./world.ts";

const readers: readonly (readonly string[])[] = [
  ["peek", "--json"],
  ["peek", "--round", "latest", "--log"],
  ["events", "--window", "9999"],
  ["salvage", "list"],
  ["defenses"],
  ["hooks", "list"],
];

export const requestActions: readonly Action[] = [
  {
    name: "none",
    weight: 10,
    async act(world) {
      const number = await world.agentAtWork();
      await world.roundEnd(number - 1);
      return { round: number, plan: world.planned(number).replaceAll("\n", " | ") };
    },
  },
  {
    name: "stop-file",
    weight: 3,
    async act(world, random) {
      const isDone = random.isTrue();
      const isAtWork = random.isTrue();
      // A sentinel that is older than the life of a supervisor is not meant for it.
      const number = await world.agentAtWork();
      if (!isAtWork) await world.roundEnd(number - 1);
      const path = isDone ? `${world.project.logs}/.agent-done` : world.stopFile;
      Deno.writeTextFileSync(path, "enough\n");
      await world.gone();
      removeQuietly(path);
      return { file: isDone ? ".agent-done" : "stop_file" };
    },
  },
  {
    name: "edit-config",
    weight: 8,
    async act(world, random) {
      const changes = [edit(world.settings, random), edit(world.settings, random)];
      const isRestarted = random.isTrue(0.6);
      world.writeConfig();
      if (isRestarted) await world.leave();
      const { code, stderr } = await world.verb("config", "check");
      if (code !== 0) world.faults.push(`an edit made the configuration bad: ${stderr}`);
      return { changes, isRestarted };
    },
  },
  {
    name: "break-config",
    weight: 2,
    async act(world, random) {
      const text = random.pick(brokenTexts);
      const isRunning = random.isTrue();
      const number = isRunning ? await world.agentAtWork() : 0;
      if (!isRunning) await world.leave();
      world.writeConfig(text);
      if (isRunning) await world.roundEnd(number - 1);
      const { code } = await world.verb("serve", "--once");
      world.writeConfig();
      if (code !== 78) world.faults.push(`serve with a broken configuration left with exit ${code}`);
      return { text: text.slice(0, 20), isRunning };
    },
  },
  {
    name: "second-serve",
    weight: 2,
    async act(world, random) {
      const verb = random.pick(["serve", "round"]);
      await world.agentAtWork();
      const { code } = await world.verb(verb);
      // The first may have left in between; then the second had every right to begin.
      if (code !== 75 && !(await world.noteEnd())) world.faults.push(`a second supervisor left with exit ${code}`);
      return { verb, code };
    },
  },
  {
    name: "retry-now",
    weight: 2,
    async act(world) {
      await world.serving();
      const { code } = await world.verb("retry-now");
      if (code !== 0 && code !== 1) world.faults.push(`retry-now left with exit ${code}`);
      return { code };
    },
  },
  {
    name: "reset",
    weight: 2,
    async act(world, random) {
      const isDown = random.isTrue(0.7);
      await world.serving();
      if (isDown) await world.rest();
      const { code } = await world.verb("reset", "--reason", "chaos");
      if (isDown && code !== 0) world.faults.push(`reset left with exit ${code}`);
      return { isDown, code };
    },
  },
  {
    name: "read",
    weight: 3,
    async act(world, random) {
      const words = random.pick(readers);
      await world.serving();
      const { code, stderr } = await world.verb(...words);
      if (code !== 0) world.faults.push(`'${words.join(" ")}' left with exit ${code}: ${stderr}`);
      return { verb: words.join(" ") };
    },
  },
  {
    name: "doctor",
    weight: 2,
    async act(world, random) {
      const isFixing = random.isTrue();
      const isDown = random.isTrue();
      if (isDown) await world.leave();
      const { code } = await world.verb("doctor", ...isFixing ? ["--fix"] : []);
      if (code !== 0 && code !== 1) world.faults.push(`doctor left with exit ${code}`);
      return { isFixing, isDown, code };
    },
  },
  {
    name: "restore-salvage",
    weight: 2,
    async act(world, random) {
      const choice = random.next();
      await world.rest();
      const shas = world.records.ofKind("salvage_saved").map(({ sha }) => String(sha));
      const sha = shas[Math.floor(choice * shas.length)];
      if (sha === undefined) return { sha: null };
      const { code } = await world.verb("salvage", "restore", sha);
      if (code !== 0 && code !== 1) world.faults.push(`salvage restore left with exit ${code}`);
      return { sha: sha.slice(0, 12), code };
    },
  },
  {
    name: "own-work",
    weight: 3,
    async act(world, random) {
      const id = random.whole(100_000, 999_999);
      const isStaged = random.isTrue();
      // Beside a running git stash a person's edit may be lost to git itself.
      await world.rest();
      const { work, out } = world.project;
      const token = `tok-${world.name}-${id}-0-z`;
      Deno.writeTextFileSync(`${work}/own-${id}`, `${token}\n`);
      Deno.writeTextFileSync(`${work}/tracked/t0`, `${token}\n`, { append: true });
      Deno.writeTextFileSync(`${out}/tokens`, `${token} own\n`, { append: true });
      if (isStaged) await world.project.git("add", "--", `own-${id}`).catch(() => {});
      return { isStaged };
    },
  },
  {
    name: "replace-agent",
    weight: 2,
    async act(world, random) {
      const isAtWork = random.isTrue();
      const number = isAtWork ? await world.agentAtWork() : world.lastEnded();
      if (!isAtWork) await world.leave();
      const aside = `${world.agentFile}.aside`;
      Deno.renameSync(world.agentFile, aside);
      try {
        if (isAtWork) await world.roundEnd(number - 1);
        // A supervisor might wait for a limit first, and longer than anybody looks on.
        else await world.verb("round");
      } finally {
        if (exists(world.agentFile)) Deno.removeSync(world.agentFile);
        Deno.renameSync(aside, world.agentFile);
      }
      return { isAtWork };
    },
  },
];
