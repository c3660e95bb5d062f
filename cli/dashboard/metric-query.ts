import { type MetricKey, metricList } from '../../lib/telemetry/metric-list.js';
import type { MetricSpec } from '../../lib/telemetry/metric-spec.js';

/** One query of a panel. */
export interface Query {
  readonly expression: string;
  /** What a line is called: text with {{label}}. */
  readonly legend: string;
}

/** The variable of the dashboard by which stages are chosen; a service bears the name of its stage. */
const chosen = '"$stage"';

/**
 * Series of a metric in the chosen stages.
 * @param more another matcher
 * @param suffix of the series of a histogram
 */
export function series(key: MetricKey, more = '', suffix = ''): string {
  const spec: MetricSpec = metricList[key];
  // What has no stage of its own is told apart by the service that the scraper found.
  const stage = 'stage' in spec.labels ? 'stage' : 'service';
  return `${spec.name}${suffix}{${[`${stage}=~${chosen}`, more].filter((part) => part !== '').join(', ')}}`;
}

const legendOf = (by: readonly string[]) => by.map((label) => `{{${label}}}`).join(' ');

/** What a counter gains in a second, summed over the copies. */
export function rate(key: MetricKey, ...by: readonly string[]): Query {
  return {
    expression: `sum by (${by.join(', ')}) (rate(${series(key)}[$__rate_interval]))`,
    legend: legendOf(by),
  };
}

/** A gauge over the copies. */
export function gauge(how: 'sum' | 'max' | 'min', key: MetricKey, ...by: readonly string[]): Query {
  return { expression: `${how} by (${by.join(', ')}) (${series(key)})`, legend: legendOf(by) };
}

/** A quantile of a histogram over the copies. */
export function quantile(q: number, key: MetricKey, ...by: readonly string[]): Query {
  const rates = `sum by (${[...by, 'le'].join(', ')}) (rate(${series(key, '', '_bucket')}[$__rate_interval]))`;
  return { expression: `histogram_quantile(${q}, ${rates})`, legend: `${legendOf(by)} p${q * 100}` };
}
