// Google's generateContent, as Gemini CLI speaks it.
import { type Asked, halves, type Json, listOf, mockTokens, objectOf, type Protocol, type Saying } from "./protocol.ts";
import type { Refused, SentEvent } from "./protocol.ts";

interface Chunk {
  readonly parts: readonly Json[];
  readonly isLast: boolean;
}

function chunk({ path, number }: Asked, { parts, isLast }: Chunk): Json {
  return {
    candidates: [{ index: 0, content: { role: "model", parts }, ...isLast ? { finishReason: "STOP" } : {} }],
    modelVersion: /models\/([^:]+):/.exec(path)?.[1] ?? "mock",
    responseId: `resp-${number}`,
    ...isLast ? { usageMetadata: usage } : {},
  };
}

const usage = {
  promptTokenCount: mockTokens.input,
  cachedContentTokenCount: mockTokens.cacheRead,
  candidatesTokenCount: mockTokens.output - mockTokens.reasoning,
  thoughtsTokenCount: mockTokens.reasoning,
  totalTokenCount: mockTokens.input + mockTokens.output,
};

function partOf(saying: Saying): Json {
  return "text" in saying ? { text: saying.text } : { functionCall: { name: saying.tool, args: saying.input } };
}

function stream(asked: Asked, saying: Saying): readonly SentEvent[] {
  const pieces = "text" in saying ? halves(saying.text).map((text) => ({ text })) : [partOf(saying)];
  return [
    ...pieces.map((part) => ({ data: chunk(asked, { parts: [part], isLast: false }) })),
    { data: chunk(asked, { parts: [{ text: "" }], isLast: true }) },
  ];
}

/** Side requests want JSON of a shape that they send along. */
function whole(asked: Asked, saying: Saying): Json {
  const settings = objectOf(asked.body.generationConfig);
  const isShaped = "responseJsonSchema" in settings || "responseSchema" in settings;
  const shaped = {
    reasoning: "It is simple.",
    model_choice: "flash",
    complexity_reasoning: "simple",
    complexity_score: 5,
  };
  const parts = [isShaped ? { text: JSON.stringify(shaped) } : partOf(saying)];
  return chunk(asked, { parts, isLast: true });
}

function failure(
  code: number,
  status: string,
  error: { readonly text: string; readonly details?: readonly Json[] },
): Refused {
  const details = error.details ? { details: error.details } : {};
  return { status: code, body: { error: { code, message: error.text, status, ...details } } };
}

const rpc = "type.googleapis.com/google.rpc";

export const gemini: Protocol = {
  isForModel: (path) => path.endsWith(":generateContent") || path.endsWith(":streamGenerateContent"),
  isStreamed: ({ path }) => path.endsWith(":streamGenerateContent"),
  tools: ({ tools }) =>
    listOf(tools).flatMap((tool) => listOf(tool.functionDeclarations))
      .map((tool) => ({ name: `${tool.name}`, schema: objectOf(tool.parametersJsonSchema ?? tool.parameters) })),
  stream,
  whole,
  refused: (reason) =>
    reason === "credentials"
      ? failure(401, "UNAUTHENTICATED", { text: "Request had invalid authentication credentials." })
      : failure(503, "UNAVAILABLE", { text: "The model is overloaded. Please try again later." }),
  limited: ({ retryAfterSeconds }) =>
    failure(429, "RESOURCE_EXHAUSTED", {
      text: `You exceeded your current quota. Please retry in ${retryAfterSeconds}s.`,
      details: [
        {
          "@type": `${rpc}.QuotaFailure`,
          violations: [{
            quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
            quotaValue: "5",
          }],
        },
        { "@type": `${rpc}.RetryInfo`, retryDelay: `${retryAfterSeconds}s` },
      ],
    }),
};
