import { RmmError } from '../../lib/base/error.js';
import { blockKey } from '../../lib/flow/block-source.js';
import { highLevelRowsOf } from '../featurizer/high-level.js';
import { readTopic } from '../kafka/read-topic.js';
import type { RunView } from '../kafka/run-view.js';
import { loadFrozen } from '../scaler/frozen-scaler.js';
import { ScalerOperator } from '../scaler/operator.js';
import { decodeFeatures, type FeaturesBlock, type RowExpectation } from '../wire/features.js';
import type { WireMessage } from '../wire/message.js';
import { encodeScaled } from '../wire/scaled.js';
import { lateRows } from './late-rows.js';

/**
 * The scaled rows of a block, made again from what is on features: read from its file it would be there twice, in
 * feature files and for a replay too. The scaler is frozen, so the rows are late.
 * @throws letter_not_redrivable where features holds no sound message of the block
 */
export async function scaledAgain(
  run: RunView,
  partition: number,
  source: { readonly fingerprint: string; readonly first: number },
  expected: RowExpectation,
): Promise<WireMessage> {
  const { client, names, view, signal } = run;
  const key = blockKey(source);
  let found: FeaturesBlock | undefined;
  await readTopic(client, names.topic('features'), partition, signal, (message) => {
    if (message.key !== key) return undefined;
    try {
      const block = decodeFeatures(message, expected);
      if (block.source.late?.countedAs !== undefined) return undefined;
      found = block;
      return 'enough';
    } catch (error) {
      if (error instanceof RmmError && error.domain === 'data') return undefined;
      throw error;
    }
  });
  const record = view.state.scaler;
  if (found === undefined || record === undefined) {
    throw new RmmError(
      'letter_not_redrivable',
      `${names.topic('features')} holds no sound message of block ${key}: re-drive the dead letter of that one`,
      { context: { block: key } },
    );
  }
  const { scaler } = await loadFrozen(run, record, signal);
  const late = lateRows(found);
  const highLevel = highLevelRowsOf(run.loaded.config);
  const scaled = new ScalerOperator(scaler, expected.layout.maskWords, highLevel).process(
    late.features,
    late.columns,
  );
  return encodeScaled({ ...late, source: { ...late.source, late: {} }, scaled });
}
