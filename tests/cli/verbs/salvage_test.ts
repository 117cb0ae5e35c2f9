// Guards the verb salvage on real git: what it shows is there, what it restores overwrites nothing, what it drops is named.
import assert from "node:assert/strict";
import { atDesk } from "../salvage_desk.ts";

Deno.test("salvage list shows what there is, newest first, as a table and as JSON", async () => {
  await atDesk(async (desk) => {
    assert.equal(await desk.call(), 0);
    assert.match(desk.stdout.text, /^Nothing is saved/);
    const first = await desk.leave(9, "echo 1 > file; : > new");
    const second = await desk.leave(12, "echo 2 > file");
    desk.ledger.mark([first], { state: "offered", round: 12 });
    assert.equal(await desk.call("list"), 0);
    const [head, newest, older] = desk.stdout.lines;
    assert.match(head!, /^sha +round +phase +saved \(UTC\) +paths +state +why$/);
    assert.match(
      newest!,
      new RegExp(`^${second.slice(0, 12)} +12 +build +\\S+(?: \\S+)? +1 +saved +the round crashed$`),
    );
    assert.match(older!, new RegExp(`^${first.slice(0, 12)} +9 +\\S+(?: \\S+)? +2 +offered +the round crashed$`));
    assert.equal(await desk.call("list", "--json"), 0);
    const rows = JSON.parse(desk.stdout.text);
    assert.deepEqual(rows.map((row: { sha: string }) => row.sha), [first, second]);
    assert.deepEqual([rows[0].state, rows[0].offered_in, rows[1].phase, rows[1].verdict], [
      "offered",
      12,
      "build",
      "error",
    ]);
  });
});

Deno.test("salvage tells what stood there before a round from what it left; the round's number means the latter", async () => {
  await atDesk(async (desk) => {
    const before = await desk.leave(9, "echo mine > mine", "before");
    const after = await desk.leave(9, "echo left > left");
    await desk.leave(10, "echo other > other", "before");
    assert.equal(await desk.call("list"), 0);
    const [head, ...rows] = desk.stdout.lines;
    assert.match(head!, /^sha +round +moment +saved/);
    assert.deepEqual(rows.slice(0, 3).map((row) => row.split(/ +/).slice(1, 3)), [
      ["10", "before"],
      ["9", "after"],
      ["9", "before"],
    ]);
    assert.equal(await desk.call("list", "--json"), 0);
    const wire: { moment: string }[] = JSON.parse(desk.stdout.text);
    assert.deepEqual(wire.map(({ moment }) => moment), ["before", "after", "before"]);
    assert.equal(await desk.call("show", "9"), 0);
    assert.match(desk.stdout.text, new RegExp(`sha +${after}`));
    assert.equal(await desk.call("show", before.slice(0, 8)), 0);
    assert.match(desk.stdout.text, /saved +\S+, before the round/);
    assert.equal(await desk.call("show", "10"), 0);
    assert.match(desk.stdout.text, /before the round/);
  });
});

Deno.test("salvage list tells of what no ledger knows", async () => {
  await atDesk(async (desk) => {
    await desk.leave(3, "echo 1 > file");
    Deno.removeSync(`${desk.base}/logs`, { recursive: true });
    assert.equal(await desk.call("list"), 0);
    assert.match(desk.stdout.text, / 3 .* 1 +saved +the round crashed/);
    assert.equal(await desk.call("restore", "3"), 0);
    assert.equal(await desk.repository.sh("cat file"), "1\n");
  });
});

