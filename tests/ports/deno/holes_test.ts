// Makes holes in a real file that another process goes on writing to.
import assert from "node:assert/strict";
import { denoHoles } from "../../../src/ports/deno/holes.ts";
import { denoProcesses } from "../../../src/ports/deno/processes.ts";
import { inFolder } from "../../store/log_folder.ts";

const holes = denoHoles(denoProcesses());
const megabyte = 1024 * 1024;

/** Why no hole can be made in the temporary folder; null when one can. */
const obstacle = await (async () => {
  let fault: string | null = null;
  await inFolder(async (folder) => {
    Deno.writeFileSync(`${folder}/trial`, new Uint8Array(megabyte));
    fault = await holes.punch(`${folder}/trial`, { from: 0, length: megabyte });
  });
  return fault as string | null;
})();

Deno.test({
  name: obstacle === null
    ? "punch() frees the blocks, keeps the size and what is around, and does not disturb the writer"
    : `punch() is not tried: ${obstacle}`,
  ignore: obstacle !== null,
  async fn() {
    await inFolder(async (folder) => {
      const path = `${folder}/log`;
      const script = `dd if=/dev/zero bs=1M count=8 2>/dev/null | tr '\\0' a; read go; echo more`;
      const child = new Deno.Command("/bin/sh", {
        args: ["-c", `(${script}) >>"$1"`, "sh", path],
        stdin: "piped",
      }).spawn();
      while ((size(path) ?? 0) < 8 * megabyte) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(await holes.punch(path, { from: megabyte, length: 6 * megabyte }), null);
      const info = Deno.statSync(path);
      assert.equal(info.size, 8 * megabyte);
      assert.ok(info.blocks! * 512 <= 2 * megabyte + 64 * 1024, `${info.blocks! * 512} bytes in use`);
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode("go\n"));
      await writer.close();
      await child.status;
      const bytes = Deno.readFileSync(path);
      assert.equal(new TextDecoder().decode(bytes.subarray(8 * megabyte)), "more\n");
      for (const [at, byte] of [[0, 97], [megabyte - 1, 97], [megabyte, 0], [7 * megabyte, 97]] as const) {
        assert.equal(bytes[at], byte, `at ${at}`);
      }
    });
  },
});

Deno.test("punch() says why it cannot be done", async () => {
  await inFolder(async (folder) => {
    const missing = await holes.punch(`${folder}/absent`, { from: 0, length: 10 });
    assert.match(missing ?? "", /absent|fallocate/);
    const without = denoHoles({
      ...denoProcesses(),
      run: () => Promise.resolve({ kind: "absent", reason: "no such file" }),
    });
    assert.match(await without.punch(`${folder}/x`, { from: 0, length: 1 }) ?? "", /there is no fallocate/);
    const late = denoHoles({ ...denoProcesses(), run: () => Promise.resolve({ kind: "timed_out" }) });
    assert.match(await late.punch(`${folder}/x`, { from: 0, length: 1 }) ?? "", /did not end within 20 s/);
  });
});

function size(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch {
    return null;
  }
}
