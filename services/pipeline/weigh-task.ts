import { columnReaderFrom } from '../../lib/columnar/root/index.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { FileWeigher, type FileWeights } from '../ingest/weigh.js';
import { selectionOf } from '../selector/config.js';
import type { RunSettings } from './file-context.js';
import type { ProgressStep, WeighTask } from './tasks.js';

/** Entries read at a time: only a few branches are, so more than a block. */
const chunkEntries = 16 * blockEntries;

/** The weight-only pass over one simulated file. */
export async function runWeighTask(
  task: WeighTask,
  settings: RunSettings,
  step: (step: ProgressStep) => void,
): Promise<FileWeights> {
  const { file } = task;
  const { weight, event, tree } = settings.profile;
  const branches = [event.channel.branch, ...weight.factors, weight.cross_section_pb, weight.sum_weights];
  const reader = await columnReaderFrom(file.metadata, tree, branches);
  try {
    const weigher = new FileWeigher(file.name, file.entries);
    for (let first = 0; first < file.entries; first += chunkEntries) {
      const count = Math.min(chunkEntries, file.entries - first);
      const [channels, ...rest] = reader.read(first, count).map((column) => column.values);
      weigher.add({
        count,
        channel: channels!,
        factors: rest.slice(0, weight.factors.length),
        crossSection: rest[weight.factors.length]!,
        sumOfWeights: rest[weight.factors.length + 1]!,
      });
      step({ events: count });
    }
    return weigher.finish({ absurdFactor: selectionOf(settings.config).absurdWeightFactor });
  } finally {
    reader.close();
  }
}
