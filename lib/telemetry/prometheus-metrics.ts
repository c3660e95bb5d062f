import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../base/clock.js';
import { invariant } from '../base/error.js';
import { type MetricKey, metricList } from './metric-list.js';
import { labelAllows, type MetricSpec } from './metric-spec.js';
import type { Metrics } from './metrics.js';

type Labels = Record<string, string | number>;

/** Metrics as prom-client keeps them: the one place that knows it. */
export function createMetrics(clock: Pick<Clock, 'wallMs'>): Metrics {
  const registry = new Registry();
  const measures: (() => void)[] = [];
  const made = new Map<MetricKey, Counter | Gauge | Histogram>();
  const ages = new Map<MetricKey, Map<string, { labels: Labels; sinceMs: number }>>();
  const infos = new Map<string, Labels>();

  for (const [key, spec] of Object.entries(metricList) as [MetricKey, MetricSpec][]) {
    const options = {
      name: spec.name,
      help: spec.help,
      labelNames: Object.keys(spec.labels),
      registers: [registry],
    };
    if (spec.type === 'counter') made.set(key, new Counter(options));
    else if (spec.type === 'histogram') {
      made.set(key, new Histogram({ ...options, buckets: [...(spec.bounds ?? [])] }));
    } else {
      const gauge = new Gauge(options);
      // prom-client would show 0 for what nobody has measured: a full disk where nothing is written.
      if (options.labelNames.length === 0) gauge.remove({});
      made.set(key, gauge);
    }
    if (spec.type === 'age') ages.set(key, new Map());
  }

  /** Labels with their values checked. */
  const checked = (key: MetricKey, given: object): Labels => {
    const spec: MetricSpec = metricList[key];
    const labels = given as Labels;
    for (const [name, values] of Object.entries(spec.labels)) {
      const value = labels[name];
      invariant(
        value !== undefined && labelAllows(values, value),
        `metric ${spec.name}: ${name}=${JSON.stringify(value)?.slice(0, 80)} is not in the closed set of the label`,
      );
    }
    return labels;
  };
  const seriesId = (labels: Labels) => JSON.stringify(Object.entries(labels).sort());
  /** Where one info at a time has its place. */
  const placeOf = (metric: MetricKey, { version: _, ...others }: Labels) => `${metric} ${seriesId(others)}`;
  const gauge = (key: MetricKey) => made.get(key) as Gauge;

  const showAges = () => {
    const nowMs = clock.wallMs();
    for (const [key, series] of ages) {
      // A message may carry a later time than ours where two machines disagree.
      for (const { labels, sinceMs } of series.values()) {
        gauge(key).set(labels, Math.max(0, nowMs - sinceMs) / 1000);
      }
    }
  };

  const render = async (): Promise<string> => {
    for (const measure of measures) measure();
    showAges();
    const parts: string[] = [];
    for (const { name } of Object.values(metricList)) {
      parts.push(await registry.getSingleMetricAsString(name));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return `${parts.join('\n')}\n`;
  };
  let rendering: Promise<string> | undefined;

  return {
    add(metric, labels, amount) {
      invariant(amount >= 0 && Number.isFinite(amount), `counter ${metricList[metric].name}: ${amount}`);
      (made.get(metric) as Counter).inc(checked(metric, labels), amount);
    },
    set(metric, labels, value) {
      // A loss that is NaN is a fact to be shown.
      gauge(metric).set(checked(metric, labels), value);
    },
    since(metric, given, sinceMs) {
      const labels = checked(metric, given);
      invariant(!Number.isNaN(sinceMs), `age ${metricList[metric].name} was given NaN`);
      const series = ages.get(metric)!;
      if (sinceMs === undefined) {
        series.delete(seriesId(labels));
        gauge(metric).set(labels, 0);
      } else series.set(seriesId(labels), { labels: { ...labels }, sinceMs });
    },
    info(metric, given) {
      const labels = checked(metric, given);
      const place = placeOf(metric, labels);
      const before = infos.get(place);
      if (before !== undefined) gauge(metric).remove(before);
      infos.set(place, { ...labels });
      gauge(metric).set(labels, 1);
    },
    observe(metric, labels, seconds) {
      invariant(seconds >= 0 && Number.isFinite(seconds), `histogram ${metricList[metric].name}: ${seconds}`);
      (made.get(metric) as Histogram).observe(checked(metric, labels), seconds);
    },
    forget(metric, given) {
      const labels = checked(metric, given);
      ages.get(metric)?.delete(seriesId(labels));
      const place = placeOf(metric, labels);
      if (infos.get(place)?.version === labels.version) infos.delete(place);
      gauge(metric).remove(labels);
    },
    onScrape(measure) {
      measures.push(measure);
    },
    text() {
      rendering ??= render().finally(() => {
        rendering = undefined;
      });
      return rendering;
    },
    contentType: registry.contentType,
  };
}
