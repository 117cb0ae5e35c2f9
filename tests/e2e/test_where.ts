// Registers tests that need something of the machine: where it is missing, their names say why they are not run.

type Body = () => Promise<void>;
type Register = (name: string, body: Body) => void;

/**
 * @param obstacle why the tests cannot be run here; null when they can
 * @param register how they are registered where they can be run
 */
export function testWhere(obstacle: string | null, register: Register = (name, fn) => Deno.test(name, fn)): Register {
  if (obstacle === null) return register;
  return (name) => Deno.test({ name: `${name} (not run: ${obstacle})`, ignore: true, fn: () => {} });
}
