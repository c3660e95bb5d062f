import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { loadModel } from '../../../services/scorer/model-folder.js';
import { modelCard } from '../../../services/trainer/model-card.js';
import type { TrainingRecord } from '../../../services/trainer/training-record.js';

const { model } = loadModel(join(packageRoot, 'test/golden/learning/model-vae.zip'));
const record = model.record as unknown as TrainingRecord;
const card = modelCard(model);

test('the card has what a reviewer asks for, from the record', () => {
  const titles = [...card.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  assert.deepEqual(titles, [
    'Intended use',
    'Training data',
    'Features',
    'Selection',
    'Scaling',
    'Network',
    'Training',
    'Scores',
    'Evaluation',
    'Limits',
    'Scoring with ONNX',
    'Checking',
  ]);
  const facts = [
    record.data.fingerprint,
    record.selection_hash,
    record.configuration_hash,
    model.features.layout,
    model.scaler.id,
    `by its minimum and range`,
    ...record.data.files.map(({ fingerprint }) => fingerprint),
    ...['`error`', '`error_normalised`', '`error_abs`'],
    '| `jet_pt_min_gev` | `20` |',
    '| 2 (mean, log variance) | 12 | 4 | linear |',
    record.training.epochs.at(-1)!.loss.toPrecision(5),
  ];
  for (const fact of facts) assert.ok(card.includes(fact), fact);
  assert.doesNotMatch(card, /undefined|NaN|\[object/);
});

test('every row of a table has the cells of its titles', () => {
  const lines = card.split('\n');
  const cells = (line: string) => line.replaceAll('\\|', '').split('|').length;
  for (const [index, line] of lines.entries())
    if (line.startsWith('|') && lines[index - 1]!.startsWith('|'))
      assert.equal(cells(line), cells(lines[index - 1]!), line);
});

test('what a record lacks is not made up: a generation is named where there is one', () => {
  assert.doesNotMatch(card, /generation/);
  assert.match(
    modelCard({ ...model, record: { ...record, generation: 3 } }),
    /generation 3 of a run without end/,
  );
});

test('for a table of named columns the Python lines take the names from the model', () => {
  const features = { ...model.features, settings: { type: 'report33' } };
  assert.match(modelCard({ ...model, features }), /custom_metadata_map\["feature_names"\]/);
});
