import { invariant } from '../../lib/base/error.js';
import { Hash64 } from '../../lib/base/hash64.js';
import type { Column } from '../../lib/columnar/root/index.js';
import type { WriterColumn } from '../../lib/columnar/root-writer/index.js';
import { type Layout, parentBranch } from './layout.js';
import { drawMoves, newMoves, signEach, signJagged, turnEach, turnJagged } from './moves.js';
import type { Stretch } from './plan.js';

/**
 * Turns the columns of a stretch of the input into those of the output: moved by the stretch's symmetries (copy 0
 * is not moved), numbered, its SumWeights multiplied. Works in place on the reader's buffers, which the next read
 * overwrites anyway, and in buffers of its own for the numbers.
 */
export class Copier {
  private readonly moves;
  private readonly hash = new Hash64();
  private readonly numbers: Int32Array;
  private readonly wideNumbers: BigInt64Array;
  private readonly parents: BigInt64Array;

  constructor(
    private readonly layout: Layout,
    private readonly seed: number,
    private readonly fractions: readonly number[],
    capacity: number,
  ) {
    this.moves = newMoves(capacity);
    this.numbers = new Int32Array(capacity);
    this.wideNumbers = new BigInt64Array(capacity);
    this.parents = new BigInt64Array(capacity);
  }

  /** `columns` in the order of the layout; `made`: events of the output before this stretch. */
  copy(columns: readonly Column[], stretch: Stretch, made: number): WriterColumn[] {
    const { file, copy, first, count } = stretch;
    if (copy > 0) drawMoves(this.moves, this.hash, this.seed, file, copy, first, count);
    const out: WriterColumn[] = [];
    for (const [index, { role, spec }] of this.layout.branches.entries()) {
      const column = columns[index]!;
      if (role === 'event') {
        widen(column, count, this.parents);
        out.push({ values: this.numberFrom(made + 1, count, spec.type === 'int64') });
        continue;
      }
      if (role === 'sumWeights') multiply(floats(column), this.fractions[file]!, count);
      else if (copy > 0 && role !== 'fixed') this.move(column, role, count);
      out.push({ values: column.values, offsets: column.kind === 'jagged' ? column.offsets : undefined });
    }
    if (!this.layout.hasParent) out.push({ values: this.parents });
    return out;
  }

  private move(column: Column, role: 'phi' | 'eta' | 'd0', count: number): void {
    const values = floats(column);
    const signs = role === 'eta' ? this.moves.etaSign : this.moves.phiSign;
    if (column.kind === 'jagged') {
      if (role === 'phi') turnJagged(values, column.offsets, this.moves, count);
      else signJagged(values, column.offsets, signs, count);
    } else if (role === 'phi') turnEach(values, this.moves, count);
    else signEach(values, signs, count);
  }

  /** count numbers from `start` on. */
  private numberFrom(start: number, count: number, wide: boolean): Int32Array | BigInt64Array {
    if (wide) {
      const halves = new Int32Array(this.wideNumbers.buffer);
      for (let index = 0; index < count; index += 1) setWide(halves, index, start + index);
      return this.wideNumbers;
    }
    for (let index = 0; index < count; index += 1) this.numbers[index] = start + index;
    return this.numbers;
  }
}

/** The branch that `Copier` adds at the end where the layout has none. */
export const parentSpec = { name: parentBranch, type: 'int64', form: 'flat' } as const;

/** Writes an integer below 2^53 into a pair of 32-bit halves: BigInts cost an allocation each. */
function setWide(halves: Int32Array, index: number, value: number): void {
  halves[2 * index] = value % 0x100000000;
  halves[2 * index + 1] = Math.floor(value / 0x100000000);
}

/** Copies integers of any width to 64 bits. */
function widen(column: Column, count: number, target: BigInt64Array): void {
  const { values } = column;
  if (values instanceof BigInt64Array) target.set(values.subarray(0, count));
  else if (values instanceof BigUint64Array) {
    for (let index = 0; index < count; index += 1) target[index] = BigInt.asIntN(64, values[index]!);
  } else {
    const halves = new Int32Array(target.buffer);
    for (let index = 0; index < count; index += 1) setWide(halves, index, values[index]!);
  }
}

function floats(column: Column): Float32Array | Float64Array {
  const { values } = column;
  invariant(
    values instanceof Float32Array || values instanceof Float64Array,
    'a real branch holds real numbers',
  );
  return values;
}

function multiply(values: Float32Array | Float64Array, factor: number, count: number): void {
  for (let index = 0; index < count; index += 1) values[index] = values[index]! * factor;
}
