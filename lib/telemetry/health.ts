import type { ServicePhase } from './metric-list.js';

/** A reason why a service is not ready. */
export interface Reason {
  readonly key: string;
  readonly text: string;
  /** Wall-clock milliseconds since which it holds. */
  readonly sinceMs: number;
}

export interface Readiness {
  readonly ready: boolean;
  readonly state: ServicePhase;
  /** The state first where it is a reason, then faults, the oldest first. */
  readonly reasons: readonly Reason[];
}

/** Whether a service is ready, and why not: its state, and faults that its parts set and clear by key. */
export interface Health {
  /** A service is ready only while it is running. */
  phase(phase: ServicePhase): void;
  /**
   * Something is wrong, or not done yet. Setting it again changes the text and keeps the time.
   * @param key names the part, for example `kafka`, `disk`, `stall:P.features:3`
   * @param text a clause that needs nothing around it: "partition 3 of P.features makes no progress for 130 s"
   */
  fault(key: string, text: string): void;
  clear(key: string): void;
  readiness(): Readiness;
}

export interface HealthOptions {
  readonly clock: { wallMs(): number };
  /** Hears of every fault that is new or gone, not of a new text: a line of the log each. */
  readonly onChange?: (reason: Reason, there: boolean) => void;
}

export function createHealth({ clock, onChange }: HealthOptions): Health {
  let state: ServicePhase = 'starting';
  let stateSinceMs = clock.wallMs();
  const faults = new Map<string, Reason>();
  return {
    phase(phase) {
      if (phase === state) return;
      state = phase;
      stateSinceMs = clock.wallMs();
    },
    fault(key, text) {
      const before = faults.get(key);
      const reason = { key, text, sinceMs: before?.sinceMs ?? clock.wallMs() };
      faults.set(key, reason);
      if (before === undefined) onChange?.(reason, true);
    },
    clear(key) {
      const reason = faults.get(key);
      if (reason !== undefined && faults.delete(key)) onChange?.(reason, false);
    },
    readiness() {
      const reasons = [...faults.values()];
      if (state !== 'running') reasons.unshift({ key: 'state', text: state, sinceMs: stateSinceMs });
      return { ready: reasons.length === 0, state, reasons };
    },
  };
}

/** Body of /ready. */
export function readinessJson({ ready, state, reasons }: Readiness): string {
  return `${JSON.stringify({
    ready,
    state,
    reasons: reasons.map(({ key, text, sinceMs }) => ({ key, text, since: new Date(sinceMs).toISOString() })),
  })}\n`;
}
