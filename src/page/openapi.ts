// Describes the addresses of the page for programs, from the same table that answers them.

/** What of an address is described. */
interface Described {
  readonly path: string;
  readonly what: string;
  readonly type: string;
  readonly parameters: readonly { readonly name: string; readonly what: string }[];
}

/** The description as OpenAPI 3.1. */
export function describeApi(routes: readonly Described[], version: string): Readonly<Record<string, unknown>> {
  return {
    openapi: "3.1.0",
    info: {
      title: "agent-runner",
      version,
      description: "What agent-runner shows of its projects; nothing can be changed.",
    },
    paths: Object.fromEntries(routes.map((route) => [route.path, { get: operation(route) }])),
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    security: [{}, { token: [] }],
  };
}

function operation({ path, what, type, parameters }: Described): Readonly<Record<string, unknown>> {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((found) => ({
    name: found[1],
    in: "path",
    required: true,
    schema: { type: "integer", minimum: 0 },
  }));
  const inQuery = parameters.map(({ name, what: description }) => ({
    name,
    in: "query",
    required: false,
    description,
    schema: { type: "string" },
  }));
  const [mediaType] = type.split(";");
  const failures = { "401": "A token is needed", "421": "Asked for under another name" };
  return {
    summary: what,
    operationId: path.replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_|_$/g, "") || "page",
    parameters: [...inPath, ...inQuery],
    responses: {
      "200": { description: what, content: { [mediaType!]: { schema: schemaFor(mediaType!) } } },
      ...Object.fromEntries(Object.entries(failures).map(([code, description]) => [code, { description }])),
    },
  };
}

function schemaFor(mediaType: string): Readonly<Record<string, unknown>> {
  return mediaType === "application/json" ? {} : { type: "string" };
}
