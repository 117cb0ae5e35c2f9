// The text of a launchd property list: the same promises in launchd's words.
import { joinPath } from "../core/path.ts";
import { serviceVariables } from "../core/service.ts";
import { jobLabel } from "./names.ts";
import type { ServiceSpec } from "./spec.ts";
import { serveLogPath } from "./serve_log.ts";
import type { ServiceMark } from "./unit_text.ts";

type PlistValue = string | number | boolean | readonly string[] | { readonly [key: string]: PlistValue };

/** Seconds between two starts; launchd knows no delay that grows. */
const throttleSeconds = 10;
/** launchd gives its jobs 256, with which builds fail. */
const openFiles = 8192;

/** The whole file. */
export function plistText(spec: ServiceSpec): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    "<!-- Written by 'agent-runner install', which writes it anew. -->",
    '<plist version="1.0">',
    ...spell(valuesOf(spec), ""),
    "</plist>",
    "",
  ].join("\n");
}

function valuesOf(spec: ServiceSpec): { readonly [key: string]: PlistValue } {
  const log = spec.role === "serve" ? serveLogPath(spec.logDir) : joinPath(spec.logDir, "monitor.log");
  return {
    Label: jobLabel(spec.role, spec.instance),
    ProgramArguments: spec.argv,
    WorkingDirectory: spec.workDir,
    ...(spec.user === null ? {} : { UserName: spec.user }),
    EnvironmentVariables: {
      ...spec.environment,
      [serviceVariables.mode]: spec.mode,
      [serviceVariables.file]: spec.file,
    },
    RunAtLoad: true,
    // A designed stop leaves with 0 and stays stopped.
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: throttleSeconds,
    ExitTimeOut: spec.role === "serve" ? spec.stopSeconds : 20,
    // The agent outlives serve: its round goes on with the next one.
    AbandonProcessGroup: true,
    ProcessType: "Standard",
    SoftResourceLimits: { NumberOfFiles: openFiles },
    StandardOutPath: log,
    StandardErrorPath: log,
  };
}

function spell(value: PlistValue, indent: string): string[] {
  if (typeof value === "string") return [`${indent}<string>${escapeXml(value)}</string>`];
  if (typeof value === "boolean") return [`${indent}<${value}/>`];
  if (typeof value === "number") return [`${indent}<integer>${Math.ceil(value)}</integer>`];
  const deeper = `${indent}\t`;
  if (isList(value)) {
    return [`${indent}<array>`, ...value.flatMap((item) => spell(item, deeper)), `${indent}</array>`];
  }
  const rows = Object.entries(value).flatMap(([key, item]) => [
    `${deeper}<key>${escapeXml(key)}</key>`,
    ...spell(item, deeper),
  ]);
  return [`${indent}<dict>`, ...rows, `${indent}</dict>`];
}

function isList(value: PlistValue): value is readonly string[] {
  return Array.isArray(value);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text between tags. What XML has no spelling for (control characters) is left out; a path with such is refused before. */
export function escapeXml(text: string): string {
  return text.toWellFormed()
    .replaceAll(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, "")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
    // A parser would make a line feed of it.
    .replaceAll("\r", "&#13;");
}

/** What the property list of a project says about it; null when it is not one of ours. */
export function readPlistMark(text: string): ServiceMark | null {
  const configFile = /<string>--config<\/string>\s*<string>([^<]*)<\/string>/.exec(text)?.[1];
  if (configFile === undefined) return null;
  const log = /<key>StandardOutPath<\/key>\s*<string>([^<]*)\/[^/<]*<\/string>/.exec(text)?.[1];
  return { configFile: unescapeXml(configFile), logDir: unescapeXml(log ?? "") };
}

function unescapeXml(text: string): string {
  const named = new Map(Object.entries(entities).map(([character, entity]) => [entity, character]));
  return text.replaceAll(/&(?:[a-z]+|#13);/g, (entity) => entity === "&#13;" ? "\r" : named.get(entity) ?? entity);
}
