import type { Query } from './metric-query.js';

/** Units by the names that Grafana has for them. */
type Unit = 'eps' | 'mps' | 'cps' | 'Bps' | 'bytes' | 's' | 'short' | 'none';

export interface Panel {
  readonly title: string;
  /** What a reader should know before drawing conclusions. */
  readonly description: string;
  /** `value` shows the newest sum as a figure, `labels` the labels of infos as a table, `states` a band for each series. */
  readonly kind: 'lines' | 'stacked' | 'value' | 'labels' | 'states';
  readonly unit: Unit;
  /** Of the 24 columns of a dashboard. */
  readonly width: 4 | 6 | 8 | 12;
  readonly queries: readonly Query[];
  /** From this value on a figure is red. */
  readonly badFrom?: number;
  readonly logarithmic?: boolean;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A query that is written as it is. */
export const flat = (expression: string, legend = ''): Query => ({ expression, legend });

/** The query with a word behind its legend. */
export function named(what: string, { expression, legend }: Query): Query {
  return { expression, legend: `${legend} ${what}` };
}
