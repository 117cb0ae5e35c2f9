// Writes everything that derives from the source: registries, the JSON Schema and the marked regions of the docs.
import { formatted, isStale, writeOutput } from "./gen/output.ts";
import type { Output } from "./gen/output.ts";
import { loadAgents, loadDefenses, loadDetectors, loadVerbs } from "./gen/plug_ins.ts";
import { agentRegistry, defenseRegistry, detectorNames, detectorRegistry, verbRegistry } from "./gen/registries.ts";
import { chartAsset } from "./gen/chart_assets.ts";
import { manPage } from "./gen/man_page.ts";
import { priceTable } from "./gen/price_table.ts";
import { serviceExamples } from "./gen/service_examples.ts";
import { fillRegions } from "./gen/regions.ts";
import { renderers } from "./gen/renderers.ts";
import { complain, say } from "./say.ts";
import { filesBelow, readText } from "./tree.ts";

/** What is generated, in the order in which one needs the other: verbs import the registries, docs are read from verbs. */
const batches: readonly (() => Promise<readonly Output[]>)[] = [
  async () => [
    { path: "src/agents/registry.ts", text: agentRegistry(await loadAgents()) },
    { path: "src/defenses/registry.ts", text: defenseRegistry(await loadDefenses()) },
    { path: "src/monitor/registry.ts", text: detectorRegistry(await loadDetectors()) },
    { path: "src/monitor/names.ts", text: detectorNames(await loadDetectors()) },
  ],
  async () => [{ path: "src/cli/registry.ts", text: verbRegistry(await loadVerbs()) }],
  documents,
];

async function documents(): Promise<readonly Output[]> {
  const { jsonSchema } = await import("../src/config/json_schema.ts");
  const { exampleConfig } = await import("../src/config/example.ts");
  const { protocolSchema } = await import("../src/hooks/protocol_schema.ts");
  const { pricesAsset, readPricesAsset } = await import("../src/config/prices.ts");
  const outputs: Output[] = [
    ...serviceExamples(),
    { path: readPricesAsset, text: priceTable(pricesAsset) },
    { path: "assets/uplot.min.js", text: await chartAsset("uPlot.iife.min.js") },
    { path: "assets/uplot.min.css", text: await chartAsset("uPlot.min.css") },
    { path: "deploy/example-agent-runner.toml", text: exampleConfig() },
    { path: "docs/agent-runner.1", text: manPage((await loadVerbs()).map(({ value }) => value)) },
    { path: "docs/agent-runner.schema.json", text: JSON.stringify(await jsonSchema(), null, 2) },
    { path: "docs/hook-protocol.schema.json", text: JSON.stringify(protocolSchema(), null, 2) },
  ];
  for (const path of [...filesBelow("docs", ".md"), "README.md", "README.zh.md"]) {
    const text = readText(path);
    if (text === null || !text.includes("gen:")) continue;
    outputs.push({ path, text: await fillRegions(text, { path, renderers }) });
  }
  return outputs;
}

/**
 * Every generated file, formatted. `isDocsOnly` leaves the registries out; `write` is called with each batch before the
 * next one, which may need it, is made.
 */
export async function generate(
  options: { readonly isDocsOnly?: boolean; readonly write?: (outputs: readonly Output[]) => void } = {},
): Promise<readonly Output[]> {
  const outputs: Output[] = [];
  for (const batch of options.isDocsOnly ? [documents] : batches) {
    const raw = await batch();
    const done = await Promise.all(raw.map(async ({ path, text }) => ({ path, text: await formatted(path, text) })));
    options.write?.(done);
    outputs.push(...done);
  }
  return outputs;
}

function writeStale(outputs: readonly Output[]): void {
  for (const output of outputs.filter(isStale)) {
    writeOutput(output);
    say(`wrote ${output.path}`);
  }
}

async function main(words: readonly string[]): Promise<number> {
  const unknown = words.find((word) => word !== "--check" && word !== "--docs");
  if (unknown !== undefined) {
    complain(`gen: unknown word '${unknown}'; known: --check, --docs`);
    return 2;
  }
  const isDocsOnly = words.includes("--docs");
  if (!words.includes("--check")) {
    await generate({ isDocsOnly, write: writeStale });
    return 0;
  }
  const stale = (await generate({ isDocsOnly })).filter(isStale);
  for (const { path } of stale) complain(`stale: ${path}`);
  if (stale.length > 0) complain("run: deno task gen");
  return stale.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
