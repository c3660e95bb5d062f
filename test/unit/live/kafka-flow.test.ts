import assert from 'node:assert/strict';
import test from 'node:test';
import { stages as stageLabels } from '../../../lib/telemetry/metric-list.js';
import { kafkaDataflow } from '../../../services/graph/kafka-dataflow.js';
import { roles, stages } from '../../../services/kafka/stages.js';
import { kafkaFlow } from '../../../services/live/kafka/kafka-flow.js';
import { kafkaPhases } from '../../../services/live/kafka/run-phases.js';
import { kafkaConfig } from '../../support/service-context.js';

const labels = new Map<string, string>([
  ...Object.values(stages).map(({ role, label }) => [role, label] as const),
  [roles.trainer.role, 'trainer'],
]);

/** The graph of `rmmstream graph` without its topics, and without roles that only keep books. */
function edgesOfGraph(config: Parameters<typeof kafkaDataflow>[0]): Set<string> {
  const { nodes, edges } = kafkaDataflow(config);
  const names = new Map(
    nodes.map(({ id, kind, lines }) => {
      if (kind === 'stage' || kind === 'role') return [id, labels.get(lines[0]!)];
      return [id, kind === 'input' ? 'input' : kind === 'files' ? lines[0] : undefined];
    }),
  );
  const kindOf = (id: string) => nodes.find((node) => node.id === id)!.kind;
  const data = edges.filter(({ kind }) => kind === 'data');
  const found = new Set<string>();
  for (const { from, to } of data) {
    const ends =
      kindOf(to) === 'topic' ? data.filter((next) => next.from === to).map((next) => next.to) : [to];
    for (const end of kindOf(from) === 'topic' ? [] : ends) {
      const [a, b] = [names.get(from), names.get(end)];
      if (a !== undefined && b !== undefined && a !== b) found.add(`${a} > ${b}`);
    }
  }
  return found;
}

for (const [name, given] of [
  ['a bounded run', {}],
  ['a run without end', { input: { mode: 'continuous' } }],
  [
    'a run without end that keeps no features',
    { input: { mode: 'continuous' }, output: { keep_features: false } },
  ],
] as const) {
  test(`${name}: the picture has the stages and the edges of rmmstream graph`, () => {
    const { config } = kafkaConfig(given);
    const { nodes, edges, stages: drawn } = kafkaFlow(config);
    const ids = nodes.map(({ id }) => id);
    const wanted = edgesOfGraph(config);
    assert.deepEqual(new Set(edges.map(({ from, to }) => `${from} > ${to}`)), wanted);
    assert.equal(edges.length, wanted.size);
    const parts = kafkaDataflow(config).nodes.flatMap(({ kind, lines }) =>
      kind === 'stage' || kind === 'role' ? [labels.get(lines[0]!)] : [],
    );
    assert.deepEqual([...drawn].sort(), parts.filter((part) => part !== undefined).sort());
    assert.deepEqual(
      ids.filter((id) => (stageLabels as readonly string[]).includes(id)).sort(),
      [...drawn].sort(),
    );
  });
}

test('edges are called by their topics; what passes once is the scaler and the model', () => {
  const { edges, phaseOf, stages: drawn } = kafkaFlow(kafkaConfig().config);
  const said = edges.map(
    ({ from, to, label, of }) => `${from} ${label} ${to}${of === undefined ? ' once' : ''}`,
  );
  for (const line of [
    'input blocks ingest',
    'ingest events selector',
    'featurizer features scaler',
    'scaler scaled scorer',
    'scaler scaled trainer',
    'scaler_moments scaler scaler once',
    'trainer model scorer once',
  ])
    assert.ok(said.includes(line), `${line} in ${said.join(', ')}`);
  for (const [stage, phase] of Object.entries(phaseOf))
    assert.ok(drawn.includes(stage) && kafkaPhases.includes(phase), stage);
});
