import assert from 'node:assert/strict';
import test from 'node:test';
import type { RecordOf } from '../../../services/kafka/progress-records.js';
import { SharedParts } from '../../../services/kafka/shared-parts.js';

const file = (index: number, more: Partial<RecordOf<'file'>> = {}): RecordOf<'file'> =>
  structuredClone({
    type: 'file',
    index,
    sample: 'ttbar',
    kind: 'background',
    name: `${index}.root`,
    fingerprint: 'f'.repeat(64),
    bytes: 1,
    entries: 100,
    data: false,
    median_weight: 1,
    sums: [[410470, 12.5]],
    weights: { entries: 100, productions: [], medianPerPb: 2, corruptRows: 0 },
    ...more,
  });

test('what files have in common is equal to what came in', () => {
  const parts = new SharedParts();
  const { weights: _, ...bare } = file(5);
  const files: RecordOf<'file'>[] = [
    file(0),
    file(1),
    file(2, { sums: [[1, 2]] }),
    file(3, { sample: 'wz' }),
    file(4),
    bare,
    file(6),
  ];
  for (const record of files) {
    const { sample, sums, weights } = record;
    const given = weights === undefined ? { sample, sums } : { sample, sums, weights };
    assert.deepEqual(parts.file(record), given);
  }
});

test('and is held once for the files of a sample', () => {
  const parts = new SharedParts();
  const [first, second, other] = [
    parts.file(file(0)),
    parts.file(file(1)),
    parts.file(file(2, { sums: [] })),
  ];
  assert.equal(second.sums, first.sums);
  assert.equal(second.weights, first.weights);
  assert.notEqual(other.sums, first.sums);
  assert.equal(other.weights, first.weights);
});

test('models, and where they apply, are equal to what came in', () => {
  const parts = new SharedParts();
  const model = (id: string, scaler: string) =>
    ({ type: 'model', id, scaler, generation: 0, final: false, published_ms: 1, from: 2 }) as const;
  for (const record of [model('a', 's'), model('b', 's'), model('c', 't')])
    assert.deepEqual(parts.model(record), record);
  const applies = (name: string) => ({ type: 'applies', model: name, partition: 1, offset: 3 }) as const;
  for (const name of ['a', 'b'])
    assert.deepEqual(parts.applies(applies(name), [{ id: 'a' }, { id: 'b' }]), applies(name));
});
