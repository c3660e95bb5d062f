/** An output that is whole and durable under a temporary name. */
export interface Prepared {
  /** Gives it its name. @throws io_failed where it was swept meanwhile */
  publish(): void;
  /** Gives it up. Harmless once it is published. */
  abort(): void;
}

/** Takes outputs as they are prepared, one after the other; where one fails, those before it are given up. */
export function prepareAll<One extends Prepared>(outputs: Iterable<One>): One[] {
  const prepared: One[] = [];
  try {
    for (const one of outputs) prepared.push(one);
    return prepared;
  } catch (error) {
    for (const one of prepared) one.abort();
    throw error;
  }
}
