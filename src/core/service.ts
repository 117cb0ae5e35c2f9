// Who keeps a supervisor running, and how it gets to know.

/** A service manager and whose it is. */
export type ServiceMode = "systemd_user" | "systemd_system" | "launchd_agent" | "launchd_daemon";

export const serviceModes: readonly ServiceMode[] = [
  "systemd_user",
  "systemd_system",
  "launchd_agent",
  "launchd_daemon",
];

/** As the holder of a lock writes it down. */
export interface ServiceIdentity {
  /** `plain`: nobody keeps it running, `start` put it into the background. */
  readonly mode: ServiceMode | "plain";
  readonly unit_file: string | null;
}

/** Variables by which serve is told. No agent inherits them: what it starts is not kept by that manager. */
export const serviceVariables = { mode: "AGENT_RUNNER_SERVICE", file: "AGENT_RUNNER_UNIT_FILE" } as const;

type Variables = Readonly<Record<string, string>>;

/** Null for a supervisor that was started by hand. */
export function serviceIdentity(environment: Variables): ServiceIdentity | null {
  const mode = environment[serviceVariables.mode];
  if (mode === "plain") return { mode, unit_file: null };
  const known = serviceModes.find((one) => one === mode);
  return known === undefined ? null : { mode: known, unit_file: environment[serviceVariables.file] ?? null };
}

/** The same environment for a process that no manager keeps. */
export function withoutService(environment: Variables): Record<string, string> {
  const { [serviceVariables.mode]: _mode, [serviceVariables.file]: _file, ...rest } = environment;
  return rest;
}
