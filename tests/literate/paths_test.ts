// Guards the paths of this repository that documents name, and the links from one document to another.
import assert from "node:assert/strict";
import { exists, filesBelow, readText } from "../../scripts/tree.ts";

const pages = [...filesBelow("docs", ".md"), ...filesBelow("", ".md").filter((path) => !path.includes("/"))]
  .filter((path) => path !== "CHANGELOG.md");

/** Code spans that begin with a folder of this repository; "<name>" makes one a pattern. */
function pathsOf(text: string): readonly string[] {
  const found = text.matchAll(/`((?:src|tests|scripts|docs|presets|deploy|\.ci)\/[^\s`]*)`/g);
  return [...found].map((span) => span[1]!).filter((path) => !/[<*{]|\bNAME\b/.test(path));
}

function linksOf(text: string): readonly string[] {
  const bare = text.replaceAll(/^```[\s\S]*?^```$|`[^`\n]*`/gm, "");
  return [...bare.matchAll(/\]\(([^)\s]+)\)/g)].map((found) => found[1]!).filter((link) => !/^[a-z]+:/.test(link));
}

/** `docs/recipes/mac.md` and `../remote.md` -> `docs/remote.md`. */
function targetOf(link: string, page: string): { readonly path: string; readonly anchor: string | null } {
  const [file = "", anchor = null] = link.split("#");
  const url = new URL(file === "" ? page.slice(page.lastIndexOf("/") + 1) : file, `file:///${page}`);
  return { path: decodeURIComponent(url.pathname).slice(1).replace(/\/$/, ""), anchor };
}

/** The anchors of a document's headings, as code hosts make them. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map((found) =>
    found[1]!.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "").trim().replaceAll(/\s/g, "-")
  );
}

Deno.test("every path of this repository that a document names is there", () => {
  const named = pages.flatMap((page) => pathsOf(readText(page) ?? "").map((path) => ({ page, path })));
  assert.ok(named.length > 60, `only ${named.length} paths were found`);
  const missing = named.filter(({ path }) => !exists(path.replace(/\/$/, "")));
  assert.deepEqual(missing, []);
});

Deno.test("every link from document to document leads to a file and a heading that are there", () => {
  const links = pages.flatMap((page) => linksOf(readText(page) ?? "").map((link) => ({ page, link })));
  assert.ok(links.length > 80, `only ${links.length} links were found`);
  const broken = links.filter(({ page, link }) => {
    const { path, anchor } = targetOf(link, page);
    return !exists(path) || (anchor !== null && !anchorsOf(readText(path) ?? "").includes(anchor));
  });
  assert.deepEqual(broken, []);
});

Deno.test("pathsOf(), linksOf() and anchorsOf() find what there is to check", () => {
  assert.deepEqual(pathsOf("`src/a.ts` `presets/<name>.toml` `docs/` `src`"), ["src/a.ts", "docs/"]);
  assert.deepEqual(linksOf("[a](b.md#c) `[x](y.md)` [z](https://example.org)"), ["b.md#c"]);
  assert.deepEqual(targetOf("../a.md#b", "docs/recipes/mac.md"), { path: "docs/a.md", anchor: "b" });
  assert.deepEqual(targetOf("#b", "docs/a.md"), { path: "docs/a.md", anchor: "b" });
  assert.deepEqual(anchorsOf("# What `[on_verdict]` takes\n## Read, by *docs*\n"), [
    "what-on_verdict-takes",
    "read-by-docs",
  ]);
});