Deno.test("salvage show tells what one holds, by SHA and by round", async () => {
  await atDesk(async (desk) => {
    const sha = await desk.leave(12, "printf 'a\\033[31mb' > file; rm other; : > \"$(printf 'x\\033y')\"");
    for (const word of ["12", "R12", sha, sha.slice(0, 7), sha.slice(0, 7).toUpperCase()]) {
      assert.equal(await desk.call("show", word), 0, desk.stderr.text);
    }
    const page = desk.stdout.text;
    assert.match(page, new RegExp(`sha +${sha}\nref +refs/agent-runner/salvage/12-`));
    assert.match(page, /round +12 \(phase build\)/);
    assert.match(page, /\nM file\nD other\nA x\\u001by\n$/);
    assert.ok(!page.includes("\u001b"));
    assert.equal(await desk.call("show", "12", "--patch"), 0);
    assert.match(desk.stdout.text, /^diff --git a\/file b\/file\n/);
    assert.ok(desk.stdout.text.includes("\n+a\u001b[31mb\n"));
    desk.isTerminal = true;
    assert.equal(await desk.call("show", "12", "--patch"), 0);
    assert.match(desk.stdout.text, /\n\+a\\u001b\[31mb\n/);
    assert.equal(await desk.call("show", "12", "--patch", "--json"), 0);
    const answer = JSON.parse(desk.stdout.text);
    assert.deepEqual([answer.files[0], answer.count], [{ change: "M", path: "file" }, 3]);
    assert.ok(answer.patch.includes("deleted file"));
  });
});

Deno.test("salvage show --patch can be applied again, and says when bytes were lost on the way", async () => {
  await atDesk(async (desk) => {
    await desk.leave(1, "printf 'tab\\there\\n' > file; head -c 300 /dev/zero > binary");
    await desk.call("show", "1", "--patch");
    assert.equal(desk.stderr.text, "");
    Deno.writeTextFileSync(`${desk.base}/patch`, desk.stdout.text);
    await desk.repository.sh("git apply ../patch");
    assert.equal(await desk.repository.sh("cat file; wc -c < binary"), "tab\there\n300\n");
    await desk.repository.sh("git checkout -q .; rm binary");
    const sha = await desk.leave(2, "printf 'bad\\377\\n' > file");
    await desk.call("show", "2", "--patch");
    assert.match(desk.stderr.text, new RegExp(`not UTF-8; all of it: git diff --binary \\w+ ${sha}\n$`));
  });
});

Deno.test("salvage restore brings work back, on record and in the ledger", async () => {
  await atDesk(async (desk) => {
    const sha = await desk.leave(12, "rm other; echo x > file; : > new");
    assert.equal(await desk.call("restore", "12"), 0, desk.stderr.text);
    assert.equal(desk.stdout.text, `Restored what was left of round 12 (${sha.slice(0, 12)}): 2 written, 1 removed\n`);
    assert.equal(await desk.repository.sh("git status --porcelain"), " M file\n D other\n?? new\n");
    const [event] = desk.events();
    assert.deepEqual([event!.event, event!.round_num, event!.sha, event!.paths, event!.branch], [
      "salvage_restored",
      12,
      sha,
      3,
      null,
    ]);
    assert.equal(desk.ledger.list()[0]!.state, "restored");
    assert.equal(await desk.call("restore", "12", "--json"), 0);
    assert.deepEqual(JSON.parse(desk.stdout.text).unchanged, ["file", "new", "other"]);
    assert.deepEqual([...Deno.readDirSync(`${desk.base}/logs`)].filter(({ name }) => name.includes("index")), []);
  });
});

Deno.test("salvage restore refuses with the paths where something would be overwritten", async () => {
  await atDesk(async (desk) => {
    const sha = await desk.leave(12, "echo x > file; i=0; while [ $i -lt 12 ]; do : > f$i; i=$((i+1)); done");
    await desk.repository.sh("echo mine > file; for i in 0 1 2 3 4 5 6 7 8 9 10 11; do echo mine > f$i; done");
    const text = await desk.refused(1, "restore", "12");
    assert.match(text, /it would overwrite 13 paths: 'f0' \(another file of this name is there\), .* and 3 more/);
    assert.match(text, new RegExp(`fix: .*salvage restore ${sha.slice(0, 12)} --onto NAME`));
    assert.equal(desk.ledger.list()[0]!.state, "saved");
    assert.deepEqual(desk.events(), []);
  });
});

Deno.test("salvage restore --path takes paths as a shell means them", async () => {
  await atDesk(async (desk) => {
    await desk.leave(12, "mkdir sub; : > sub/a; : > sub/b; : > c; : > d");
    await desk.repository.sh("mkdir -p sub");
    desk.folder = `${desk.repository.root}/sub`;
    assert.equal(await desk.call("restore", "12", "--path", "a", "--path", "../c"), 0, desk.stderr.text);
    assert.equal(await desk.repository.sh("ls . sub"), ".:\nc\nfile\nother\nsub\n\nsub:\na\n");
    assert.equal(desk.ledger.list()[0]!.state, "saved", "a part was brought back, not all");
    desk.folder = desk.base;
    assert.equal(
      await desk.call("restore", "12", "--path", "sub/", "--path", `${desk.repository.root}/d`),
      0,
      desk.stderr.text,
    );
    assert.match(await desk.refused(1, "restore", "12", "--path", "file"), /has no change at 'file'/);
    assert.match(await desk.refused(2, "restore", "12", "--path", "../x"), /'\.\.\/x' is not in the work folder/);
  });
});

Deno.test("salvage restore --onto makes a branch and leaves HEAD and tree alone", async () => {
  await atDesk(async (desk) => {
    const sha = await desk.leave(12, "echo staged > file; git add .; echo x > file");
    assert.equal(await desk.call("restore", "12", "--onto", "back"), 0, desk.stderr.text);
    assert.match(desk.stdout.text, /git cherry-pick -m 1 back\n$/);
    assert.equal(
      await desk.repository.sh("git rev-parse back; git symbolic-ref HEAD; git status --porcelain"),
      `${sha}\nrefs/heads/main\n`,
    );
    assert.match(await desk.refused(1, "restore", "12", "--onto", "back"), /There is a branch 'back'/);
    assert.match(await desk.refused(1, "restore", "12", "--onto", "back/x"), /in the way/);
    for (const name of ["-x", "a..b", "HEAD", "a b"]) {
      assert.match(await desk.refused(2, "restore", "12", `--onto=${name}`), /is no name for a branch/, name);
    }
    await desk.repository.sh("git cherry-pick -n -m 1 back");
    assert.equal(await desk.repository.sh("cat file"), "x\n");
  });
});

Deno.test("salvage drop lets go only what a later round was told of, and says how it comes back", async () => {
  await atDesk(async (desk) => {
    const sha = await desk.leave(12, "echo x > file");
    assert.match(
      await desk.refused(1, "drop", "12"),
      new RegExp(`No later round has been told of ${sha.slice(0, 12)} \\(round 12\\)`),
    );
    desk.ledger.mark([sha], { state: "offered", round: 13 });
    assert.equal(await desk.call("drop", "12"), 0, desk.stderr.text);
    const back = /comes back with: (git update-ref refs\/agent-runner\/\S+ \w+)\n/.exec(desk.stdout.text);
    assert.equal(await desk.repository.sh("git for-each-ref refs/agent-runner"), "");
    assert.deepEqual(desk.events().map(({ event, why }) => [event, why]), [["salvage_dropped", "operator"]]);
    await desk.repository.sh(back![1]!);
    assert.equal(await desk.call("list"), 0);
    assert.match(desk.stdout.text, new RegExp(`^${sha.slice(0, 12)}.* offered `, "m"));
    await desk.leave(13, "echo y > file");
    assert.equal(await desk.call("drop", "12", "13", "R13", "--force", "--json"), 0, desk.stderr.text);
    assert.deepEqual(desk.stdout.lines.map((line) => JSON.parse(line).round), [12, 13]);
  });
});

Deno.test("salvage refuses what it does not know, with the exit code that fits", async () => {
  await atDesk(async (desk) => {
    await desk.leave(12, "echo 1 > file");
    const newest = await desk.leave(12, "echo 2 > file");
    assert.match(await desk.refused(1, "show", "12"), new RegExp(`'12' means 2 salvages\n.*${newest.slice(0, 12)}`));
    for (const word of ["13", "zz", "abc", "0123456789"]) {
      assert.match(await desk.refused(1, "show", word), /There is no salvage/, word);
    }
    for (
      const [words, message] of [
        [["lst"], /does not know 'lst'\n.*Did you mean 'list'/],
        [["show"], /No salvage is named/],
        [["list", "12"], /takes no '12'/],
        [["show", "12", "13"], /takes no '13'/],
        [["show", "12", "--force"], /'--force' is for 'salvage drop'/],
        [["drop", "12", "--patch"], /'--patch' is for 'salvage show'/],
        [["list", "--onto", "x"], /'--onto' is for 'salvage restore'/],
        [["show", "12", "--path", "x"], /'--path' is for 'salvage restore'/],
        [["restore", "12", "--onto", "b", "--path", "x"], /takes a salvage whole/],
      ] as const
    ) assert.match(await desk.refused(2, ...words), message);
    await desk.repository.sh("mv .git ../away");
    assert.match(await desk.refused(1, "list"), /cannot be read: the work folder is not in a git work tree/);
  });
});
