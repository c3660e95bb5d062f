import type { Config } from '../../lib/config/index.js';
import type { Stage } from '../../lib/telemetry/metric-list.js';
import type { Phase } from '../pipeline/watch.js';
import { type Dataflow, type FlowEdge, type FlowNode, filesNode, inputNode, nodeId } from './dataflow.js';
import { outputNames } from './output-names.js';

const { scores, features, model, modelZip, deadLetters, cutflow, run } = outputNames;
const { weighed, moments, megasets, checkpoint } = outputNames;

/** What takes part in a run in one process: stages by their names in metrics, and the steps around them. */
type Part = Stage | Extract<Phase, 'weights' | 'evaluate'>;

/** Who works where: stages of worker threads are fused, a range of entries goes through all of them in one go. */
const places: Readonly<Record<'workers' | 'main', readonly Part[]>> = {
  workers: ['weights', 'ingest', 'selector', 'featurizer', 'scaler_moments', 'feature_files', 'scorer'],
  main: ['scaler', 'trainer', 'evaluate'],
};

/** What each reads and writes; a part that is named is handed the batch itself. */
const flows: readonly (readonly [from: Part | 'input' | { file: string }, to: Part | { file: string }])[] = [
  ['input', 'weights'],
  ['weights', { file: weighed }],
  [{ file: weighed }, 'ingest'],
  ['input', 'ingest'],
  ['ingest', 'selector'],
  ['selector', 'featurizer'],
  ['selector', { file: cutflow }],
  ['featurizer', 'scaler_moments'],
  ['featurizer', 'feature_files'],
  ['feature_files', { file: features }],
  ['scaler_moments', { file: moments }],
  [{ file: moments }, 'scaler'],
  ['scaler', 'trainer'],
  [{ file: features }, 'trainer'],
  ['trainer', { file: megasets }],
  ['trainer', { file: checkpoint }],
  ['trainer', { file: model }],
  ['trainer', { file: modelZip }],
  [{ file: features }, 'scorer'],
  [{ file: model }, 'scorer'],
  ['scorer', { file: scores }],
  [{ file: scores }, 'evaluate'],
  ['evaluate', { file: run }],
];

/** The dataflow of `rmmstream run` in one process. */
export function embeddedDataflow(config: Config): Dataflow {
  const boxOf = (part: Part) => (places.workers.includes(part) ? 'workers' : 'main');
  const parts = [...places.workers, ...places.main].map((part): FlowNode => {
    return { id: nodeId('stage', part), kind: 'stage', lines: [part], box: boxOf(part) };
  });
  const files = new Set(
    [...flows.flat(), { file: deadLetters }].flatMap((end) => (typeof end === 'string' ? [] : [end.file])),
  );
  const idOf = (end: (typeof flows)[number][number]) =>
    end === 'input' ? end : typeof end === 'string' ? nodeId('stage', end) : nodeId('files', end.file);
  const { workers } = config.engine;
  return {
    title: 'rmmstream in one process',
    boxes: [
      { id: 'workers', title: workers === 1 ? '1 worker thread' : `${workers} worker threads` },
      { id: 'main', title: 'main thread' },
    ],
    nodes: [inputNode(config.input.samples), ...parts, ...[...files].map(filesNode)],
    edges: [
      ...flows.map(([from, to]): FlowEdge => ({ from: idOf(from), to: idOf(to), kind: 'data' })),
      { from: nodeId('stage', 'selector'), to: nodeId('files', deadLetters), kind: 'dead' },
    ],
  };
}
