import { openBasket } from './basket.js';
import { corrupt, type Place } from './damage.js';
import { gatherVectors } from './gather.js';
import { Scratch } from './scratch.js';
import { swapInPlace } from './swap.js';
import type { BranchLayout, BranchMetadata, Column, ScalarType } from './types.js';
import { arrayOver, valueSize } from './value-types.js';

/**
 * Decodes one branch: keeps the current basket decoded (so that ranges which cut through it do not
 * decompress it twice) and collects the values of the range that is being read.
 */
export class BranchColumn {
  readonly layout: BranchLayout;
  readonly type: ScalarType;
  private readonly size: 1 | 2 | 4 | 8;
  /** Values of an entry where it is fixed, 0 where it varies. */
  private readonly width: number;
  /** Number of the basket held in `held`, -1 for none. */
  heldBasket = -1;
  private readonly held = new Scratch();
  private heldOffsets = new Int32Array(0);
  private starts = new Int32Array(0);
  private readonly output = new Scratch();
  private outputOffsets = new Int32Array(1);
  private outputEntries = 0;
  private outputValues = 0;

  constructor(
    readonly branch: BranchMetadata & { readonly layout: BranchLayout; readonly type: ScalarType },
    private readonly path: string,
    private readonly shared: Scratch,
  ) {
    this.layout = branch.layout;
    this.type = branch.type;
    this.size = valueSize[branch.type];
    this.width = branch.shape.kind === 'jagged' ? 0 : branch.shape.kind === 'fixed' ? branch.shape.length : 1;
  }

  /** Begins a range of `count` entries. */
  begin(count: number): void {
    this.outputEntries = 0;
    this.outputValues = 0;
    if (this.width > 0) this.output.reserve(count * this.width * this.size);
    else if (this.outputOffsets.length < count + 1) this.outputOffsets = new Int32Array(count + 1);
    this.outputOffsets[0] = 0;
  }

  /** Decodes basket `index`, on disk, from its record; it becomes the held one. */
  decode(index: number, record: Uint8Array): void {
    this.heldBasket = -1;
    const place = this.place(index);
    const entries = this.layout.firstEntry[index + 1]! - this.layout.firstEntry[index]!;
    const jagged = this.width === 0;
    const basket = openBasket(record, entries, jagged ? this.shared : this.held, place);
    if (jagged) {
      const table = this.readTable(basket.objectBytes, basket.contentBytes, basket.keyBytes, entries, place);
      this.gather(table, basket.contentBytes, entries, place);
    } else this.settleFixed(basket.contentBytes, entries, place);
    this.heldBasket = index;
  }

  /** Decodes a basket that stands in the tree's own record; it becomes the held one. */
  decodeEmbedded(index: number): void {
    this.heldBasket = -1;
    const place = this.place(index);
    const basket = this.layout.embedded[index - this.layout.seek.length]!;
    const { content, offsets, entries } = basket;
    const target = this.width === 0 ? this.shared : this.held;
    target.reserve(content.length);
    target.bytes.set(content, 0);
    if (this.width === 0) {
      if (offsets === null) throw corrupt(place, 'the basket has no offset table');
      this.reserveStarts(entries);
      for (let entry = 0; entry <= entries; entry += 1)
        this.starts[entry] = offsets[entry]! - basket.keyLength;
      this.gather(this.starts, content.length, entries, place);
    } else this.settleFixed(content.length, entries, place);
    this.heldBasket = index;
  }

  /** Adds entries [from, to) of the held basket (counted in the basket) to the range. */
  append(from: number, to: number): void {
    const count = to - from;
    if (this.width > 0) {
      const unit = this.width * this.size;
      this.output.bytes.set(this.held.bytes.subarray(from * unit, to * unit), this.outputEntries * unit);
      this.outputEntries += count;
      this.outputValues += count * this.width;
      return;
    }
    const firstValue = this.heldOffsets[from]!;
    const lastValue = this.heldOffsets[to]!;
    const end = this.outputValues + lastValue - firstValue;
    this.output.reserve(end * this.size, this.outputValues * this.size);
    this.output.bytes.set(
      this.held.bytes.subarray(firstValue * this.size, lastValue * this.size),
      this.outputValues * this.size,
    );
    rebase(
      this.heldOffsets,
      from,
      count,
      this.outputOffsets,
      this.outputEntries,
      this.outputValues - firstValue,
    );
    this.outputEntries += count;
    this.outputValues = end;
  }

  /** The range collected since `begin`, as views. */
  column(): Column {
    const values = arrayOver(this.type, this.output.buffer, this.outputValues);
    if (this.width === 0) {
      return { kind: 'jagged', offsets: this.outputOffsets.subarray(0, this.outputEntries + 1), values };
    }
    const { shape } = this.branch;
    return shape.kind === 'fixed'
      ? { kind: 'fixed', length: shape.length, values }
      : { kind: 'scalar', values };
  }

  place(index: number): Place {
    const byte = this.layout.seek[index];
    return {
      path: this.path,
      branch: this.branch.name,
      basket: index,
      ...(byte === undefined ? {} : { byte }),
    };
  }

