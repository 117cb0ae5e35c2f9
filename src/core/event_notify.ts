// The rows of the events table on notices: what was told to a person, and what could not be.
import type { KindRow } from "./event_witness.ts";

/** Kinds about notices that are sent to the sinks of [notify.<name>]. */
export const notifyEventKinds = {
  notify_sent: {
    when: "A sink took a notice; `notices` it stood for, and the tries it took",
    fields: { sink: "string", id: "string", topic: "string", notices: "int", attempts: "int", waited_s: "number" },
  },
  notify_failed: {
    when: "A sink did not take a notice: told once for a row of failures, and when a notice is given up",
    fields: { sink: "string", id: "string", reason: "string", attempts: "int", is_given_up: "bool" },
  },
  notify_dropped: {
    when:
      "A notice is not sent: it repeats another one (`repeated`), too many wait (`full`), or its sink is gone (`no_sink`)",
    fields: { sink: "string", id: "string", topic: "string", why: "string" },
  },
} as const satisfies Readonly<Record<string, KindRow>>;
