import type { MetricKey, MetricList } from './metric-list.js';
import type { MetricType } from './metric-spec.js';

/** Keys of the metrics of one type. */
export type MetricOf<Type extends MetricType> = {
  [Key in MetricKey]: MetricList[Key]['type'] extends Type ? Key : never;
}[MetricKey];

type LabelValue<Values> = Values extends readonly (infer Value)[]
  ? Value
  : Values extends { readonly below: number }
    ? number
    : string;

/** The labels of a metric, each with the values that it may have. */
export type LabelsOf<Key extends MetricKey> = {
  readonly [Name in keyof MetricList[Key]['labels']]: LabelValue<MetricList[Key]['labels'][Name]>;
};

/**
 * What is measured, to be read by Prometheus. Calls are made once a batch or less, never for each event. A label
 * that the list does not allow is an `internal_invariant`.
 */
export interface Metrics {
  /** @param amount finite, not negative */
  add<Key extends MetricOf<'counter'>>(metric: Key, labels: LabelsOf<Key>, amount: number): void;
  set<Key extends MetricOf<'gauge'>>(metric: Key, labels: LabelsOf<Key>, value: number): void;
  /** @param sinceMs a moment of the wall clock; undefined where there is nothing to be old, which shows as 0 */
  since<Key extends MetricOf<'age'>>(metric: Key, labels: LabelsOf<Key>, sinceMs: number | undefined): void;
  /** Takes the place of the info that was there: for metrics of a stage, of that stage's. */
  info<Key extends MetricOf<'info'>>(metric: Key, labels: LabelsOf<Key>): void;
  observe<Key extends MetricOf<'histogram'>>(metric: Key, labels: LabelsOf<Key>, seconds: number): void;
  /** Takes a series away, for example of a partition that another copy works on now. */
  forget<Key extends MetricOf<'gauge' | 'age' | 'info'>>(metric: Key, labels: LabelsOf<Key>): void;
  /** Called before every scrape, to set what nobody counts. Must be quick. */
  onScrape(measure: () => void): void;
  /** Everything in Prometheus' text format. Gives way to the flow between metrics; calls at once share one answer. */
  text(): Promise<string>;
  readonly contentType: string;
}
