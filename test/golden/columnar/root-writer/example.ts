import { join } from 'node:path';
import { Hash64, salt } from '../../../../lib/base/hash64.js';
import type { BranchSpec, Compression, WriterColumn } from '../../../../lib/columnar/root-writer/index.js';
import { RootTreeWriter } from '../../../../lib/columnar/root-writer/index.js';

const arrays = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export const exampleEntries = 5000;

export interface Example {
  readonly branches: readonly BranchSpec[];
  readonly columns: readonly WriterColumn[];
}

/** Every type in every form, from the event hash, so that it is the same everywhere. */
export function example(): Example {
  const hash = new Hash64().start(salt('example'));
  const word = () => hash.addInt(1).low;
  const counts = new Int32Array(exampleEntries);
  const offsets = new Int32Array(exampleEntries + 1);
  for (let entry = 0; entry < exampleEntries; entry += 1) {
    counts[entry] = word() % 5;
    offsets[entry + 1] = offsets[entry]! + counts[entry]!;
  }
  const branches: BranchSpec[] = [{ name: 'n', type: 'int32', form: 'flat' }];
  const columns: WriterColumn[] = [{ values: counts }];
  for (const type of Object.keys(arrays) as (keyof typeof arrays)[]) {
    const filled = (length: number): WriterColumn['values'] => {
      // Random bytes are every integer there is; reals and booleans need a little care.
      const bytes = new Uint8Array(length * arrays[type].BYTES_PER_ELEMENT).map(() => word() & 255);
      if (type === 'bool') return bytes.map((byte) => byte & 1);
      if (type === 'float32' || type === 'float64') {
        const reals = Float64Array.from({ length }, () => (word() - 0x80000000) * 2 ** ((word() % 40) - 30));
        return type === 'float32' ? new Float32Array(reals) : reals;
      }
      return new arrays[type](bytes.buffer, 0, length);
    };
    branches.push(
      { name: `flat_${type}`, type, form: 'flat' },
      { name: `fixed_${type}`, type, form: 'fixed', length: 3 },
      { name: `vector_${type}`, type, form: 'vector' },
      { name: `counted_${type}`, type, form: 'counted', counter: 'n' },
    );
    const items = offsets[exampleEntries]!;
    columns.push(
      { values: filled(exampleEntries) },
      { values: filled(3 * exampleEntries) },
      { values: filled(items), offsets },
      { values: filled(items), offsets },
    );
  }
  return { branches, columns };
}

export const compressions: Readonly<Record<string, Compression>> = {
  none: { type: 'none' },
  zlib: { type: 'zlib', level: 1 },
  lz4: { type: 'lz4' },
};

/** Writes the example as FOLDER/NAME.root, in batches and clusters that do not fit each other. */
export async function writeExample(folder: string, name: string): Promise<string> {
  const { branches, columns } = example();
  const path = join(folder, `${name}.root`);
  const writer = new RootTreeWriter({
    path,
    tree: 'mini',
    branches,
    compression: compressions[name]!,
    clusterEntries: 1999,
    uuid: new Uint8Array(16).fill(7),
    date: new Date('2026-01-02T03:04:05Z'),
  });
  for (const [first, end] of [
    [0, 10],
    [10, 4500],
    [4500, exampleEntries],
  ] as const) {
    await writer.append(columns, first, end - first);
  }
  await writer.close();
  return path;
}
