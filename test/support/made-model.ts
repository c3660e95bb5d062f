import { initialParameters } from '../../lib/learning/initialise.js';
import type { Model } from '../../lib/learning/model.js';
import { buildNetwork } from '../../lib/learning/network.js';
import { makeRows, scalerOf, smallSetup } from '../unit/learning/fixtures.js';

/** A small model that has learnt nothing, over 20 made columns, some of which go around the network. */
export function madeModel(): Model {
  const data = makeRows(4, 300, 20);
  const scaler = scalerOf(data, 150);
  const network = buildNetwork(smallSetup(data).network.description, scaler.trained.length);
  return {
    network,
    scaler,
    parameters: initialParameters(network, 1),
    usual: Float64Array.from({ length: network.columns }, (_, column) => 1 / (3 + column)),
    usualFloor: 0.01,
    ...madeDescription(data.rows.columns),
  };
}

/** What a model of made columns says of itself. */
export function madeDescription(columns: number): Pick<Model, 'features' | 'record' | 'card'> {
  return {
    features: {
      layout: `made/${columns}`,
      names: Array.from({ length: columns }, (_, column) => `c(${column})`),
      settings: { type: 'rmm', convention: 'thesis' },
    },
    record: { program: '9.8.7', losses: [0.5, 0.25] },
    card: '# Model card\n\nmt2 \u2265 0\n',
  };
}
