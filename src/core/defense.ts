// A defense as data: what it protects from, which incident taught it, what guards it, and whether it is on.

export type DefenseState = "active" | "degraded" | "off";

/** What a defense comes to under one configuration. */
export interface DefenseReading {
  /** Can be written as JSON. */
  readonly value: unknown;
  readonly state: DefenseState;
  /** Why it is degraded or off, without a full stop at the end; absent while it is active. */
  readonly reason?: string;
}

/** One file in `src/defenses/` per defense; `peek`, `doctor` and the docs list them. */
export interface Defense<Config> {
  readonly name: string;
  /** Position in the listing: the reference's twelve come first, in its order. */
  readonly order: number;
  readonly protectsFrom: string;
  /** Slug in docs/incidents.md. */
  readonly incident: string;
  /** Path of the test that fails when the defense is removed. */
  readonly guardedBy: string;
  /** What the name of that test begins with. */
  readonly guardTest: string;
  describe(config: Config): DefenseReading;
}
