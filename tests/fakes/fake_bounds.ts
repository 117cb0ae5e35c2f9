// Scopes and holes that remember what was asked of them.
import type { Holes } from "../../src/ports/holes.ts";
import type { ScopeFinding, Scopes } from "../../src/ports/scope.ts";

/** A finding of a machine on which everything works. */
export const usableScope: Extract<ScopeFinding, { kind: "usable" }> = {
  kind: "usable",
  program: "/usr/bin/systemd-run",
  isNew: true,
  limits: { memory: true, tasks: true },
  isLasting: true,
};

/** `Scopes` as a test says; at first there are none. */
export class FakeScopes implements Scopes {
  finding: ScopeFinding = { kind: "absent", reason: "there is no systemd-run on PATH" };
  /** Cgroup path -> pids. */
  readonly inside = new Map<string, number[]>();
  readonly asked: { readonly isOnlyLasting: boolean }[] = [];
  readonly killed: string[] = [];
  /** What a kill does. */
  onKill: (path: string) => void = () => {};
  /** How often members were asked for. */
  looks = 0;

  find(options: { readonly isOnlyLasting: boolean }): Promise<ScopeFinding> {
    this.asked.push(options);
    return Promise.resolve(this.finding);
  }

  members(path: string): Promise<readonly number[]> {
    this.looks++;
    return Promise.resolve(this.inside.get(path) ?? []);
  }

  kill(path: string): Promise<boolean> {
    this.killed.push(path);
    this.onKill(path);
    return Promise.resolve(true);
  }
}

/** `Holes` that remember what they punched. */
export class FakeHoles implements Holes {
  readonly punched: { readonly path: string; readonly from: number; readonly length: number }[] = [];
  /** Why nothing can be punched; null: it can. */
  fault: string | null = null;
  /** Punching ends only when this is resolved. */
  until: Promise<void> = Promise.resolve();

  async punch(path: string, range: { readonly from: number; readonly length: number }): Promise<string | null> {
    this.punched.push({ path, ...range });
    await this.until;
    return this.fault;
  }
}
