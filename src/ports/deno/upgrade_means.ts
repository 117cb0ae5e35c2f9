// The ports that only an upgrade needs, in one module that is loaded when they are asked for.
import type { Binaries, ProgramFile } from "../binaries.ts";
import type { Web } from "../web.ts";
import { denoBinaries, denoProgram } from "./binaries.ts";
import { denoWeb } from "./web.ts";

/** The real ones. */
export function denoUpgradeMeans(): { readonly web: Web; readonly binaries: Binaries; readonly program: ProgramFile } {
  return { web: denoWeb(), binaries: denoBinaries(), program: denoProgram() };
}
