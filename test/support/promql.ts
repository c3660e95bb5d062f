import { metricList } from '../../lib/telemetry/metric-list.js';
import type { MetricSpec } from '../../lib/telemetry/metric-spec.js';

/** What an expression of PromQL speaks of. */
export interface Mentioned {
  /** Metrics with the labels by which they are selected. */
  readonly metrics: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels by which is grouped or matched. */
  readonly grouping: readonly string[];
}

const words = new Set([
  'and',
  'or',
  'unless',
  'offset',
  'bool',
  'Inf',
  'NaN',
  'by',
  'without',
  'on',
  'ignoring',
]);
const identifier = /[A-Za-z_:][A-Za-z0-9_:]*/g;

/** Finds metrics and labels in an expression; enough for ours, not a parser of the whole language. */
export function mentioned(expression: string): Mentioned {
  const grouping: string[] = [];
  const metrics: { name: string; labels: string[] }[] = [];
  const rest = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, list: string) => {
      grouping.push(...(list.match(identifier) ?? []));
      return ' ';
    })
    .replace(/\boffset\s+\w+/g, ' ');
  for (const match of rest.matchAll(/([A-Za-z_:][A-Za-z0-9_:]*)\s*(\{[^}]*\}|\()?/g)) {
    const [, name, after] = match;
    // Part of a number, as the e of 1.25e9.
    if (/[0-9.]/.test(rest[match.index - 1] ?? '')) continue;
    if (after === '(' || words.has(name!)) continue;
    metrics.push({ name: name!, labels: after?.match(/[A-Za-z_]\w*(?=\s*[=!])/g) ?? [] });
  }
  return { metrics, grouping };
}

/** Names of the series that the services have, with their labels; those of a histogram are three. */
export const ourSeries: ReadonlyMap<string, readonly string[]> = new Map(
  Object.values(metricList).flatMap((spec: MetricSpec): [string, readonly string[]][] => {
    const labels = Object.keys(spec.labels);
    if (spec.type !== 'histogram') return [[spec.name, labels]];
    return [
      [`${spec.name}_bucket`, [...labels, 'le']],
      [`${spec.name}_count`, labels],
      [`${spec.name}_sum`, labels],
    ];
  }),
);

/** Labels that the scraper gives to every series; `namespace` on Kubernetes only. */
export const scraped = ['service', 'instance', 'job', 'namespace'] as const;
