import { RmmError } from '../../../lib/base/error.js';
import { type MetricKey, metricList, type Stage } from '../../../lib/telemetry/metric-list.js';
import type { Sample } from '../../../lib/telemetry/metrics-text.js';
import { total } from '../../top/rows.js';
import type { Scrape } from '../../top/scrape.js';
import { growth } from '../copies.js';
import type { Rates } from '../rates.js';
import type { MeasuredPlan } from './measured-plan.js';
import { rounded } from './rounded.js';

/** The rates of events, by the stage that has them. */
const stageOf: Readonly<Partial<Record<keyof Rates, Stage>>> = {
  ingest: 'ingest',
  selector: 'selector',
  featurizer: 'featurizer',
  moments: 'scaler_moments',
  feature_files: 'feature_files',
  scaler: 'scaler',
  scorer: 'scorer',
  trainer: 'trainer',
};

/** Sizes of messages and files, by the stage that makes them. */
const makerOf: Readonly<Partial<Record<keyof Rates, Stage>>> = {
  events_bytes: 'ingest',
  selected_bytes: 'selector',
  features_bytes: 'featurizer',
  scaled_bytes: 'scaler',
  score_file_bytes: 'scorer',
  feature_file_bytes: 'feature_files',
};

/** Of fewer events nothing is said: about a dozen blocks, in which code is still being compiled. */
const leastEvents = 100_000;

/**
 * What services have done since they began, by their metrics: what stages that are not among them do is left open.
 * @throws cli_usage where an address does not answer, or none of them has done enough
 */
export function serviceRates(scrapes: readonly Scrape[]): MeasuredPlan {
  const silent = scrapes.flatMap(({ address, problem }) =>
    problem === undefined ? [] : [`${address}: ${problem}`],
  );
  if (silent.length > 0) throw new RmmError('cli_usage', `--services ${silent.join('; ')}`);
  const samples = scrapes.flatMap((scrape) => scrape.samples);
  const pairs = [
    ...found(stageOf, (stage) => rateOf(samples, stage)),
    ...found(makerOf, (stage) => given(samples, 'outputBytes', 'outputEvents', stage)),
  ];
  if (pairs.length === 0) {
    throw new RmmError(
      'cli_usage',
      `--services: no stage has done ${leastEvents} events yet; wait, or put a load on the topics (\`rmmstream amplify --to-topic\`)`,
    );
  }
  const selected = given(samples, 'outputEvents', 'inputEvents', 'selector');
  return {
    rates: { from: 'services at work', pairs },
    ...(selected === undefined ? {} : { selected: rounded(selected) }),
    notes: [
      'Of services at work: what they have done since they began in the time that work and transactions took. A copy has two',
      'partitions at least, and works on one while the broker writes for the other.',
    ],
  };
}

function found(
  stages: Readonly<Partial<Record<keyof Rates, Stage>>>,
  value: (stage: Stage) => number | undefined,
): [string, number][] {
  return Object.entries(stages).flatMap(([name, stage]): [string, number][] => {
    const rate = value(stage);
    return rate === undefined ? [] : [[name, rounded(rate)]];
  });
}

/** Events that a stage has taken in; undefined where they are too few to say anything of it. */
function enough(samples: readonly Sample[], stage: Stage): number | undefined {
  const events = total(samples, 'inputEvents', stage) ?? 0;
  return events < leastEvents ? undefined : events;
}

/** What a stage has given of one thing for each of another. */
function given(
  samples: readonly Sample[],
  above: MetricKey,
  below: MetricKey,
  stage: Stage,
): number | undefined {
  if (enough(samples, stage) === undefined) return undefined;
  return ratio(total(samples, above, stage), total(samples, below, stage));
}

/** Events a second of one copy: its core works on one partition at a time, and transactions of others go on meanwhile. */
function rateOf(samples: readonly Sample[], stage: Stage): number | undefined {
  const events = enough(samples, stage);
  if (events === undefined) return undefined;
  const busy = total(samples, 'busySeconds', stage) ?? 0;
  const both = busy + transactionSeconds(samples, stage);
  return ratio(events, Math.max(busy, both / growth));
}

function transactionSeconds(samples: readonly Sample[], stage: Stage): number {
  const name = `${metricList.transactionSeconds.name}_sum`;
  return samples.reduce(
    (sum, { name: own, labels, value }) =>
      own === name && labels.get('stage') === stage && labels.get('outcome') === 'committed'
        ? sum + value
        : sum,
    0,
  );
}

function ratio(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined || above <= 0 || below <= 0 ? undefined : above / below;
}
