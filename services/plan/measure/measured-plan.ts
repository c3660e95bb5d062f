import type { Config } from '../../../lib/config/index.js';
import type { RateSource } from '../read-rates.js';
import type { PlanRequest } from '../request.js';
import type { Measured } from './measure.js';
import { rounded } from './rounded.js';

/** What a plan takes from a measurement in place of what is usual, as far as that says it. */
export interface MeasuredPlan
  extends Partial<Pick<PlanRequest, 'selected' | 'trained' | 'epochs' | 'bytesPerEvent'>> {
  readonly rates: RateSource;
  /** Lines for the person: what was measured, and what is not in it. */
  readonly notes: readonly string[];
}

/** Of a core, below which others have disturbed a measurement. */
const quietShare = 0.9;

/** @param what was measured: "analysis.yaml" */
export function measuredPlan(
  { rates, entries, selected, trained, bytesPerEvent, coreShare }: Measured,
  { training }: Pick<Config, 'training'>,
  what: string,
): MeasuredPlan {
  const busy =
    coreShare < quietShare
      ? [
          `While it was measured others kept the machine busy: the process had ${Math.round(100 * coreShare)} % of a core. A quiet one does more.`,
        ]
      : [];
  return {
    rates: {
      from: `measured on ${what}`,
      pairs: Object.entries(rates).map(([name, rate]) => [name, rounded(rate)]),
    },
    selected: rounded(selected / entries),
    trained: rounded(trained / selected),
    epochs: training.epochs * training.passes,
    bytesPerEvent: rounded(bytesPerEvent),
    notes: [
      `Measured with ${entries} entries: one core for each stage, messages of Kafka made and read, but no broker, whose part is in`,
      'the headroom; learning.threads of them for the trainer.',
      ...busy,
    ],
  };
}
