// What comes out of the namespace: everything the tests assert on.
import type { EventRecord, Outcome } from "../project.ts";
import type { SeenRequest } from "./mock_provider.ts";

export interface Report extends Outcome {
  readonly seconds: number;
  readonly events: readonly EventRecord[];
  /** Content of the file the agent was told to write; null when it is not there. */
  readonly file: string | null;
  /** Subjects, newest first. */
  readonly commits: readonly string[];
  /** `git status --porcelain`. */
  readonly dirty: string;
  readonly requests: readonly ReportedRequest[];
  /** Ends of the limits the provider told, in epoch seconds. */
  readonly resets: readonly number[];
  /** Commands of the agent's tools that were seen running. */
  readonly seen: readonly string[];
  /** Processes that outlived serve. */
  readonly left: readonly string[];
  /** `left` holds every process of the scenario, however it hides. */
  readonly isLeftComplete: boolean;
  /** The outside could be reached. */
  readonly reachesOutside: boolean;
  readonly notes: Readonly<Record<string, unknown>>;
}

export interface ReportedRequest extends Pick<SeenRequest, "at" | "step"> {
  readonly hasPrompt: boolean;
  /** What the model said in the first round is part of the conversation. */
  readonly recalls: boolean;
}

/** The beginning of the prompt, to be found in requests. */
export const promptLine = "Write the file of this round, then commit it.";
