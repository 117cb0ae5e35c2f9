// Signals to this process through Deno.
import type { Signals } from "../signals.ts";

export function denoSignals(): Signals {
  return {
    listen(names, listener) {
      const undo = names.map((name) => {
        const handler = () => listener(name);
        Deno.addSignalListener(name, handler);
        return () => Deno.removeSignalListener(name, handler);
      });
      return () => undo.forEach((remove) => remove());
    },
  };
}
