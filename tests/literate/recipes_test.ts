// Holds every configuration that docs/recipes shows against `agent-runner config check`.
import assert from "node:assert/strict";
import { filesBelow, readText } from "../../scripts/tree.ts";
import { runApp } from "../../src/cli/app.ts";
import { listPresets, renderPreset } from "../../src/config/presets.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const pages = filesBelow("docs/recipes", ".md");
const presetsPage = "docs/recipes/presets.md";
const presets = listPresets({
  asset: readText,
  assets: (folder) => filesBelow(folder).map((path) => path.slice(folder.length + 1)),
});

/** The blocks of TOML in a page, each with the second heading it stands under. */
function tomls(path: string): readonly { readonly heading: string; readonly toml: string }[] {
  let heading = "";
  return [...(readText(path) ?? "").matchAll(/^## (.*)$|^```toml\n([\s\S]*?)^```$/gm)].flatMap((found) => {
    if (found[1] !== undefined) heading = found[1];
    return found[2] === undefined ? [] : [{ heading, toml: found[2] }];
  });
}

/** What `agent-runner config check` says of a configuration. */
async function check(toml: string): Promise<readonly [number, string, string]> {
  const world = new FakeWorld();
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", toml);
  const code = await runApp(["config", "check"], world, () => {});
  return [code, world.stdout.text, world.stderr.text];
}

Deno.test("the configurations of the recipes pass 'config check' without a word", async () => {
  let count = 0;
  for (const path of pages.filter((page) => page !== presetsPage)) {
    for (const { toml } of tomls(path)) {
      assert.deepEqual(await check(toml), [0, "ok\n", ""], path);
      count++;
    }
  }
  assert.ok(count >= 5, `only ${count} configurations`);
});

Deno.test("every preset has its recipe, and what is added to it passes 'config check'", async () => {
  const recipes = tomls(presetsPage);
  assert.deepEqual(recipes.map(({ heading }) => heading).sort(), presets);
  for (const { heading, toml } of recipes) {
    const preset = renderPreset(readText(`presets/${heading}.toml`) ?? "", { project: "shop" });
    assert.deepEqual(await check(`${preset}\n${toml}`), [0, "ok\n", ""], heading);
  }
});

Deno.test("check() finds what is wrong with a configuration", async () => {
  const [first] = tomls("docs/recipes/batch.md");
  const [code, out] = await check(first!.toml.replace("max_rounds", "max_round"));
  assert.equal(code, 78);
  assert.match(out, /runtime\.max_round: found an unknown key/);
});

Deno.test("the list of recipes leads to all of them", () => {
  const list = readText("docs/recipes/README.md") ?? "";
  for (const path of pages) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    assert.ok(name === "README.md" || list.includes(`(${name})`), name);
  }
});
