/**
 * The values that a label may have: a closed list; whole numbers from 0 up to a bound; or an id of our own of
 * which a metric carries one at a time. Nothing foreign can make a series.
 */
export type LabelValues = readonly string[] | { readonly below: number } | { readonly one: 'id' };

/**
 * counter: only rises. gauge: a present value. age: a gauge that is given a moment and shows the seconds since
 * then, so that it goes on rising where the flow stands still. info: 1, the facts are in the labels; a new one
 * replaces the one before. histogram: counts of seconds below stated bounds.
 */
export type MetricType = 'counter' | 'gauge' | 'age' | 'info' | 'histogram';

/** What docs/metrics.md says of one metric. */
export interface MetricSpec {
  readonly type: MetricType;
  /** rmmstream_<noun>_<unit>[_total] */
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
  /** Upper bounds of a histogram, in its unit, rising. */
  readonly bounds?: readonly number[];
}

/** Units that a name may end in; the last word before `_total`. */
export const metricUnits = [
  'batches',
  'bytes',
  'deviations',
  'epochs',
  'errors',
  'events',
  'features',
  'info',
  'letters',
  'loss',
  'partitions',
  'ready',
  'records',
  'seconds',
  'state',
] as const;

const form = /^rmmstream_(?:[a-z]+_)*?([a-z]+)(_total)?$/;

/** Unit of a metric, from its name; undefined where the name has not the form that all have. */
export function unitOf(spec: Pick<MetricSpec, 'name' | 'type'>): string | undefined {
  const match = form.exec(spec.name);
  if (match === null || (match[2] !== undefined) !== (spec.type === 'counter')) return undefined;
  return metricUnits.find((unit) => unit === match[1]);
}

/** An id as labels take it. */
const idForm = /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$/;

/** Whether `value` is one of those that a label may have. */
export function labelAllows(values: LabelValues, value: string | number): boolean {
  if ('below' in values) return Number.isInteger(value) && Number(value) >= 0 && Number(value) < values.below;
  if ('one' in values) return typeof value === 'string' && idForm.test(value);
  return values.includes(value as string);
}
