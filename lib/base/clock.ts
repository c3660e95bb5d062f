/** Time as the parts that wait or measure see it, so that tests can own it. */
export interface Clock {
  /** Milliseconds since 1970; may jump when the machine's clock is set. */
  wallMs(): number;
  /** Milliseconds that never go back, for durations. */
  steadyMs(): number;
  /** Calls back once after `ms`; the result takes the call back. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's clock. A pending `after` keeps the process alive, as the work that waits for it should. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
