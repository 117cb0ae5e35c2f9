// What each kind of server wants to be asked: address, headers and a JSON body.
import type { SinkKind } from "../core/notice.ts";
import { clip } from "../core/text.ts";
import type { WebRequest } from "../ports/post.ts";
import type { Delivery } from "./delivery.ts";
import type { SinkSecrets } from "./secret_values.ts";
import { signatureOf } from "./signature.ts";
import type { Message } from "./spell_notice.ts";

const telegramUrl = "https://api.telegram.org";
/** Discord takes 2000 characters. */
const longestChat = 1900;

const priorities = { info: 3, warning: 4, critical: 5 } as const;
const tags = { info: "information_source", warning: "warning", critical: "rotating_light" } as const;

/** Whether a kind is reached over the web. */
export function isOfWeb(kind: SinkKind): boolean {
  return kind !== "email" && kind !== "desktop" && kind !== "exec";
}

/** The document that a webhook and a program get. */
export function documentOf(id: string, message: Message): Readonly<Record<string, unknown>> {
  return {
    id,
    type: "agent_runner.notice",
    timestamp: new Date(message.at).toISOString(),
    project: message.project,
    host: message.host,
    topic: message.topic,
    severity: message.severity,
    urgent: message.isUrgent,
    event: message.event,
    title: message.title,
    text: message.text,
    notices: message.notices,
  };
}

/** The request for one try. @param now epoch milliseconds of this try, which a signature covers */
export async function webRequestOf(
  { settings, id, message }: Pick<Delivery, "settings" | "id" | "message">,
  { url, token }: SinkSecrets,
  now: number,
): Promise<WebRequest> {
  const headers = { "Content-Type": "application/json; charset=utf-8", "X-Message-Id": id };
  const whole = `${message.title}\n${message.text}`;
  switch (settings.kind) {
    case "ntfy": {
      const { address, topic } = topicOf(url!);
      const body = {
        topic,
        title: message.title,
        message: message.text,
        priority: priorities[message.severity],
        tags: [tags[message.severity]],
        sequence_id: id,
      };
      const access = token === null ? {} : { Authorization: `Bearer ${token}` };
      return { url: address, headers: { ...headers, ...access }, body: JSON.stringify(body) };
    }
    case "slack":
      return { url: url!, headers, body: JSON.stringify({ text: slackText(whole) }) };
    case "discord": {
      const content = clip(whole, longestChat);
      return { url: url!, headers, body: JSON.stringify({ content, allowed_mentions: { parse: [] } }) };
    }
    case "telegram": {
      const address = `${(url ?? telegramUrl).replace(/\/+$/, "")}/bot${token}/sendMessage`;
      const body = { chat_id: settings.chat, text: whole, disable_notification: message.severity === "info" };
      return { url: address, headers, body: JSON.stringify(body) };
    }
    case "webhook": {
      const body = JSON.stringify(documentOf(id, message));
      const seconds = Math.floor(now / 1000);
      const signed = token === null ? {} : { "webhook-signature": await signatureOf({ id, seconds, body }, token) };
      const own = { "webhook-id": id, "webhook-timestamp": String(seconds), "Idempotency-Key": id };
      return { url: url!, headers: { ...headers, ...own, ...signed }, body };
    }
    case "email":
    case "desktop":
    case "exec":
      throw new TypeError(`a sink of kind '${settings.kind}' is not reached over the web`);
    default:
      return settings.kind satisfies never;
  }
}

/** ntfy takes JSON at its root, and the topic within: there titles may hold any letters. */
function topicOf(url: string): { readonly address: string; readonly topic: string } {
  const parsed = new URL(url);
  const parts = parsed.pathname.split("/").filter((part) => part !== "");
  const topic = decodeURIComponent(parts.pop() ?? "");
  parsed.pathname = parts.length === 0 ? "/" : `/${parts.join("/")}/`;
  return { address: parsed.href, topic };
}

/** No link, mention or channel comes about by what an agent wrote. */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
