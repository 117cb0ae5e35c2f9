// Tells when the loop ended because only a person can go on, where no other detector says why.
import { defineDetector, finding, lookAtRound } from "../detector.ts";

/** Verdicts that `oauth_fail`, `config_broken` and `no_progress` tell of. */
const toldElsewhere: ReadonlySet<string> = new Set(["auth", "config", "ok"]);

export default defineDetector({
  name: "human_needed",
  order: 15,
  severity: "critical",
  mayStop: false,
  firesWhen: "The loop ended because only a person can go on, such as for the account's credit",
  defaults: {},
  detect({ human }) {
    if (human === null || toldElsewhere.has(human.verdict)) return null;
    return finding({
      identity: human.verdict,
      severity: "critical",
      message: `A person is needed: ${human.summary}`,
      context: { round_num: human.round, verdict: human.verdict },
      fix: human.hint || null,
      look: lookAtRound(human.round),
    });
  },
});
