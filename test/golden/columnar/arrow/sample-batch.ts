import type { BatchColumn } from '../../../../lib/columnar/arrow/batch.js';
import type { FeatureBatch } from '../../../../lib/columnar/arrow/feature-batch.js';

/** Feature rows whose every number follows from its place, so that other software can be asked for them. */
export function sampleBatch(number: number, rows: number, maskWords = 1): FeatureBatch {
  const place = (i: number) => number * 1000 + i;
  const offsets = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i]! + ((place(i) * 5) % 4) ** 2;
  const flat = (name: string, data: Extract<BatchColumn, { kind: 'flat' }>['data']): BatchColumn => ({
    kind: 'flat',
    name,
    data,
  });
  const big = (value: (i: bigint) => bigint) =>
    BigInt64Array.from({ length: rows }, (_, i) => value(BigInt(place(i))));
  return {
    layout: 'rmm/thesis/T4N5/j6b6e5m5',
    source: {
      file: 'mc/zee.root',
      firstEntry: number * 10_000,
      entries: 10_000,
      facts: { sample: 'zee', kind: 'background', fingerprint: 'c0ffee' },
    },
    features: {
      rows,
      columns: 529,
      maskWords,
      masks: Uint32Array.from(
        { length: rows * maskWords },
        (_, i) => (Math.imul(i + number, 0x9e3779b1) | 1) >>> 0,
      ),
      offsets,
      values: Float32Array.from({ length: offsets[rows]! }, (_, i) => (place(i) - 500) / 7),
    },
    columns: [
      flat('run', new Int32Array(rows).fill(284500)),
      flat(
        'event',
        big((i) => 9_007_199_254_740_993n + i),
      ),
      flat(
        'weight',
        Float64Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? -0.1 : 0.3) * place(i)),
      ),
      {
        kind: 'flat',
        name: 'mlll',
        nanIsNull: true,
        data: Float32Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? place(i) / 3 : Number.NaN)),
      },
      flat(
        'n_jets',
        Int16Array.from({ length: rows }, (_, i) => (i % 7) - 1),
      ),
      flat(
        'split',
        Uint8Array.from({ length: rows }, (_, i) => i % 3),
      ),
      flat(
        'hash',
        BigUint64Array.from({ length: rows }, (_, i) => 2n ** 64n - 1n - BigInt(place(i))),
      ),
      {
        kind: 'dictionary',
        name: 'flcomp',
        codes: Uint8Array.from({ length: rows }, (_, i) => (i + number) % 3),
        dictionary: number === 1 ? ['mm', 'ee', 'em'] : ['ee', 'em', 'mm'],
      },
      {
        kind: 'boolean',
        name: 'late',
        data: Uint8Array.from({ length: rows }, (_, i) => Number(i % 11 === 3)),
      },
      objects(number, rows),
    ],
  };
}

/** Objects of three fields: row i has i % 4 of them. */
function objects(number: number, rows: number): BatchColumn {
  const offsets = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i]! + ((number + i) % 4);
  const length = offsets[rows]!;
  return {
    kind: 'group',
    name: 'objects',
    offsets,
    fields: [
      { name: 'pt', values: Float32Array.from({ length }, (_, k) => 1000 * number + k / 3) },
      { name: 'type', values: Int32Array.from({ length }, (_, k) => 11 + 2 * (k % 2)) },
      { name: 'tight', values: Uint8Array.from({ length }, (_, k) => k % 2) },
    ],
  };
}
