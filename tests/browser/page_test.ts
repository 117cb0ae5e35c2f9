// Looks at the page as people do: in a real browser, large and small, light and dark, with and without its script.
import assert from "node:assert/strict";
import { launch, openPage, PageProject, roundEvents, writeEvents } from "./browser.ts";

const dayMs = 86_400_000;
const evil =
  `"><script>window.hit=1</script><img src=x onerror="window.hit=1"><svg onload=window.hit=1>' onmouseover='window.hit=1' \``;

const browser = await launch();
addEventListener("unload", () => void browser.close());

/** Names of tests begin with what is looked at. */
function testInBrowser(name: string, run: () => Promise<void>): void {
  // The browser and what it keeps open belong to all tests.
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn: run });
}

testInBrowser("the page shows a project, live, and complains of nothing", async () => {
  await using shop = await PageProject.open(({ logs }) => {
    const at = Date.now() - 3600_000;
    writeEvents(
      logs,
      [1, 2, 3].flatMap((number) =>
        roundEvents(number, { at: at + number * 60_000, verdict: number === 2 ? "limit" : "ok" })
      ),
    );
  });
  const { page, complaints, foreign } = await openPage(browser, shop.url);
  await page.waitForFunction("document.getElementById('live').textContent === 'Live'");
  assert.equal(await page.locator("h1").textContent(), "proj");
  assert.deepEqual(await page.locator(".timeline li").allTextContents(), [
    "Round 1: ok",
    "Round 2: limit",
    "Round 3: ok",
  ]);
  await page.waitForSelector("#charts-drawn canvas");
  assert.equal(await page.locator("#charts-drawn figure").count(), 3);
  const isWithin = `[...document.querySelectorAll("#charts-drawn figure")].every((figure) =>
    figure.querySelector(".uplot").getBoundingClientRect().right <= figure.getBoundingClientRect().right + 1)`;
  assert.equal(await page.evaluate(isWithin), true, "a drawing lies over its neighbour");

  const writtenAt = performance.now();
  shop.event("round_start", { round_num: 4, phase: "review" });
  await page.waitForSelector("#events-rows li[data-kind=round_start] >> text=review", { timeout: 1000 });
  const eventMs = performance.now() - writtenAt;
  shop.event("round_verdict", { round_num: 4, verdict: "hung", summary: "It hung" });
  shop.event("round_end", { round_num: 4 });
  await page.waitForSelector(".timeline li >> nth=3", { state: "attached", timeout: 1000 });
  assert.match(await page.locator(".timeline li").nth(3).textContent() ?? "", /Round 4: (hung|no end)/);
  await page.waitForSelector(".timeline li.bad", { timeout: 1000 });
  assert.ok(eventMs < 1000, `${eventMs} ms`);

  await page.selectOption("#events-kind", "round_end");
  const seen = await page.locator("#events-rows li:visible").evaluateAll((rows) =>
    rows.map((row) => (row as unknown as { dataset: { kind: string } }).dataset.kind)
  );
  assert.deepEqual([...new Set(seen)], ["round_end"]);
  assert.deepEqual([complaints, foreign], [[], []]);
  await page.context().close();
});

testInBrowser("the page comes back by itself when the server was away, and misses nothing", async () => {
  await using shop = await PageProject.open();
  const { page } = await openPage(browser, shop.url);
  await page.waitForFunction("document.getElementById('live').textContent === 'Live'");
  const { port } = new URL(shop.url);
  shop.monitor.signal("SIGINT");
  await shop.monitor.ended();
  await page.waitForFunction("document.getElementById('live').textContent.startsWith('Not connected')");
  shop.event("round_start", { round_num: 71, phase: "while away" });
  shop.project.start("monitor", "--mode", "http", "--port", port);
  await page.waitForSelector("#events-rows >> text=while away", { timeout: 20_000 });
  await page.context().close();
});

