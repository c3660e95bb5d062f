import type { LoadedConfig } from '../../lib/config/index.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import { initialParameters } from '../../lib/learning/initialise.js';
import type { Model } from '../../lib/learning/model.js';
import { buildNetwork } from '../../lib/learning/network.js';
import { freezeScaler, type Scaler } from '../../lib/learning/scaler.js';
import { featurizerOf } from '../../services/featurizer/config.js';
import { MessageChain } from '../../services/plan/measure/message-chain.js';
import { momentsTree } from '../../services/scaler/block-moments.js';
import { scalerOptions } from '../../services/scaler/config.js';
import { MomentsOperator, ScalerOperator } from '../../services/scaler/operator.js';
import { networkOf } from '../../services/trainer/config.js';
import { modelFeatures } from '../../services/trainer/training-record.js';
import { encodeEvents } from '../../services/wire/events.js';
import { decodeFeatures } from '../../services/wire/features.js';
import type { WireMessage } from '../../services/wire/message.js';
import { received } from './message-chain.js';
import { rawEvents } from './raw-blocks.js';

/** Settings with which most random events give rows. */
export const takesRandomEvents = {
  selection: { leptons: 'at_least_2' },
  features: { min_filled: 5 },
} as const;

export interface MadeBlock {
  readonly source: BlockSource;
  readonly features: WireMessage;
  readonly scaled: WireMessage;
}

export interface MadeBlocks {
  readonly chain: MessageChain;
  readonly scaler: Scaler;
  readonly blocks: readonly MadeBlock[];
  /** Rows of background by split code. */
  readonly rowsBySplit: readonly number[];
}

/** Blocks of one background file with random events, from their events to scaled rows, by the stages' own operators. */
export function scaledBlocks(
  { config, profile }: Pick<LoadedConfig, 'config' | 'profile'>,
  count: number,
  { entries = 300, fingerprint = '1'.padStart(64, '0') } = {},
): MadeBlocks {
  const chain = new MessageChain({ config, profile });
  const moments = new MomentsOperator(chain.expected.layout, config.scaler.weights);
  const tree = momentsTree();
  const rowsBySplit = [0, 0, 0, 0];
  const features = Array.from({ length: count }, (_, number) => {
    const shape = { seed: number, count: entries, wide: false, amplified: false, tables: false, triggers: 1 };
    const source: BlockSource = {
      sample: 'zee',
      kind: 'background',
      file: 'mc/zee.root',
      fingerprint,
      first: 8192 * number,
      entries,
    };
    const events = encodeEvents({ source, medianWeight: 1, events: rawEvents(shape) });
    const message = chain.featurize(received(chain.select(received(events)).message));
    const block = decodeFeatures(received(message), chain.expected);
    const found = moments.process(block.features, block.columns, source);
    if (found !== undefined) tree.push(found);
    for (const [code, rows] of block.record.rowsBySplit.entries()) rowsBySplit[code]! += rows;
    return { source, message };
  });
  const scaler = freezeScaler(tree.result()!, chain.expected.layout.kinds, scalerOptions(config));
  const operator = new ScalerOperator(scaler, chain.expected.layout.maskWords);
  const blocks = features.map(({ source, message }) => ({
    source,
    features: message,
    scaled: chain.scale(received(message), operator),
  }));
  return { chain, scaler, blocks, rowsBySplit };
}

/** A model that has learnt nothing, for rows that `scaler` has scaled; another seed is another model. */
export function rawModel(
  { config, profile }: Pick<LoadedConfig, 'config' | 'profile'>,
  scaler: Scaler,
  seed: number,
): Model {
  const network = buildNetwork(networkOf(config), scaler.trained.length);
  const usual = new Float64Array(scaler.trained.length).fill(1);
  return {
    network,
    scaler,
    parameters: initialParameters(network, seed),
    usual,
    usualFloor: 0.01,
    features: modelFeatures(config.features, featurizerOf(config).layout),
    record: { seed, settings: { selection: config.selection, features: config.features }, profile },
    card: '# Model card\n',
  };
}
