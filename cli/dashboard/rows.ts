import { metricList } from '../../lib/telemetry/metric-list.js';
import { gauge, type Query, quantile, rate, series } from './metric-query.js';

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

const flat = (expression: string, legend = ''): Query => ({ expression, legend });

const glance: Row = {
  title: 'At a glance',
  panels: [
    {
      title: 'Events scored',
      description: 'Events that the scorer gives on in a second.',
      kind: 'value',
      unit: 'eps',
      width: 4,
      queries: [flat(`sum(rate(${metricList.outputEvents.name}{stage="scorer"}[$__rate_interval]))`)],
    },
    {
      title: 'Copies not ready',
      description: '/ready of a copy says why it is not.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat(`count(${series('serviceReady')}) - sum(${series('serviceReady')})`)],
      badFrom: 1,
    },
    {
      title: 'Copies that do not answer',
      description: 'Targets of Prometheus that it cannot read.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat('count(up{job="rmmstream"} == 0) or vector(0)')],
      badFrom: 1,
    },
    {
      title: 'Stalled partitions',
      description: 'Partitions with lag and without progress for engine.stall_timeout_ms or longer.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat(`sum(${series('stalledPartitions')})`)],
      badFrom: 1,
    },
    {
      title: 'Dead letters',
      description: 'Written by the copies that run now. `rmmstream dlq list` shows them.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat(`sum(${series('deadLetters')}) or vector(0)`)],
      badFrom: 1,
    },
    {
      title: 'Alerts',
      description: 'Alerts that fire now; docs/runbook.md has a paragraph for each.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat('count(ALERTS{alertname=~"Rmmstream.*", alertstate="firing"}) or vector(0)')],
      badFrom: 1,
    },
  ],
};

const flow: Row = {
  title: 'Flow',
  panels: [
    {
      title: 'Events in',
      description:
        'Events that each stage takes in, over its copies. The trainer counts events of every epoch.',
      kind: 'lines',
      unit: 'eps',
      width: 12,
      queries: [rate('inputEvents', 'stage')],
    },
    {
      title: 'Events out',
      description: 'Events that each stage gives on, over its copies.',
      kind: 'lines',
      unit: 'eps',
      width: 12,
      queries: [rate('outputEvents', 'stage')],
    },
    {
      title: 'Rejected events',
      description: 'Events that go no further: cut by the selection, or not usable.',
      kind: 'stacked',
      unit: 'eps',
      width: 8,
      queries: [rate('rejectedEvents', 'stage', 'reason')],
    },
    {
      title: 'Dead letters',
      description: 'Dead letters written so far by the copies that run now.',
      kind: 'lines',
      unit: 'none',
      width: 8,
      queries: [gauge('sum', 'deadLetters', 'stage', 'reason')],
    },
    {
      title: 'Errors',
      description: 'Errors met, those that were tried again included; docs/errors.md has their cures.',
      kind: 'lines',
      unit: 'cps',
      width: 8,
      queries: [rate('errors', 'stage', 'code')],
    },
    {
      title: 'Batches in and out',
      description: 'A batch is a message: a block of 8,192 entries of one file.',
      kind: 'lines',
      unit: 'mps',
      width: 12,
      queries: [named('in', rate('inputBatches', 'stage')), named('out', rate('outputBatches', 'stage'))],
    },
    {
      title: 'Bytes in and out',
      description: 'Values of messages; compressed bytes of files into ingest, files out of the scorer.',
      kind: 'lines',
      unit: 'Bps',
      width: 12,
      queries: [named('in', rate('inputBytes', 'stage')), named('out', rate('outputBytes', 'stage'))],
    },
    {
      title: 'Busy',
      description: 'Seconds of work in a second, over partitions or threads: 2 is two cores at work.',
      kind: 'lines',
      unit: 'none',
      width: 8,
      queries: [rate('busySeconds', 'stage')],
    },
    {
      title: 'Transactions',
      description: 'How long Kafka transactions take, by their outcome.',
      kind: 'lines',
      unit: 's',
      width: 8,
      queries: [
        quantile(0.5, 'transactionSeconds', 'stage', 'outcome'),
        quantile(0.99, 'transactionSeconds', 'stage', 'outcome'),
      ],
      logarithmic: true,
    },
    {
      title: 'Transactions ended',
      description: 'Aborted ones are done again; after a rebalance a few are usual.',
      kind: 'lines',
      unit: 'cps',
      width: 8,
      queries: [
        flat(
          `sum by (stage, outcome) (rate(${series('transactionSeconds', '', '_count')}[$__rate_interval]))`,
          '{{stage}} {{outcome}}',
        ),
      ],
    },
    {
      title: 'Held in memory: batches',
      description: 'Read and not yet given on. Bounded: a slow sink stops the flow and does not fill memory.',
      kind: 'lines',
      unit: 'none',
      width: 12,
      queries: [gauge('sum', 'queueBatches', 'stage')],
    },
    {
      title: 'Held in memory: bytes',
      description: 'Bytes of the batches that are held.',
      kind: 'lines',
      unit: 'bytes',
      width: 12,
      queries: [gauge('sum', 'queueBytes', 'stage')],
    },
  ],
};

