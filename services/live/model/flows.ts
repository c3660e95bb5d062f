import { stages } from '../../../lib/telemetry/metric-list.js';
import type { FlowEdge, FlowNode } from '../shared/snapshot.js';

/** The dataflow as a picture, and which part of a run each of its stages works for. */
export interface FlowPlan {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
  readonly stages: readonly string[];
  /** Name of the phase, by stage; a stage without one works as long as the run. */
  readonly phaseOf: Readonly<Record<string, string>>;
  /** In what the lag of a stage is counted. */
  readonly lagUnit: (stage: string) => string;
}

const stage = (id: string, title: string, column: number, row: number): FlowNode => ({
  id,
  title,
  kind: 'stage',
  column,
  row,
});
const files = (id: string, title: string, column: number, row: number): FlowNode => ({
  id,
  title,
  kind: 'files',
  column,
  row,
});
const edge = (from: string, to: string, label: string, of: string, side: 'in' | 'out'): FlowEdge => ({
  from,
  to,
  label,
  of: { stage: of, side },
});
const once = (from: string, to: string, label: string): FlowEdge => ({ from, to, label, of: undefined });

/** Over Kafka (docs/kafka.md); labels are topics. */
export const kafkaFlow: FlowPlan = {
  nodes: [
    files('input', 'ROOT files', 0, 0),
    stage('ingest', 'ingest', 1, 0),
    stage('selector', 'selector', 2, 0),
    stage('featurizer', 'featurizer', 3, 0),
    stage('scaler', 'scaler', 4, 0),
    stage('scorer', 'scorer', 5, 0),
    files('scores', 'score files', 6, 0),
    stage('scaler_moments', 'moments', 4, 1),
    stage('trainer', 'trainer', 5, 1),
    stage('feature_files', 'writer', 4, 2),
    files('features', 'feature files', 5, 2),
  ],
  edges: [
    edge('input', 'ingest', 'blocks', 'ingest', 'in'),
    edge('ingest', 'selector', 'events', 'ingest', 'out'),
    edge('selector', 'featurizer', 'selected', 'selector', 'out'),
    edge('featurizer', 'scaler', 'features', 'featurizer', 'out'),
    edge('featurizer', 'scaler_moments', 'features', 'scaler_moments', 'in'),
    edge('featurizer', 'feature_files', 'features', 'feature_files', 'in'),
    once('scaler_moments', 'scaler', 'scaler'),
    edge('scaler', 'scorer', 'scaled', 'scaler', 'out'),
    edge('scaler', 'trainer', 'scaled', 'trainer', 'in'),
    once('trainer', 'scorer', 'model'),
    edge('scorer', 'scores', 'scores', 'scorer', 'out'),
    edge('feature_files', 'features', 'features', 'feature_files', 'out'),
  ],
  stages,
  phaseOf: {},
  lagUnit: (stage) => (stage === 'ingest' ? 'blocks' : 'messages'),
};

/** In one process: features of a range are made in one go, and scaling goes with training and scoring. */
export const embeddedFlow: FlowPlan = {
  nodes: [
    files('input', 'ROOT files', 0, 0),
    stage('ingest', 'ingest', 1, 0),
    stage('selector', 'selector', 2, 0),
    stage('featurizer', 'featurizer', 3, 0),
    files('features', 'feature files', 4, 0),
    stage('scorer', 'scorer', 5, 0),
    files('scores', 'score files', 6, 0),
    stage('scaler_moments', 'moments', 4, 1),
    stage('trainer', 'trainer', 5, 1),
  ],
  edges: [
    edge('input', 'ingest', 'entries', 'ingest', 'in'),
    edge('ingest', 'selector', 'events', 'ingest', 'out'),
    edge('selector', 'featurizer', 'selected', 'selector', 'out'),
    edge('featurizer', 'features', 'features', 'featurizer', 'out'),
    edge('featurizer', 'scaler_moments', 'background', 'scaler_moments', 'in'),
    once('scaler_moments', 'trainer', 'scaler'),
    edge('features', 'trainer', 'megasets', 'trainer', 'in'),
    edge('features', 'scorer', 'features', 'scorer', 'in'),
    once('trainer', 'scorer', 'model'),
    edge('scorer', 'scores', 'scores', 'scorer', 'out'),
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
