import { dataEdge, type FlowPlan, filesNode, onceEdge, stageNode } from './flow-plan.js';

/** In one process: features of a range are made in one go, and scaling goes with training and scoring. */
export const embeddedFlow: FlowPlan = {
  nodes: [
    filesNode('input', 'ROOT files', 0, 0),
    stageNode('ingest', 'ingest', 1, 0),
    stageNode('selector', 'selector', 2, 0),
    stageNode('featurizer', 'featurizer', 3, 0),
    filesNode('features', 'feature files', 4, 0),
    stageNode('scorer', 'scorer', 5, 0),
    filesNode('scores', 'score files', 6, 0),
    stageNode('scaler_moments', 'moments', 4, 1),
    stageNode('trainer', 'trainer', 5, 1),
  ],
  edges: [
    dataEdge('input', 'ingest', 'entries', 'ingest', 'in'),
    dataEdge('ingest', 'selector', 'events', 'ingest', 'out'),
    dataEdge('selector', 'featurizer', 'selected', 'selector', 'out'),
    dataEdge('featurizer', 'features', 'features', 'featurizer', 'out'),
    dataEdge('featurizer', 'scaler_moments', 'background', 'scaler_moments', 'in'),
    onceEdge('scaler_moments', 'trainer', 'scaler'),
    dataEdge('features', 'trainer', 'megasets', 'trainer', 'in'),
    dataEdge('features', 'scorer', 'features', 'scorer', 'in'),
    onceEdge('trainer', 'scorer', 'model'),
    dataEdge('scorer', 'scores', 'scores', 'scorer', 'out'),
  ],
  stages: ['ingest', 'selector', 'featurizer', 'scaler_moments', 'trainer', 'scorer'],
  phaseOf: {
    ingest: 'features',
    selector: 'features',
    featurizer: 'features',
    scaler_moments: 'features',
    trainer: 'train',
    scorer: 'score',
  },
  lagUnit: (stage) => (stage === 'trainer' ? 'rows' : 'ranges'),
};
