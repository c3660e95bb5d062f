import type { Column } from '../../lib/columnar/root/index.js';
import type { WriterColumn } from '../../lib/columnar/root-writer/index.js';
import { type Layout, parentBranch } from './layout.js';
import { floats, Mover } from './mover.js';
import type { Stretch } from './plan.js';
import { fillNumbers, setWide } from './wide-numbers.js';

/**
 * Turns the columns of a stretch of the input into those of the output: moved by the stretch's symmetries (copy 0
 * is not moved), numbered, its SumWeights multiplied. Works in place on the reader's buffers, which the next read
 * overwrites anyway, and in buffers of its own for the numbers.
 */
export class Copier {
  private readonly mover: Mover;
  private readonly numbers: Int32Array;
  private readonly wideNumbers: BigInt64Array;
  private readonly parents: BigInt64Array;

  constructor(
    private readonly layout: Layout,
    seed: number,
    private readonly fractions: readonly number[],
    capacity: number,
  ) {
    this.mover = new Mover(seed, capacity);
    this.numbers = new Int32Array(capacity);
    this.wideNumbers = new BigInt64Array(capacity);
    this.parents = new BigInt64Array(capacity);
  }

  /** `columns` in the order of the layout; `made`: events of the output before this stretch. */
  copy(columns: readonly Column[], stretch: Stretch, made: number): WriterColumn[] {
    const { file, copy, first, count } = stretch;
    if (copy > 0) this.mover.draw(file, copy, first, count);
    const out: WriterColumn[] = [];
    for (const [index, { role, spec }] of this.layout.branches.entries()) {
      const column = columns[index]!;
      if (role === 'event') {
        widen(column, count, this.parents);
        out.push({ values: this.numberFrom(made + 1, count, spec.type === 'int64') });
        continue;
      }
      if (role === 'sumWeights') multiply(floats(column), this.fractions[file]!, count);
      else if (copy > 0) this.mover.move(column, role, count);
      out.push({ values: column.values, offsets: column.kind === 'jagged' ? column.offsets : undefined });
    }
    if (!this.layout.hasParent) out.push({ values: this.parents });
    return out;
  }

  /** count numbers from `start` on. */
  private numberFrom(start: number, count: number, wide: boolean): Int32Array | BigInt64Array {
    if (wide) {
      fillNumbers(this.wideNumbers, start, count);
      return this.wideNumbers;
    }
    for (let index = 0; index < count; index += 1) this.numbers[index] = start + index;
    return this.numbers;
  }
}

/** The branch that `Copier` adds at the end where the layout has none. */
export const parentSpec = { name: parentBranch, type: 'int64', form: 'flat' } as const;

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

function multiply(values: Float32Array | Float64Array, factor: number, count: number): void {
  for (let index = 0; index < count; index += 1) values[index] = values[index]! * factor;
}
