import { type MetricKey, metricList } from '../../lib/telemetry/metric-list.js';
import type { MetricSpec } from '../../lib/telemetry/metric-spec.js';

/** One query of a panel. */
export interface Query {
  readonly expression: string;
  /** What a line is called: text with {{label}}. */
  readonly legend: string;
}

/** The run that the dashboard's variable chooses; the label comes from the scraper. */
export const inRun = 'namespace=~"$namespace"';

/**
 * Series of a metric in the services that the dashboard's variables choose; `service` comes from the scraper.
 * @param more another matcher
 * @param suffix of the series of a histogram
 */
export function series(key: MetricKey, more = '', suffix = ''): string {
  const spec: MetricSpec = metricList[key];
  return `${spec.name}${suffix}{${inRun}, service=~"$service"${more === '' ? '' : `, ${more}`}}`;
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
