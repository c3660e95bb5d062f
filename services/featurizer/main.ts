import type { HopResult } from '../../lib/flow/partitions/hop.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import type { ServiceDefinition } from '../kafka/run-service.js';
import { stageHopPart } from '../kafka/stage-hop.js';
import { stages } from '../kafka/stages.js';
import { EventRestorer } from '../selector/restore-events.js';
import { encodeFeatures } from '../wire/features.js';
import { decodeSelected } from '../wire/selected.js';
import { countSplits } from './block-record.js';
import { objectFieldsOf } from './config.js';
import { FeaturizerOperator } from './operator.js';
import { RowTable } from './row-table.js';

/** Selected events to feature rows. */
export const featurizer: ServiceDefinition = {
  name: 'featurizer',
  writes: false,
  parts: (context) => {
    const operator = new FeaturizerOperator(context.loaded.config);
    const fields = objectFieldsOf(context.loaded.config);
    const restorer = new EventRestorer();
    const table = new RowTable(blockEntries);
    const process = (message: FetchedMessage): HopResult => {
      const { source, record, compact } = decodeSelected(message, fields);
      const { events, selected } = restorer.restore(compact, source);
      table.clear();
      const features = operator.process(events, selected, compact.index, source, table);
      const columns = table.slice(0, table.rows);
      const out = encodeFeatures({
        source,
        record: {
          ...record,
          surplusObjects: features.surplus,
          rowsBySplit: countSplits(columns.split),
        },
        layout: operator.layout.id,
        features,
        columns,
      });
      return { out, deadLetters: [], eventsIn: record.rows, eventsOut: record.rows };
    };
    return [stageHopPart(context, { stage: stages.featurizer, process })];
  },
};