  /** The content in `held` becomes values in this machine's order. */
  private settleFixed(contentBytes: number, entries: number, place: Place): void {
    const expected = entries * this.width * this.size;
    if (contentBytes !== expected) {
      throw corrupt(
        place,
        `${entries} entries of ${this.width * this.size} bytes need ${expected} bytes, the basket holds ${contentBytes}`,
      );
    }
    if (this.type === 'bool') normaliseBools(this.held.bytes, expected);
    else swapInPlace(this.held.buffer, this.size, entries * this.width);
  }

  private reserveStarts(entries: number): void {
    if (this.starts.length < entries + 1) this.starts = new Int32Array(entries + 1);
  }

  /** The offset table behind the content, as positions in the content. */
  private readTable(
    objectBytes: number,
    contentBytes: number,
    keyBytes: number,
    entries: number,
    place: Place,
  ): Int32Array {
    const { view } = this.shared;
    const tableBytes = objectBytes - contentBytes;
    if (tableBytes < 4 + 4 * entries) {
      throw corrupt(
        place,
        `an offset table for ${entries} entries needs ${4 + 4 * entries} bytes, the basket has ${tableBytes}`,
      );
    }
    const stored = view.getInt32(contentBytes);
    if (stored < entries || stored > entries + 1 || 4 + 4 * stored > tableBytes) {
      throw corrupt(place, `the offset table has ${stored} entries, the basket ${entries}`);
    }
    this.reserveStarts(entries);
    const { starts } = this;
    let from = contentBytes + 4;
    for (let entry = 0; entry < entries; entry += 1) {
      starts[entry] = view.getInt32(from) - keyBytes;
      from += 4;
    }
    // The last offset is stored as 0 or as the content's end, by ROOT's version.
    starts[entries] = contentBytes;
    return starts;
  }

  /** The content in the shared scratch becomes values and offsets in the held buffers. */
  private gather(starts: Int32Array, contentBytes: number, entries: number, place: Place): void {
    const { size } = this;
    const header = this.layout.entryHeader;
    if (entries > 0 && starts[0] !== 0)
      throw corrupt(place, `the first entry begins at ${starts[0]} in the content`);
    const wrong = firstDecrease(starts, entries, contentBytes);
    if (wrong >= 0) {
      throw corrupt(
        place,
        `entry ${wrong} of the basket ends at ${starts[wrong + 1]}, before it begins or outside of the content`,
      );
    }
    if (this.heldOffsets.length < entries + 1) this.heldOffsets = new Int32Array(entries + 1);
    this.held.reserve(contentBytes);
    const { shared, heldOffsets, held } = this;
    let bad: number;
    if (header === 0) {
      bad = plainOffsets(starts, entries, size, heldOffsets);
      if (bad < 0) {
        held.bytes.set(shared.bytes.subarray(0, contentBytes), 0);
        swapInPlace(held.buffer, size, contentBytes / size);
      }
    } else if (header === 1) {
      bad = dropMarks(shared.bytes, starts, entries, size, held.bytes, heldOffsets);
      if (bad < 0) swapInPlace(held.buffer, size, heldOffsets[entries]!);
    } else bad = gatherVectors(shared.view, starts, entries, size, held.buffer, heldOffsets);
    if (bad >= 0) {
      throw corrupt(
        place,
        `entry ${bad} of the basket has ${starts[bad + 1]! - starts[bad]!} bytes, which do not agree with its own count of ${this.branch.typeName} values`,
      );
    }
    if (this.type === 'bool') normaliseBools(held.bytes, heldOffsets[entries]!);
  }
}

/** Copies offsets and moves them to the range's own numbering. */
function rebase(
  source: Int32Array,
  from: number,
  count: number,
  target: Int32Array,
  at: number,
  shift: number,
): void {
  for (let index = 1; index <= count; index += 1) target[at + index] = source[from + index]! + shift;
}

/** Any byte but 0 is true, as C++ has it. */
function normaliseBools(bytes: Uint8Array, count: number): void {
  for (let index = 0; index < count; index += 1) if (bytes[index]! > 1) bytes[index] = 1;
}

/** The first entry whose end lies before its start or behind the content, -1 for none. */
function firstDecrease(starts: Int32Array, entries: number, contentBytes: number): number {
  for (let entry = 0; entry < entries; entry += 1) {
    const end = starts[entry + 1]!;
    if (end < starts[entry]! || end > contentBytes) return entry;
  }
  return -1;
}

/** Value offsets of entries that are nothing but values; returns the first that is not whole, or -1. */
function plainOffsets(starts: Int32Array, entries: number, size: number, offsets: Int32Array): number {
  const shift = Math.log2(size);
  const mask = size - 1;
  offsets[0] = 0;
  for (let entry = 1; entry <= entries; entry += 1) {
    const end = starts[entry]!;
    if ((end & mask) !== 0) return entry - 1;
    offsets[entry] = end >> shift;
  }
  return -1;
}

/** Copies entries without the byte before each that says whether its array is there. */
function dropMarks(
  content: Uint8Array,
  starts: Int32Array,
  entries: number,
  size: number,
  values: Uint8Array,
  offsets: Int32Array,
): number {
  let to = 0;
  offsets[0] = 0;
  for (let entry = 0; entry < entries; entry += 1) {
    const start = starts[entry]!;
    const end = starts[entry + 1]!;
    const length = end - start - 1;
    if (length < 0 || length % size !== 0 || content[start]! > 1) return entry;
    values.set(content.subarray(start + 1, end), to);
    to += length;
    offsets[entry + 1] = to / size;
  }
  return -1;
}
