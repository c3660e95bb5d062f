import type { ParquetColumn } from '../lib/columnar/parquet/column.js';

/** A small generator for repeatable bench input (xorshift32), numbers in [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x100000000;
  };
}

function floats(rows: number, next: () => number): Float32Array {
  return Float32Array.from({ length: rows }, next);
}

/** Columns like those of a scores file: one sample after another, falling spectra, errors over decades. */
export function scoreTable(rows: number): ParquetColumn[] {
  const random = uniform(7);
  const spectrum = (scale: number) => () => -scale * Math.log(1 - random());
  const events = new BigInt64Array(rows);
  const entries = new BigInt64Array(rows);
  let entry = 0;
  for (let i = 0; i < rows; i++) {
    entry += 1 + Math.floor(random() * 3);
    entries[i] = BigInt(entry);
    events[i] = 9_007_199_254_740_993n + BigInt(entry);
  }
  const samples = 10;
  const sampleOf = (i: number) => Math.floor((i * samples) / rows);
  const bySample = (name: string, dictionary: string[], code: (sample: number) => number): ParquetColumn => ({
    name,
    type: 'dictionary',
    codes: Uint8Array.from({ length: rows }, (_, i) => code(sampleOf(i))),
    dictionary,
  });
  const constant = (name: string, text: string): ParquetColumn => bySample(name, [text], () => 0);
  const error = floats(rows, () => 10 ** (random() * 3 - 2));
  return [
    { name: 'run_number', type: 'int32', data: new Int32Array(rows).fill(284500) },
    { name: 'event_number', type: 'int64', data: events },
    {
      name: 'channel',
      type: 'int32',
      data: Int32Array.from({ length: rows }, (_, i) => 361100 + sampleOf(i)),
    },
    bySample(
      'sample',
      Array.from({ length: samples }, (_, i) => `sample-${i}`),
      (sample) => sample,
    ),
    bySample('kind', ['background', 'signal'], (sample) => (sample > 7 ? 1 : 0)),
    {
      name: 'split',
      type: 'dictionary',
      codes: Uint8Array.from({ length: rows }, () => Math.max(0, Math.floor(random() * 10) - 7)),
      dictionary: ['train', 'validation', 'test'],
    },
    {
      name: 'megaset',
      type: 'int16',
      data: Int16Array.from({ length: rows }, () => Math.floor(random() * 10)),
    },
    {
      name: 'weight',
      type: 'double',
      data: Float64Array.from({ length: rows }, () => 1e-3 * (0.5 + random())),
    },
    { name: 'met', type: 'float', data: floats(rows, spectrum(40)) },
    { name: 'met_phi', type: 'float', data: floats(rows, () => (random() * 2 - 1) * Math.PI) },
    { name: 'mll', type: 'float', data: floats(rows, () => 91.2 + spectrum(5)()) },
    {
      name: 'mlll',
      type: 'float',
      nanIsNull: true,
      data: floats(rows, () => (random() < 0.05 ? spectrum(150)() : Number.NaN)),
    },
    { name: 'ht', type: 'float', data: floats(rows, spectrum(200)) },
    {
      name: 'n_leptons',
      type: 'int16',
      data: Int16Array.from({ length: rows }, () => (random() < 0.05 ? 3 : 2)),
    },
    {
      name: 'n_jets',
      type: 'int16',
      data: Int16Array.from({ length: rows }, () => Math.floor(-1.5 * Math.log(1 - random()))),
    },
    {
      name: 'flcomp',
      type: 'dictionary',
      codes: Uint8Array.from({ length: rows }, () => Math.floor(random() * 3)),
      dictionary: ['ee', 'em', 'mm'],
    },
    { name: 'error', type: 'float', data: error },
    { name: 'error_normalised', type: 'float', data: floats(rows, () => 10 ** (random() * 3 - 2)) },
    { name: 'error_abs', type: 'float', data: floats(rows, () => random() * 4 - 4) },
    { name: 'log10_error', type: 'float', data: error.map((value) => Math.log10(value)) },
    bySample(
      'file',
      Array.from({ length: samples }, (_, i) => `mc/sample-${i}.root`),
      (sample) => sample,
    ),
    constant('model_version', 'ae_small-3f2a9c1d7b60'),
    constant('scaler_version', 'standard-81e0c22d94aa'),
    { name: 'entry', type: 'int64', data: entries },
    { name: 'late', type: 'boolean', flags: new Uint8Array(rows) },
  ];
}
