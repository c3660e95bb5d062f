import { loadConfig } from '../../lib/config/index.js';
import { freezeScaler, type Scaler } from '../../lib/learning/scaler.js';
import { MessageChain } from '../../services/plan/measure/message-chain.js';
import { momentsTree } from '../../services/scaler/block-moments.js';
import { MomentsOperator, ScalerOperator } from '../../services/scaler/operator.js';
import { encodeEvents } from '../../services/wire/events.js';
import { decodeFeatures } from '../../services/wire/features.js';
import type { WireMessage } from '../../services/wire/message.js';
import { received } from './message-chain.js';
import { type RawShape, rawEvents, sourceOf } from './raw-blocks.js';

/** One message of each topic, all of the same block, and the stages that made them. */
export interface ChainMessages {
  readonly chain: MessageChain;
  readonly scaler: Scaler;
  readonly messages: Readonly<Record<'events' | 'selected' | 'features' | 'scaled', WireMessage>>;
}

/** Messages of a random block, made by the stages as a run makes them. */
export function chainMessages(given: Partial<RawShape> = {}): ChainMessages {
  const { config, profile } = loadConfig({
    environment: {},
    currentDirectory: '/',
    needs: 'none',
    resolveFiles: false,
  });
  const chain = new MessageChain({ config, profile });
  const shape = { seed: 7, count: 200, wide: false, amplified: true, tables: false, triggers: 1, ...given };
  const events = encodeEvents({ source: sourceOf(shape), medianWeight: 1, events: rawEvents(shape) });
  const { message: selected } = chain.select(received(events));
  const features = chain.featurize(received(selected));
  const { layout } = chain.expected;
  const moments = new MomentsOperator(layout, 'none');
  const block = decodeFeatures(received(features), chain.expected);
  const tree = momentsTree();
  tree.push(moments.process(block.features, block.columns, block.source)!);
  const scaler = freezeScaler(tree.result()!, layout.kinds, {
    type: 'standard',
    weights: 'none',
    minFilled: 10,
    minRelativeStd: 1e-6,
    constantColumns: 'around',
  });
  const scaled = chain.scale(received(features), new ScalerOperator(scaler, layout.maskWords));
  return { chain, scaler, messages: { events, selected, features, scaled } };
}
