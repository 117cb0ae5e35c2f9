// Runs the tests of one file a few at a time: they mostly wait for processes, and each has a project of its own.

const abreast = 4;

interface Planned {
  readonly body: () => Promise<void>;
  readonly done: PromiseWithResolvers<void>;
  isBegun: boolean;
}

const planned: Planned[] = [];
let running = 0;

/** Like `Deno.test`, but the next few tests of the file begin as soon as there is room for them. */
export function testAbreast(name: string, body: () => Promise<void>): void {
  const own: Planned = { body, done: Promise.withResolvers(), isBegun: false };
  planned.push(own);
  // Told by the test itself, if it runs.
  own.done.promise.catch(() => {});
  Deno.test({
    name,
    // What is open while this test runs may belong to others.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      begin(own);
      fill();
      await own.done.promise;
    },
  });
}

function fill(): void {
  if (!runsAll()) return;
  for (const test of planned) if (running < abreast) begin(test);
}

function begin(test: Planned): void {
  if (test.isBegun) return;
  test.isBegun = true;
  running++;
  test.body().then(test.done.resolve, test.done.reject).finally(() => {
    running--;
    fill();
  });
}

/** A test that was filtered out must not be begun: nobody would wait for it. */
function runsAll(): boolean {
  try {
    return !Deno.readTextFileSync("/proc/self/cmdline").includes("\0--filter");
  } catch {
    return false;
  }
}
