import { gauge, series } from '../metric-query.js';
import { flat, type Row } from '../panel.js';

/** How far each stage is, and what waits for it. */
export const position: Row = {
  title: 'Position and lag',
  panels: [
    {
      title: 'Lag: records',
      description:
        'Messages that wait for a stage; of the trainer in a bounded run rows of all epochs, so take its line out to see the others. In a bounded run the scorer waits for its first model.',
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
