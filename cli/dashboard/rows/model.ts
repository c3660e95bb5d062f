import { gauge, rate } from '../metric-query.js';
import { named, type Row } from '../panel.js';

/** What is learned, and how far the data have moved from it. */
export const model: Row = {
  title: 'Model, scaler, drift',
  panels: [
    {
      title: 'Loss',
      description: 'On training and on validation events, of the last epoch, over trained columns.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      queries: [
        named('training', gauge('min', 'trainingLoss', 'stage')),
        named('validation', gauge('min', 'validationLoss', 'stage')),
      ],
    },
    {
      title: 'Epochs',
      description: 'Epochs of the training that ended, each second; 0 while nothing is trained.',
      kind: 'lines',
      unit: 'cps',
      width: 8,
      queries: [rate('trainingEpochs', 'stage')],
    },
    {
      title: 'Drift by kind of feature',
      description: 'Largest distance of a feature from the frozen scaler, in standard deviations.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      queries: [gauge('max', 'drift', 'kind')],
    },
    {
      title: 'Drifting features',
      description: 'Features further from the frozen scaler than continuous.drift_limit.',
      kind: 'stacked',
      unit: 'none',
      width: 8,
      queries: [gauge('max', 'driftingFeatures', 'kind')],
    },
    {
      title: 'Age of model and scaler',
      description: 'Since the newest one that a stage made or uses was made.',
      kind: 'lines',
      unit: 's',
      width: 8,
      queries: [
        named('model', gauge('min', 'modelAge', 'stage')),
        named('scaler', gauge('min', 'scalerAge', 'stage')),
      ],
    },
    {
      title: 'Models in use',
      description: 'The newest model that each stage made or uses.',
      kind: 'labels',
      unit: 'none',
      width: 8,
      queries: [gauge('sum', 'modelInfo', 'stage', 'version')],
    },
    {
      title: 'Scalers in use',
      description: 'The scaler that each stage made or uses.',
      kind: 'labels',
      unit: 'none',
      width: 8,
      queries: [gauge('sum', 'scalerInfo', 'stage', 'version')],
    },
  ],
};
