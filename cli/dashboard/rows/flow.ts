import { gauge, quantile, rate, series } from '../metric-query.js';
import { flat, named, type Row } from '../panel.js';

/** What goes through each stage, and what is held. */
export const flow: Row = {
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
      title: 'From ingest to score',
      description: 'How long blocks were on their way, from their reading to their scores in a file.',
      kind: 'lines',
      unit: 's',
      width: 6,
      queries: [quantile(0.5, 'scoreLatency', 'stage'), quantile(0.99, 'scoreLatency', 'stage')],
      logarithmic: true,
    },
    {
      title: 'Blocks scored',
      description: 'Blocks whose scores came into a file, a second.',
      kind: 'lines',
      unit: 'cps',
      width: 6,
      queries: [
        flat(`sum by (stage) (rate(${series('scoreLatency', '', '_count')}[$__rate_interval]))`, '{{stage}}'),
      ],
    },
    {
      title: 'Held in memory: batches',
      description: 'Read and not yet given on. Bounded: a slow sink stops the flow and does not fill memory.',
      kind: 'lines',
      unit: 'none',
      width: 6,
      queries: [gauge('sum', 'queueBatches', 'stage')],
    },
    {
      title: 'Held in memory: bytes',
      description: 'Bytes of the batches that are held.',
      kind: 'lines',
      unit: 'bytes',
      width: 6,
      queries: [gauge('sum', 'queueBytes', 'stage')],
    },
  ],
};
