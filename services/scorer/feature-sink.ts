import { join } from 'node:path';
import type { AtomicFile } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import type { Batch } from '../../lib/columnar/arrow/batch.js';
import { BatchFileWriter } from '../../lib/columnar/arrow/batch-file.js';
import { toFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import { sinkBody } from '../../lib/flow/partitions/sink.js';
import type { WindowWriter } from '../../lib/flow/partitions/sink-options.js';
import { batchSource } from '../featurizer/batch-source.js';
import { featurizerOf } from '../featurizer/config.js';
import { toBatchColumns } from '../featurizer/row-columns.js';
import type { ServiceContext } from '../kafka/context.js';
import { partitionedPart, type ServicePart } from '../kafka/service-part.js';
import { refuseTooLarge } from '../kafka/stage-hop.js';
import { sinkSettings } from '../kafka/stage-sink.js';
import { StageView } from '../kafka/stage-view.js';
import { stages } from '../kafka/stages.js';
import { layoutOf } from '../pipeline/layout.js';
import { decodeFeatures } from '../wire/features.js';
import { sweepWindows, windowName } from './window-names.js';

/** Features to feature files: the same rows as the score files of the partition, in the same order (decisions.md 13). */
export function featureSinkPart(context: ServiceContext): ServicePart {
  const stage = stages.featureFiles;
  const view = new StageView(context, stage);
  const { config, outputDirectory } = context.loaded;
  const folder = layoutOf(outputDirectory).features;
  const expected = { layout: featurizerOf(config).layout, megasets: config.training.megasets };
  const body = sinkBody({
    ...sinkSettings(context, stage, view),
    sweep: (partition) => sweepWindows([folder], 'features', topicsOf(context), partition),
    open: (window): WindowWriter => {
      const batches: Batch[] = [];
      return {
        add(message) {
          try {
            refuseTooLarge(message, config.kafka.topics.max_message_bytes);
            const { source, layout, features, columns } = decodeFeatures(message, expected);
            batches.push(
              toFeatureBatch({
                layout,
                source: batchSource(source),
                features,
                columns: toBatchColumns(columns),
              }),
            );
            return features.rows;
          } catch (error) {
            // The scaler makes a dead letter of the same message.
            if (error instanceof RmmError && error.domain === 'data') return undefined;
            throw error;
          }
        },
        prepare() {
          if (batches.length === 0) return { files: [], bytes: 0 };
          const path = join(folder, `${windowName('features', topicsOf(context), window)}.arrow`);
          const file = prepareBatches(path, batches);
          return { files: [file], bytes: file.position };
        },
        deadLetters: () => [],
      };
    },
  });
  return partitionedPart(context, stage, view, body);
}

function topicsOf({ view }: ServiceContext): string {
  return view.state.run!.topics;
}

function prepareBatches(path: string, batches: readonly Batch[]): AtomicFile {
  const writer = new BatchFileWriter(path);
  try {
    for (const batch of batches) writer.write(batch);
    return writer.prepare();
  } catch (error) {
    writer.abort();
    throw error;
  }
}
