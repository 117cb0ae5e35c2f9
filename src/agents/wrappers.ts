// Knows the programs people put in front of an agent CLI: which of the words behind them are theirs.

/** How a wrapper's own words are told from the command it runs. */
export interface Wrapper {
  /** How many words follow an option as its value; 0 for one that is not named. */
  readonly values: Readonly<Record<string, number>>;
  /** Words of its own before the command, e.g. the duration of `timeout`. */
  readonly ownWords?: number;
  /** `NAME=value` words may precede the command. */
  readonly takesAssignments?: boolean;
  /** It runs a command only behind one of these words (or phrases); otherwise it does work of its own. */
  readonly verbs?: readonly string[];
}

function taking(count: number, options: string): Readonly<Record<string, number>> {
  return Object.fromEntries(options.split(" ").map((option) => [option, count]));
}

const none: Wrapper = { values: {} };
const node = taking(1, "-r --require --import --loader --experimental-loader -C --conditions --env-file");
const nodeRunner = taking(
  1,
  "-p --package -w --workspace -c --call --prefix --registry --userconfig -C --dir --filter",
);
const pythonRunner = taking(
  1,
  "--from --with --with-editable --with-requirements -p --python --spec -i --index-url --index --extra-index-url " +
    "--pip-args --directory --project --config-file --cache-dir --env-file --refresh-package",
);
const python: Wrapper = { values: taking(1, "-X -W"), verbs: ["-m"] };
const timeout: Wrapper = { values: taking(1, "-k --kill-after -s --signal"), ownWords: 1 };
const bubblewrap = {
  ...taking(
    1,
    "--args --argv0 --userns --userns2 --pidns --uid --gid --hostname --chdir --unsetenv --lock-file --sync-fd --dir " +
      "--remount-ro --overlay-src --tmp-overlay --ro-overlay --exec-label --file-label --proc --dev --tmpfs --mqueue " +
      "--seccomp --add-seccomp-fd --block-fd --userns-block-fd --info-fd --json-status-fd --cap-add --cap-drop " +
      "--perms --size",
  ),
  ...taking(
    2,
    "--setenv --bind --bind-try --bind-fd --dev-bind --dev-bind-try --ro-bind --ro-bind-try --ro-bind-fd --symlink " +
      "--file --bind-data --ro-bind-data --chmod",
  ),
  ...taking(3, "--overlay"),
};
const systemdRun = taking(
  1,
  "-p --property -u --unit -E --setenv --slice -M --machine -H --host -C --capsule --uid --gid --nice " +
    "--working-directory --description --service-type --on-active --on-boot --on-calendar --background",
);

/** By basename. A container or another machine is none of them: what runs there is out of this one's sight. */
export const wrappers: Readonly<Record<string, Wrapper>> = {
  bun: { values: nodeRunner, verbs: ["x"] },
  bunx: { values: nodeRunner },
  bwrap: { values: bubblewrap },
  caffeinate: { values: taking(1, "-t -w") },
  chronic: none,
  "dbus-run-session": { values: taking(1, "--config-file --dbus-daemon") },
  doas: { values: taking(1, "-u -C -a") },
  env: { values: taking(1, "-u --unset -C --chdir"), takesAssignments: true },
  exec: none,
  firejail: none,
  gtimeout: timeout,
  ionice: { values: taking(1, "-c --class -n --classdata") },
  nice: { values: taking(1, "-n --adjustment") },
  node: { values: node },
  nodejs: { values: node },
  nohup: none,
  npm: { values: nodeRunner, verbs: ["exec", "x"] },
  npx: { values: nodeRunner },
  pipx: { values: pythonRunner, verbs: ["run"] },
  pnpm: { values: nodeRunner, verbs: ["dlx", "exec"] },
  pnpx: { values: nodeRunner },
  python: python,
  python3: python,
  setsid: none,
  stdbuf: { values: taking(1, "-i -o -e --input --output --error") },
  sudo: {
    values: taking(1, "-u --user -g --group -h --host -D --chdir -C -p -R -T --prompt --close-from"),
    takesAssignments: true,
  },
  "systemd-inhibit": { values: taking(1, "--what --who --why --mode") },
  "systemd-run": { values: systemdRun },
  time: { values: taking(1, "-f --format -o --output") },
  timeout,
  unbuffer: none,
  uv: { values: pythonRunner, verbs: ["tool run", "run"] },
  uvx: { values: pythonRunner },
  "xvfb-run": {
    values: taking(1, "-e --error-file -f --auth-file -n --server-num -p --xauth-protocol -s --server-args -w --wait"),
  },
  yarn: { values: nodeRunner, verbs: ["dlx", "exec"] },
};

/** What stands behind a wrapper, a part of `words`; null when it runs no command. @param words those behind its name. */
export function behind(wrapper: Wrapper, words: readonly string[]): readonly string[] | null {
  const from = wrapper.verbs ? behindVerb(wrapper, words) : 0;
  if (from < 0) return null;
  let at = from;
  while (isOption(words[at])) at += 1 + valuesOf(wrapper, words[at]!);
  if (words[at] === "--") at++;
  while (wrapper.takesAssignments && /^[A-Za-z_]\w*=/.test(words[at] ?? "")) at++;
  return words.slice(at + (wrapper.ownWords ?? 0));
}

/** Index behind the verb, before which options may stand; -1 when there is none. */
function behindVerb(wrapper: Wrapper, words: readonly string[]): number {
  for (let at = 0; at < words.length;) {
    for (const verb of wrapper.verbs ?? []) {
      const phrase = verb.split(" ");
      if (phrase.every((word, i) => words[at + i] === word)) return at + phrase.length;
    }
    if (!isOption(words[at])) return -1;
    at += 1 + valuesOf(wrapper, words[at]!);
  }
  return -1;
}

function isOption(word: string | undefined): boolean {
  return word !== undefined && word.startsWith("-") && word !== "--";
}

function valuesOf({ values }: Wrapper, option: string): number {
  return Object.hasOwn(values, option) ? values[option]! : 0;
}
