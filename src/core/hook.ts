// The words for hooks that stand below their host: the points at which a hook can be called, and what is not theirs.

/** Version of the protocol that hooks speak. */
export const hookProtocol = 1;

/** Where a hook can be called, in the order in which a serve comes to them. */
export const hookPoints = [
  "serve_start",
  "round_before",
  "round_context",
  "round_dirty",
  "round_after",
  "monitor_detect",
  "monitor_alert",
] as const;

export type HookPoint = typeof hookPoints[number];

/** Keys of round-context.json that are the program's own: no hook may be called so at `round_context`. */
export const coreContextKeys: readonly string[] = [
  "round_num",
  "started_at",
  "phase",
  "salvaged",
  "session",
  "handover",
  "done_refused",
  "fresh_eyes",
  "orphan_stash",
  "previous",
];

/** The place of `[vcs] dirty_action` in the chain of `round_dirty`: hooks from there on are never asked. */
export const dirtyPolicyPriority = 1000;

/** What the kinds of a hook's own events begin with. @param name as in `[hooks.<name>]` */
export function ownEventPrefix(name: string): string {
  return `${name.replaceAll("-", "_")}_`;
}

/** `hook_kind` of `hook_failed`: the predecessor's words, which operators' greps know, where it had one. */
export const hookKinds: Readonly<Record<HookPoint, string>> = {
  serve_start: "serve_startup",
  round_before: "pre_round",
  round_context: "context_enricher",
  round_dirty: "dirty_handler",
  round_after: "post_round",
  monitor_detect: "detector",
  monitor_alert: "alert",
};
