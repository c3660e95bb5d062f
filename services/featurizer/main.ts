import type { HopResult } from '../../lib/flow/partitions/hop.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import type { ServiceDefinition } from '../kafka/run-service.js';
import { stageHopPart } from '../kafka/stage-hop.js';
import { stages } from '../kafka/stages.js';
import { EventRestorer, restoredProblem } from '../selector/restore-events.js';
import { encodeFeatures } from '../wire/features.js';
import { wireError } from '../wire/message.js';
import { decodeSelected } from '../wire/selected.js';
import { countSplits } from './block-record.js';
import { FeaturizerOperator } from './operator.js';
import { RowTable } from './row-table.js';

/** Selected events to feature rows. */
export const featurizer: ServiceDefinition = {
  name: 'featurizer',
  parts: (context) => {
    const operator = new FeaturizerOperator(context.loaded.config);
    const restorer = new EventRestorer();
    const table = new RowTable(blockEntries);
    const process = (message: FetchedMessage): HopResult => {
      const { source, record, compact } = decodeSelected(message);
      const restored = restorer.restore(compact);
      const problem = restoredProblem(restored);
      if (problem !== undefined)
        throw wireError('wire_message_invalid', problem, { key: message.key ?? '', file: source.file });
      table.clear();
      const features = operator.process(restored.events, restored.selected, compact.index, source, table);
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
    return [stageHopPart(context, { stage: stages.featurizer, output: 'features', process })];
  },
};
