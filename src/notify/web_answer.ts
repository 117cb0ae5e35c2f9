// What a server's answer means for a message: it is there, it may be tried again, or it never will be.
import { clip } from "../core/text.ts";
import type { WebReply } from "../ports/post.ts";
import { failedForGood, failedForNow } from "./delivery.ts";
import type { Delivered } from "./delivery.ts";

/** The server itself says that another time may do. */
const passing: ReadonlySet<number> = new Set([408, 409, 421, 425, 429]);
/** Something of the settings is wrong, which a person may mend before the message is given up. */
const ofSettings: ReadonlySet<number> = new Set([401, 402, 403, 404, 405, 407, 410]);

const longestSaid = 120;

/** @param now epoch milliseconds, for servers that name a date */
export function judgeReply(reply: WebReply, now: number): Delivered {
  if (reply.kind === "silent") return failedForNow(reply.reason);
  const { status } = reply;
  if (status < 300) return { kind: "sent" };
  const said = clip(reply.body.replaceAll(/<[^>]*>|\s+/g, " ").replaceAll(/ +/g, " ").trim(), longestSaid);
  const words = said === "" ? "" : `: ${said}`;
  if (status < 400) return failedForNow(`the server sends elsewhere (status ${status}): write the final address`);
  if (passing.has(status) || status >= 500) {
    return failedForNow(`the server answers with status ${status}${words}`, retryAfterOf(reply, now));
  }
  if (ofSettings.has(status)) {
    return failedForNow(`the server does not take address or token (status ${status})${words}`);
  }
  return failedForGood(`the server refuses the message (status ${status})${words}`);
}

/** Seconds that a server asks for, in its head or, as some do, in its JSON; null when it asks for none. */
export function retryAfterOf(
  { headers, body }: Pick<WebReply & { readonly kind: "answered" }, "headers" | "body">,
  now: number,
): number | null {
  const written = headers.get("retry-after") ?? /"retry_after"\s*:\s*(\d+(?:\.\d+)?)/.exec(body)?.[1] ?? "";
  if (/^\d+(?:\.\d+)?$/.test(written)) return Number(written);
  const date = Date.parse(written);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}
