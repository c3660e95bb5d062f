import { corrupt } from './files.js';
import type { ParameterSpec } from './network.js';
import { floatsFromLittleEndian, littleEndianFloats } from './onnx-graph.js';

/** Where a tensor lies in a file of little-endian float32 values, row-major. */
export interface TensorEntry {
  readonly name: string;
  readonly dims: readonly number[];
  /** In bytes. */
  readonly offset: number;
}

/** Tensors one after another, without gaps, and their index. */
export function packTensors(
  specs: readonly ParameterSpec[],
  tensors: readonly Float32Array[],
  prefix = '',
): { bytes: Uint8Array; entries: TensorEntry[] } {
  const entries: TensorEntry[] = [];
  let offset = 0;
  for (const spec of specs) {
    entries.push({ name: prefix + spec.name, dims: spec.dims, offset });
    offset += 4 * spec.size;
  }
  const bytes = new Uint8Array(offset);
  tensors.forEach((values, index) => {
    bytes.set(littleEndianFloats(values), entries[index]!.offset);
  });
  return { bytes, entries };
}

/**
 * Reads the tensors that a network expects.
 * @throws RmmError `model_corrupt` where the length does not fit
 */
export function unpackTensors(
  bytes: Uint8Array,
  specs: readonly ParameterSpec[],
  where: string,
): Float32Array[] {
  const expected = specs.reduce((sum, spec) => sum + 4 * spec.size, 0);
  if (bytes.length !== expected) {
    throw corrupt(
      `${where} holds ${bytes.length} bytes of weights; the network that it belongs to needs ${expected}`,
    );
  }
  let offset = 0;
  return specs.map((spec) => {
    const values = floatsFromLittleEndian(bytes.subarray(offset, offset + 4 * spec.size));
    offset += 4 * spec.size;
    return values;
  });
}
