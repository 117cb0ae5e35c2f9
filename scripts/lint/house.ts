// Tells the author in the editor what the rule tests would say later: floors, and `Deno` outside the ports.
import { importFault, mayNameDeno, resolveImport } from "../floors.ts";

function pathInHouse(filename: string): string {
  const inside = /(?:^|\/)(src\/[a-z_]+\/.*|main\.ts)$/.exec(filename);
  return inside?.[1] ?? filename;
}

function floorRule(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const from = pathInHouse(context.filename);
  const look = (node: Deno.lint.Node, source: unknown) => {
    if (typeof source !== "string") return;
    if (source.startsWith("node:") && (from.startsWith("src/") || from === "main.ts")) {
      context.report({ node, message: `'${from}' imports '${source}': it would load Deno's Node layer` });
    }
    const to = resolveImport(from, source);
    const fault = to === null ? null : importFault(from, to);
    if (fault !== null) context.report({ node, message: fault, hint: "Hand it in as a parameter from floor 6" });
  };
  return {
    ImportDeclaration: (node) => look(node, node.source.value),
    ExportNamedDeclaration: (node) => look(node, node.source?.value),
    ExportAllDeclaration: (node) => look(node, node.source.value),
    ImportExpression: (node) => look(node, node.source.type === "Literal" ? node.source.value : null),
  };
}

function denoRule(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  if (mayNameDeno(pathInHouse(context.filename))) return {};
  return {
    Identifier(node) {
      if (node.name !== "Deno") return;
      context.report({
        node,
        message: "'Deno' outside src/ports/deno",
        hint: "Use or extend an interface of src/ports",
      });
    },
  };
}

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: { floors: { create: floorRule }, "deno-in-ports": { create: denoRule } },
};

export default plugin;
