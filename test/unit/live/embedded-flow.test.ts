import assert from 'node:assert/strict';
import test from 'node:test';
import { embeddedDataflow } from '../../../services/graph/embedded-dataflow.js';
import { outputNames } from '../../../services/graph/output-names.js';
import { embeddedFlow } from '../../../services/live/model/embedded-flow.js';
import { phases } from '../../../services/pipeline/watch.js';
import { kafkaConfig } from '../../support/service-context.js';

/** Parts that work for a stage of the picture in its place, by their names in the graph. */
const parts: Readonly<Record<string, string>> = { feature_files: 'featurizer', scaler: 'trainer' };
/** Before and after the flow. */
const apart = ['weights', 'evaluate'];
/** Files that the picture shows; others are what an edge is. */
const shown: readonly string[] = [outputNames.features, outputNames.scores];

test('the picture of a run in one process has the stages and the edges of rmmstream graph', () => {
  const { config } = kafkaConfig({ engine: { type: 'embedded' } });
  const { nodes, edges } = embeddedDataflow(config);
  const nodeOf = (id: string) => nodes.find((node) => node.id === id)!;
  const isPassed = (id: string) => nodeOf(id).kind === 'files' && !shown.includes(nodeOf(id).lines[0]!);
  const nameOf = (id: string) => {
    const { kind, lines } = nodeOf(id);
    return kind === 'input' ? 'input' : (parts[lines[0]!] ?? lines[0]!);
  };
  const data = edges.filter(({ kind }) => kind === 'data');
  const wanted = new Set(
    data
      .filter(({ from }) => !isPassed(from))
      .flatMap(({ from, to }) => {
        const ends = isPassed(to) ? data.filter((next) => next.from === to).map((next) => next.to) : [to];
        return ends.map((end) => [nameOf(from), nameOf(end)] as const);
      })
      .filter(([from, to]) => from !== to && !apart.includes(from) && !apart.includes(to))
      .map(([from, to]) => `${from} > ${to}`),
  );
  assert.deepEqual(new Set(embeddedFlow.edges.map(({ from, to }) => `${from} > ${to}`)), wanted);
  assert.equal(embeddedFlow.edges.length, wanted.size);
  for (const [stage, phase] of Object.entries(embeddedFlow.phaseOf))
    assert.ok(embeddedFlow.stages.includes(stage) && (phases as readonly string[]).includes(phase), stage);
});