testInBrowser("the page is quick and whole with ten thousand rounds on file", async () => {
  await using shop = await PageProject.open(({ logs }) => {
    const at = Date.now() - 20 * dayMs;
    for (let from = 1; from <= 10_000; from += 500) {
      writeEvents(
        logs,
        Array.from({ length: 500 }, (_, i) => from + i).flatMap((number) =>
          roundEvents(number, { at: at + number * 170_000 })
        ),
      );
    }
  });
  const startedAt = performance.now();
  const { page, complaints } = await openPage(browser, shop.url);
  await page.waitForSelector("text=Round 10000: ok", { state: "attached", timeout: 15_000 });
  assert.ok(performance.now() - startedAt < 15_000);
  assert.equal(await page.locator(".timeline li").count(), 120);
  await page.waitForSelector("#charts-drawn canvas");
  assert.ok((await page.content()).length < 400_000);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

testInBrowser("no field that an agent controls runs anything or becomes an element", async () => {
  await using shop = await PageProject.open(({ logs, work }) => {
    const at = Date.now() - 600_000;
    writeEvents(logs, roundEvents(1, { at, verdict: evil, summary: evil, phase: evil }));
    Deno.writeTextFileSync(
      `${logs}/rounds/R1-20261121T100000.log`,
      `${evil}\n\u001b]8;;javascript:window.hit=1\u0007${evil}\u001b[31m${evil}`,
    );
    Deno.symlinkSync("rounds/R1-20261121T100000.log", `${logs}/round-current.log`);
    Deno.writeTextFileSync(`${logs}/narrative.md`, evil);
    Deno.writeTextFileSync(`${work}/agent-runner.toml`, Deno.readTextFileSync(`${work}/agent-runner.toml`));
  });
  const { page, complaints } = await openPage(browser, `${shop.url}?kind=${encodeURIComponent(evil)}`);
  await page.waitForFunction("document.getElementById('live').textContent === 'Live'");
  const kinds = [
    "round_verdict",
    "human_needed",
    "crash_loop",
    "anomaly_repetitive_tool",
    "salvage_saved",
    "hook_failed",
    "monitor_alert_resolved",
    "transient_error_detected",
    "budget_reached",
    "config_broken",
    evil,
  ];
  for (const kind of kinds) {
    shop.event(kind, {
      round_num: 2,
      verdict: evil,
      summary: evil,
      hint: evil,
      reason: evil,
      files: [evil],
      tool_name: evil,
      target: evil,
      error_message: evil,
      message: evil,
      detector: evil,
      identity: evil,
      severity: evil,
      agent: evil,
      classification: evil,
      reset_at_epoch: 2e9,
      period: evil,
      unit: evil,
      used: 1,
      allowed: 2,
      [evil]: evil,
    });
  }
  await page.waitForSelector("#now >> text=A person is needed");
  await page.waitForFunction(`document.getElementById("events-rows").children.length >= ${kinds.length}`);
  assert.equal(await page.evaluate("window.hit ?? null"), null);
  assert.equal(await page.locator("main img, main svg, main script, [onerror], [onload], [onmouseover]").count(), 0);
  assert.ok(await page.locator("text=<script>window.hit=1</script>").count() > 3, "it is shown as text");
  assert.deepEqual(complaints, []);
  await page.context().close();
});

testInBrowser("a script that gets onto the page all the same is not run", async () => {
  await using shop = await PageProject.open();
  const { page, complaints } = await openPage(browser, shop.url);
  await page.evaluate(`
    const script = document.createElement("script");
    script.textContent = "window.hit = 1";
    document.body.append(script);
    const image = document.createElement("div");
    image.innerHTML = '<img src="http://127.0.0.1:1/leak" onerror="window.hit = 2">';
    document.body.append(image);
  `);
  await page.waitForFunction("performance.now() > 0");
  assert.equal(await page.evaluate("window.hit ?? null"), null);
  assert.ok(complaints.some((text) => /Content Security Policy/.test(text)), complaints.join("\n"));
  await page.context().close();
});

testInBrowser("without its script the page is whole, and loads itself anew", async () => {
  await using shop = await PageProject.open(({ logs }) =>
    writeEvents(logs, roundEvents(1, { at: Date.now() - 60_000 }))
  );
  const { page, complaints } = await openPage(browser, shop.url, { javaScriptEnabled: false });
  assert.match(await page.content(), /Round 1: ok/);
  shop.event("round_start", { round_num: 2, phase: "second" });
  await page.waitForSelector("#rounds >> text=second", { timeout: 15_000 });
  await page.selectOption("#events-kind", "round_end");
  await page.click("text=Show");
  await page.waitForURL(/kind=round_end/);
  assert.equal(await page.locator("#events-rows li").count(), 1);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

testInBrowser("everything can be reached by keyboard, in order and visibly", async () => {
  await using shop = await PageProject.open(({ logs }) =>
    writeEvents(logs, roundEvents(1, { at: Date.now() - 60_000 }))
  );
  const { page } = await openPage(browser, shop.url);
  await page.waitForFunction("document.getElementById('live').textContent === 'Live'");
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate("document.activeElement.textContent") as string, /To what goes on now/);
  const walked: string[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const { name, hasOutline } = await page.evaluate(`(() => {
      const e = document.activeElement;
      return { name: e.id || e.tagName + " " + (e.textContent ?? "").slice(0, 20), hasOutline: getComputedStyle(e).outlineStyle !== "none" };
    })()`) as { name: string; hasOutline: boolean };
    if (name.startsWith("BODY")) break;
    assert.ok(hasOutline, `${name} cannot be seen to be chosen`);
    walked.push(name);
  }
  for (const wanted of ["events-kind", "BUTTON Show"]) assert.ok(walked.includes(wanted), walked.join(", "));
  await page.focus("#defenses summary");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#defenses details[open]").count(), 1);
  await page.context().close();
});

testInBrowser("a screen reader finds landmarks, headings, names and texts for every drawing", async () => {
  await using shop = await PageProject.open(({ logs }) =>
    writeEvents(logs, roundEvents(1, { at: Date.now() - 60_000 }))
  );
  const { page } = await openPage(browser, shop.url);
  await page.waitForSelector("#charts-drawn canvas");
  const faults = await page.evaluate(`(() => {
    const faults = [];
    if (document.documentElement.lang !== "en" || document.title === "") faults.push("language or title");
    if (document.querySelectorAll("h1").length !== 1) faults.push("one h1");
    for (const section of document.querySelectorAll("section")) {
      if (!document.getElementById(section.getAttribute("aria-labelledby"))) faults.push("section " + section.id);
    }
    for (const field of document.querySelectorAll("select, input:not([type=hidden])")) {
      if (field.labels.length === 0) faults.push("label of " + field.id);
    }
    for (const drawing of document.querySelectorAll("canvas")) {
      if (!drawing.closest("[role=img][aria-label]")) faults.push("canvas without words");
    }
    for (const region of document.querySelectorAll("[role=region]")) if (!region.getAttribute("aria-label")) faults.push("region");
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    if (new Set(ids).size !== ids.length) faults.push("ids twice");
    if (!document.querySelector("main") || !document.querySelector("header") || !document.querySelector("footer")) faults.push("landmarks");
    return faults;
  })()`);
  assert.deepEqual(faults, []);
  await page.context().close();
});

for (const colorScheme of ["light", "dark"] as const) {
  testInBrowser(
    `texts stand out from what is behind them, and nothing is wider than the screen (${colorScheme})`,
    async () => {
      await using shop = await PageProject.open(({ logs }) => {
        const at = Date.now() - 3600_000;
        const verdicts = ["ok", "limit", "hung"];
        writeEvents(logs, verdicts.flatMap((verdict, i) => roundEvents(i + 1, { at: at + i * 1000, verdict })));
      });
      for (const viewport of [{ width: 320, height: 640 }, { width: 1280, height: 800 }]) {
        const { page } = await openPage(browser, shop.url, { colorScheme, viewport });
        await page.waitForSelector("#charts-drawn canvas");
        const { width, low } = await page.evaluate(contrastScript) as { width: number; low: readonly string[] };
        assert.ok(width <= viewport.width, `${width} px on a screen of ${viewport.width}`);
        assert.deepEqual(low, []);
        await page.context().close();
      }
    },
  );
}

/** Contrast of every text with the nearest ground behind it, by the formula of WCAG; 4.5 is asked for. */
const contrastScript = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (node.data.trim() === "" || e.closest(".aside, .skip, noscript, [hidden], meter, option") || !e.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push(e.tagName + "." + e.className + " " + node.data.trim().slice(0, 30) + " " + ratio.toFixed(2));
  }
  return { width: document.documentElement.scrollWidth, low: [...new Set(low)].slice(0, 10) };
})()`;
