// Guards that the rows of the configuration and the detectors' own defaults say the same, and that older keys still count.
import assert from "node:assert/strict";
import { isRow } from "../../src/config/row.ts";
import type { Rows } from "../../src/config/row.ts";
import { detectorRows } from "../../src/config/schema_detectors.ts";
import { codeName } from "../../src/core/config.ts";
import { armDetectors, idleStops } from "../../src/monitor/examine.ts";
import { detectors } from "../../src/monitor/registry.ts";
import { configOf, withLines } from "../config/sample.ts";
import { detectorOf } from "./stage.ts";

/** Thresholds that other keys set where the detector's own table does not. */
const fedByOthers = [
  "disk_warning.disk_pct",
  "disk_critical.disk_pct",
  "mem_pressure.available_mb",
  "supervisor_stale.stale_s",
  "monitor_blind.after_s",
];

const rows: Rows = detectorRows;

Deno.test("every threshold of a detector is a key of its table, with the same default", () => {
  for (const { name, defaults } of detectors) {
    const table = (rows[name] ?? {}) as Rows;
    const ofRows = Object.entries(table).map(([key, entry]) => [codeName(key), isRow(entry) ? entry.default : "?"]);
    const own = Object.entries(defaults).map(([key, value]) => {
      const isFed = fedByOthers.some((path) => {
        const [detector, option] = path.split(".");
        return detector === name && codeName(option!) === key;
      });
      return [key, isFed ? null : value];
    });
    assert.deepEqual(Object.fromEntries(ofRows), Object.fromEntries(own), name);
  }
  const names = new Set(detectors.map(({ name }) => name));
  assert.deepEqual(Object.keys(rows).filter((name) => !names.has(name)), []);
});

Deno.test("optionsOf() takes every key of a detector's table", () => {
  for (const { name, defaults, optionsOf } of detectors) {
    const table = Object.keys((rows[name] ?? {}) as Rows);
    if (table.length === 0) continue;
    // A value that no default has.
    const own = { [`monitor.${name}`]: table.map((key) => `${key} = 77`).join("\n") };
    const config = configOf(withLines({ "monitor.host_health": "disk_warning_pct = 1", ...own }));
    const options = optionsOf(config);
    assert.deepEqual(Object.keys(defaults).map((key) => options[key]), Object.keys(defaults).map(() => 77), name);
  }
});

Deno.test("optionsOf() lets the older keys feed a threshold, and its own key win over them", () => {
  const cases: readonly [string, string, number, string, string][] = [
    ["disk_warning", "diskPercent", 81, "monitor.host_health", "disk_warning_pct = 81"],
    ["disk_critical", "diskPercent", 91, "monitor.host_health", "disk_critical_pct = 91"],
    ["mem_pressure", "availableMb", 333, "monitor.host_health", "mem_avail_min_mb = 333"],
    ["supervisor_stale", "staleSeconds", 44, "monitor", "supervisor_stale_threshold_s = 44"],
    ["monitor_blind", "afterSeconds", 55, "monitor", "remote_failure_tolerance_s = 55"],
  ];
  for (const [name, option, value, table, line] of cases) {
    const { optionsOf, defaults } = detectorOf(name);
    assert.equal(optionsOf(configOf(withLines({})))[option], defaults[option], name);
    assert.equal(optionsOf(configOf(withLines({ [table]: line })))[option], value, name);
    const key = Object.keys(rows[name] as Rows).find((wire) => codeName(wire) === option)!;
    const both = { [table]: line, [`monitor.${name}`]: `${key} = 92` };
    assert.equal(optionsOf(configOf(withLines(both)))[option], 92, name);
  }
});

Deno.test("armDetectors() leaves out what [plugins] disable names", () => {
  const all = armDetectors(configOf(withLines({}))).map(({ detector }) => detector.name);
  assert.deepEqual(all, detectors.map(({ name }) => name));
  const text = withLines({ plugins: 'disable = ["hung", "no_such_thing", "version_changed"]' });
  assert.deepEqual(
    armDetectors(configOf(text)).map(({ detector }) => detector.name),
    all.filter((name) => name !== "hung" && name !== "version_changed"),
  );
});

Deno.test("armDetectors() lets only detectors stop the service that may and are named", () => {
  const stopping = (lines: string) =>
    armDetectors(configOf(withLines({ monitor: lines }))).filter(({ stops }) => stops).map(({ detector }) =>
      detector.name
    );
  assert.deepEqual(stopping(""), ["disk_critical", "oauth_fail"]);
  assert.deepEqual(stopping("auto_stop_on = []"), []);
  assert.deepEqual(stopping('auto_stop_on = ["crash_loop", "version_changed", "hung"]'), ["crash_loop"]);
});

Deno.test("idleStops() names what is in auto_stop_on in vain", () => {
  const hook = '[hooks.mine]\ncommand = ["/bin/true"]\npoints = ["monitor_detect"]\n' +
    '[hooks.other]\ncommand = ["/bin/true"]\npoints = ["round_after"]\n';
  const names = '["oauth_fail", "oath_fail", "hung", "mine", "other", "budget"]';
  const text = withLines({ monitor: `auto_stop_on = ${names}`, plugins: 'disable = ["budget"]' }) + hook;
  assert.deepEqual(idleStops(configOf(text)), ["oath_fail", "hung", "other", "budget"]);
  assert.deepEqual(idleStops(configOf(withLines({}))), []);
});

Deno.test("loadConfig() holds the thresholds that count for the disk against each other", async () => {
  const { problemOf } = await import("../config/sample.ts");
  const key = (lines: Readonly<Record<string, string>>) => problemOf(withLines(lines)).key;
  assert.equal(key({ "monitor.disk_warning": "disk_pct = 96" }), "monitor.disk_warning.disk_pct");
  assert.equal(key({ "monitor.disk_critical": "disk_pct = 80" }), "monitor.host_health.disk_warning_pct");
  const both = { "monitor.disk_critical": "disk_pct = 80", "monitor.disk_warning": "disk_pct = 80" };
  assert.equal(configOf(withLines(both)).monitor.diskWarning.diskPercent, 80);
});
