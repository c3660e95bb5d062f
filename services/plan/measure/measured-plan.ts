import type { Config } from '../../../lib/config/index.js';
import type { RateSource } from '../read-rates.js';
import type { Measured } from './measure.js';

/** What a plan takes from a measurement, in place of what is usual. */
export interface MeasuredPlan {
  readonly rates: RateSource;
  readonly selected: number;
  readonly trained: number;
  readonly epochs: number;
  readonly bytesPerEvent: number;
  /** Entries that were read for it. */
  readonly entries: number;
  /** Of a core that the process had meanwhile; less than one where others keep the machine busy. */
  readonly coreShare: number;
}

/**
 * Three digits of a rate are more than two measurements agree in.
 * @param what was measured, for the plan to say: "analysis.yaml"
 */
export function measuredPlan(
  { rates, entries, selected, trained, bytesPerEvent, coreShare }: Measured,
  { training }: Pick<Config, 'training'>,
  what: string,
): MeasuredPlan {
  return {
    rates: {
      from: `measured on ${what}`,
      pairs: Object.entries(rates).map(([name, rate]) => [name, rounded(rate)]),
    },
    selected: rounded(selected / entries),
    trained: rounded(trained / selected),
    epochs: training.epochs * training.passes,
    bytesPerEvent: rounded(bytesPerEvent),
    entries,
    coreShare,
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
