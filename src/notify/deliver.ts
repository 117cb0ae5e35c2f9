// One try to deliver one message, whatever kind of sink it goes to.
import { messageOf } from "../core/errors.ts";
import { redact } from "../core/redact.ts";
import { clip, visible } from "../core/text.ts";
import { post } from "../ports/post.ts";
import { failedForNow } from "./delivery.ts";
import type { Delivered, Delivery, DeliveryPorts } from "./delivery.ts";
import { deliverByProgram } from "./programs.ts";
import { findSecrets, withoutSecrets } from "./secret_values.ts";
import type { SinkSecrets } from "./secret_values.ts";
import { judgeReply } from "./web_answer.ts";
import { isOfWeb, webRequestOf } from "./web_request.ts";

const longestReason = 300;

/** Tries once, within the sink's own deadline. Never rejects. */
export async function deliver(delivery: Delivery, ports: DeliveryPorts): Promise<Delivered> {
  let secrets: SinkSecrets = { url: null, token: null };
  try {
    const found = findSecrets(delivery.settings, ports);
    if (found.kind === "absent") return failedForNow(found.reason);
    secrets = found.secrets;
    return shown(await tryOnce(delivery, secrets, ports), secrets);
  } catch (thrown) {
    return shown(failedForNow(messageOf(thrown)), secrets);
  }
}

async function tryOnce(delivery: Delivery, secrets: SinkSecrets, ports: DeliveryPorts): Promise<Delivered> {
  const { settings, stop } = delivery;
  if (!isOfWeb(settings.kind)) return await deliverByProgram(delivery, ports);
  const now = ports.clock.now();
  const request = await webRequestOf(delivery, secrets, now);
  const limits = { timeoutMs: settings.timeoutSeconds * 1000, ...(stop === undefined ? {} : { stop }) };
  return judgeReply(await post(request, limits, ports), now);
}

/** As it may stand in an event: a server or a program may say a secret back. */
function shown(delivered: Delivered, secrets: SinkSecrets): Delivered {
  if (delivered.kind === "sent") return delivered;
  const reason = clip(visible(redact(withoutSecrets(delivered.reason, secrets))), longestReason);
  return { ...delivered, reason };
}
