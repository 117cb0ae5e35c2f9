// What a person hears of the monitor and of upgrades.
import type { RecordedEvent } from "../core/event_payload.ts";
import { spellDuration } from "../core/text.ts";
import { say, severityOf } from "./saying.ts";
import type { Sayer } from "./saying.ts";
import { numberIn, textIn } from "./scene.ts";

/** By kind of event. */
export const witnessSayings: Readonly<Record<string, Sayer>> = {
  monitor_alert_emitted: (event) => {
    if (event.state !== undefined && event.state !== "raised") return null;
    const detector = textIn(event, "detector") ?? "unknown";
    const isHere = typeof event.host !== "string";
    return say("alert", severityOf(event), {
      apart: apartOf(event),
      ...(isHere ? { coveredBy: `detector:${detector}` } : {}),
      title: `Alert: ${detector}${placeOf(event)}`,
      what: textIn(event, "message") ?? detector,
      fix: textIn(event, "fix") ?? textIn(event, "look"),
    });
  },
  monitor_alert_resolved: (event) =>
    say("alert", severityOf(event), {
      isUrgent: false,
      apart: apartOf(event),
      title: `Over: ${textIn(event, "detector") ?? "unknown"}${placeOf(event)}`,
      what: `${textIn(event, "message") ?? "It is over"} (lasted ${spellDuration(numberIn(event, "lasted_s") ?? 0)})`,
    }),
  monitor_auto_stop_triggered: (event) =>
    say("alert", "critical", {
      apart: apartOf(event),
      title: `The monitor stops the service${placeOf(event)}`,
      what: `Because of ${textIn(event, "detector") ?? "an alert"}`,
      fix: "Mend what the alert tells of, then start it again",
    }),
  monitor_auto_stop_failed: (event) =>
    say("alert", "critical", {
      apart: apartOf(event),
      title: `The monitor cannot stop the service${placeOf(event)}`,
      what: textIn(event, "error") ?? "It is not known why",
      fix: "Stop it by hand: agent-runner stop",
    }),
  monitor_remote_giveup: (event) =>
    say("alert", "warning", {
      apart: textIn(event, "host") ?? "",
      title: `No answer${placeOf(event)}`,
      what: textIn(event, "final_error") ?? "The host does not answer",
      fix: `agent-runner doctor --host ${textIn(event, "host") ?? "HOST"}`,
    }),
  service_upgraded: (event) =>
    say("upgrade", "info", {
      apart: textIn(event, "to_version") ?? "",
      title: "Upgraded",
      what: `From ${textIn(event, "from_version") ?? "?"} to ${textIn(event, "to_version") ?? "?"}`,
    }),
  service_upgrade_rolled_back: (event) =>
    say("upgrade", "warning", {
      apart: textIn(event, "attempted_version") ?? "",
      title: "An upgrade was taken back",
      what: `${textIn(event, "attempted_version") ?? "The new version"}: ${
        textIn(event, "failure_reason") ?? "it failed"
      }`,
    }),
  service_upgrade_rollback_failed: (event) =>
    say("upgrade", "critical", {
      apart: textIn(event, "attempted_version") ?? "",
      title: "An upgrade failed, and so did the way back",
      what: textIn(event, "failure_reason") ?? "It is not known why",
      fix: "agent-runner doctor",
    }),
};

function placeOf(event: RecordedEvent): string {
  const host = textIn(event, "host");
  return host === null ? "" : ` on ${host}`;
}

function apartOf(event: RecordedEvent): string {
  return [textIn(event, "detector"), textIn(event, "identity"), textIn(event, "host")].map((part) => part ?? "").join(
    ":",
  );
}
