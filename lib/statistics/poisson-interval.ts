/** The central interval of a Poisson mean for one standard deviation: 68.27 %. */
export interface PoissonInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Error bar of a number of events, by N. Gehrels, Astrophys. J. 303 (1986) 336, eqs. 9 and 14 with S = 1 (the
 * Wilson-Hilferty form): within 1 % of the exact interval of F. Garwood (1936), from 0 events up. `low` is 0 for
 * 0 events.
 */
export function poissonInterval(events: number): PoissonInterval {
  const above = events + 1;
  const high = above * (1 - 1 / (9 * above) + 1 / (3 * Math.sqrt(above))) ** 3;
  if (events === 0) return { low: 0, high };
  return { low: events * (1 - 1 / (9 * events) - 1 / (3 * Math.sqrt(events))) ** 3, high };
}
