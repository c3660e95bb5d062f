import type { NamedFile } from '../../lib/learning/files.js';
import { requireFile } from '../../lib/learning/files.js';
import { highLevelCount } from '../../lib/physics/high-level.js';
import { gatherRows, orderRows } from './order.js';
import type { ScoringBlock, ValidationSample } from './scoring-sample.js';
import { decodeSegments, encodeSegment, type TrainingRows } from './segment.js';
import { pickRows } from './training-part.js';

/** Validation rows with what their scores need beside the cells, in memory: training.validation_events bounds them. */
export class ValidationRows {
  readonly #segments: TrainingRows[] = [];
  readonly #sides: Omit<ValidationSample, 'rows'>[] = [];

  /**
   * @param index of the rows to keep
   * @param source number of the block's file in the order of the run
   */
  add({ cells, columns, highLevel }: ScoringBlock, index: Int32Array, source: number): void {
    if (index.length === 0) return;
    const { squares, absolutes } = cells;
    this.#segments.push(pickRows(cells, columns, index, source));
    this.#sides.push({
      highLevel: highLevel === undefined ? new Float32Array(0) : pickFeatures(highLevel, index),
      squares: squares === undefined ? new Float64Array(0) : Float64Array.from(index, (row) => squares[row]!),
      absolutes:
        absolutes === undefined ? new Float64Array(0) : Float64Array.from(index, (row) => absolutes[row]!),
    });
  }

  /** All rows in the order of a megaset's bucket, which does not depend on the order in which they came. */
  sorted(): ValidationSample {
    const order = orderRows(this.#segments);
    const rows = gatherRows(this.#segments, order);
    const [first] = this.#sides;
    const has = (values: { readonly length: number } | undefined) => (values?.length ?? 0) > 0;
    const highLevel = new Float32Array(has(first?.highLevel) ? rows.rows * highLevelCount : 0);
    const squares = new Float64Array(has(first?.squares) ? rows.rows : 0);
    const absolutes = new Float64Array(has(first?.absolutes) ? rows.rows : 0);
    for (let row = 0; row < rows.rows; row += 1) {
      const from = order.row[row]!;
      const side = this.#sides[order.segment[row]!]!;
      const features = side.highLevel.subarray(from * highLevelCount, (from + 1) * highLevelCount);
      if (highLevel.length > 0) highLevel.set(features, row * highLevelCount);
      if (squares.length > 0) squares[row] = side.squares[from]!;
      if (absolutes.length > 0) absolutes[row] = side.absolutes[from]!;
    }
    return { rows, highLevel, squares, absolutes };
  }
}

function pickFeatures(features: Float32Array, index: Int32Array): Float32Array {
  const picked = new Float32Array(index.length * highLevelCount);
  for (const [place, row] of index.entries())
    picked.set(features.subarray(row * highLevelCount, (row + 1) * highLevelCount), place * highLevelCount);
  return picked;
}

const names = {
  rows: 'validation.bin',
  highLevel: 'validation_high_level.bin',
  squares: 'validation_squares.bin',
  absolutes: 'validation_absolutes.bin',
} as const;

/** A folder's files for a sample, in this machine's byte order as the megasets beside it. */
export function validationFiles({ rows, ...sides }: ValidationSample): NamedFile[] {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array) =>
    new Uint8Array(buffer, byteOffset, byteLength);
  return [
    { name: names.rows, bytes: rows.rows === 0 ? new Uint8Array(0) : encodeSegment(rows) },
    { name: names.highLevel, bytes: bytes(sides.highLevel) },
    { name: names.squares, bytes: bytes(sides.squares) },
    { name: names.absolutes, bytes: bytes(sides.absolutes) },
  ];
}

/** Reads what validationFiles wrote. @throws model_corrupt, partial_damaged */
export function validationFromFiles(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
): ValidationSample {
  // A copy: views need aligned memory.
  const bytes = (name: keyof typeof names) => new Uint8Array(requireFile(files, folder, names[name]));
  const [rows] = decodeSegments(bytes('rows'), `${folder}/${names.rows}`);
  return {
    rows: rows ?? gatherRows([], { segment: new Int32Array(0), row: new Int32Array(0) }),
    highLevel: new Float32Array(bytes('highLevel').buffer),
    squares: new Float64Array(bytes('squares').buffer),
    absolutes: new Float64Array(bytes('absolutes').buffer),
  };
}