const position: Row = {
  title: 'Position and lag',
  panels: [
    {
      title: 'Lag: records',
      description: 'Messages that wait for a stage. In a bounded run the scorer waits for its first model.',
      kind: 'lines',
      unit: 'none',
      width: 12,
      queries: [flat(`sum by (stage) (max by (stage, partition) (${series('lagRecords')}))`, '{{stage}}')],
    },
    {
      title: 'Lag: age of the oldest record',
      description: 'How long the oldest waiting message of a stage has waited.',
      kind: 'lines',
      unit: 's',
      width: 12,
      queries: [gauge('max', 'lagSeconds', 'stage')],
    },
    {
      title: 'Positions',
      description: 'Next offset of each partition: a line that stays level does not move.',
      kind: 'lines',
      unit: 'none',
      width: 12,
      queries: [gauge('max', 'positionRecords', 'stage', 'partition')],
    },
    {
      title: 'Partitions by copy',
      description: 'How the partitions are shared out; it changes when a copy comes or goes.',
      kind: 'stacked',
      unit: 'none',
      width: 12,
      queries: [gauge('sum', 'assignedPartitions', 'stage', 'instance')],
    },
    {
      title: 'Stalled partitions',
      description: 'Partitions with lag that have not moved for engine.stall_timeout_ms or longer.',
      kind: 'lines',
      unit: 'none',
      width: 12,
      queries: [gauge('sum', 'stalledPartitions', 'stage')],
    },
    {
      title: 'Age of the last checkpoint',
      description:
        'Since the last committed position or checkpoint of the training. It rises where nothing comes.',
      kind: 'lines',
      unit: 's',
      width: 12,
      queries: [gauge('min', 'checkpointAge', 'stage')],
    },
  ],
};

const model: Row = {
  title: 'Model, scaler, drift',
  panels: [
    {
      title: 'Validation loss',
      description: 'After the last epoch, over trained columns.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      queries: [gauge('min', 'validationLoss', 'stage')],
    },
    {
      title: 'Drift by kind of feature',
      description: 'Largest distance of a feature from the frozen scaler, in standard deviations.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      queries: [gauge('max', 'drift', 'kind')],
    },
    {
      title: 'Drifting features',
      description: 'Features further from the frozen scaler than continuous.drift_limit.',
      kind: 'stacked',
      unit: 'none',
      width: 8,
      queries: [gauge('max', 'driftingFeatures', 'kind')],
    },
    {
      title: 'Age of model and scaler',
      description: 'Since the newest one that a stage made or uses was made.',
      kind: 'lines',
      unit: 's',
      width: 8,
      queries: [
        named('model', gauge('min', 'modelAge', 'stage')),
        named('scaler', gauge('min', 'scalerAge', 'stage')),
      ],
    },
    {
      title: 'Models in use',
      description: 'The newest model that each stage made or uses.',
      kind: 'labels',
      unit: 'none',
      width: 8,
      queries: [gauge('sum', 'modelInfo', 'stage', 'version')],
    },
    {
      title: 'Scalers in use',
      description: 'The scaler that each stage made or uses.',
      kind: 'labels',
      unit: 'none',
      width: 8,
      queries: [gauge('sum', 'scalerInfo', 'stage', 'version')],
    },
  ],
};

const processes: Row = {
  title: 'Processes',
  panels: [
    {
      title: 'State',
      description: 'starting, running, draining, stopped or failed.',
      kind: 'states',
      unit: 'none',
      width: 12,
      queries: [
        flat(
          `max by (service, instance, state) (${series('serviceState')} > 0)`,
          '{{service}} {{instance}} {{state}}',
        ),
      ],
    },
    {
      title: 'Ready',
      description: '1 while /ready of a copy answers 200.',
      kind: 'states',
      unit: 'none',
      width: 12,
      queries: [gauge('min', 'serviceReady', 'service', 'instance')],
    },
    {
      title: 'Memory',
      description: 'Memory of each process in all; docker-compose.yml sets the limit.',
      kind: 'lines',
      unit: 'bytes',
      width: 8,
      queries: [
        flat(
          `max by (service, instance) (${series('memory', 'area="resident"')})`,
          '{{service}} {{instance}}',
        ),
      ],
    },
    {
      title: 'Memory by area',
      description: 'The largest copy of each service: the heap of JavaScript, and buffers outside it.',
      kind: 'lines',
      unit: 'bytes',
      width: 8,
      queries: [gauge('max', 'memory', 'service', 'area')],
    },
    {
      title: 'Delay of the event loop',
      description: 'How late a process is; heartbeats suffer from seconds.',
      kind: 'lines',
      unit: 's',
      width: 8,
      queries: [gauge('max', 'eventLoopDelay', 'service', 'statistic')],
      logarithmic: true,
    },
    {
      title: 'Versions',
      description: 'Versions of rmmstream that run: more than one only while they are exchanged.',
      kind: 'labels',
      unit: 'none',
      width: 12,
      queries: [gauge('sum', 'build', 'service', 'version')],
    },
  ],
};

/** The overview, from what a person looks at first to what explains it. */
export const rows: readonly Row[] = [glance, flow, position, model, processes];

function named(what: string, { expression, legend }: Query): Query {
  return { expression, legend: `${legend} ${what}` };
}
