import { openBasket } from './basket.js';
import { corrupt, type Place } from './damage.js';
import {
  type Counts,
  checkTable,
  firstDisorder,
  startsFromTable,
  startsWithoutTable,
} from './entry-starts.js';
import { gatherCounted, gatherPlain, gatherVectors } from './gather.js';
import { Scratch } from './scratch.js';
import type { ReadableBranch } from './select.js';
import { swapInPlace } from './swap.js';
import type { BranchLayout, Column, ScalarType } from './types.js';
import { arrayOver, valueSize } from './value-types.js';

/**
 * Decodes one branch: keeps the current basket decoded (so that ranges which cut through it do not
 * decompress it twice) and collects the values of the range that is being read.
 */
export class BranchColumn {
  readonly layout: BranchLayout;
  /** Number of the basket held decoded, -1 for none. */
  heldBasket = -1;
  private readonly type: ScalarType;
  private readonly size: 1 | 2 | 4 | 8;
  /** Values of an entry where it is fixed, 0 where it varies. */
  private readonly width: number;
  private readonly held = new Scratch();
  private heldOffsets = new Int32Array(1);
  private starts = new Int32Array(1);
  private readonly output = new Scratch();
  private outputOffsets = new Int32Array(1);
  private outputEntries = 0;
  private outputValues = 0;

  constructor(
    readonly branch: ReadableBranch,
    private readonly path: string,
    /** For content whose values must be picked out of it; shared by all branches. */
    private readonly shared: Scratch,
    private readonly counts: Counts | null,
  ) {
    this.layout = branch.layout;
    this.type = branch.type;
    this.size = valueSize[branch.type];
    this.width = branch.shape.kind === 'jagged' ? 0 : branch.shape.kind === 'fixed' ? branch.shape.length : 1;
  }

  /** Begins a range. Room is made as baskets prove what they hold, not by what the metadata promise. */
  begin(): void {
    this.outputEntries = 0;
    this.outputValues = 0;
  }

  /** Decodes basket `index`, on disk, from its record; it becomes the held one. */
  decode(index: number, record: Uint8Array): void {
    this.heldBasket = -1;
    const place = this.place(index);
    const entries = this.entriesOf(index);
    if (this.width > 0) {
      const { contentBytes } = openBasket(record, entries, this.held, place);
      this.settleFixed(contentBytes, entries, place);
    } else {
      const { contentBytes, objectBytes, keyBytes } = openBasket(record, entries, this.shared, place);
      let starts: Int32Array;
      if (objectBytes === contentBytes) starts = this.findStarts(index, contentBytes, place);
      else {
        checkTable(this.shared.view, contentBytes, objectBytes, entries, place);
        if (this.starts.length < entries + 1) this.starts = new Int32Array(entries + 1);
        starts = this.starts;
        startsFromTable(this.shared.view, contentBytes, keyBytes, entries, starts);
      }
      this.settleJagged(starts, contentBytes, entries, place);
    }
    this.heldBasket = index;
  }

  /** Decodes a basket that stands in the tree's own record; it becomes the held one. */
  decodeEmbedded(index: number): void {
    this.heldBasket = -1;
    const place = this.place(index);
    const { content, offsets, entries, keyLength } = this.layout.embedded[index - this.layout.seek.length]!;
    const target = this.width > 0 ? this.held : this.shared;
    target.reserve(content.length);
    target.bytes.set(content, 0);
    if (this.width > 0) this.settleFixed(content.length, entries, place);
    else {
      const starts =
        offsets?.map((offset) => offset - keyLength) ?? this.findStarts(index, content.length, place);
      this.settleJagged(starts, content.length, entries, place);
    }
    this.heldBasket = index;
  }

  /** Adds entries [from, to) of the held basket (counted in the basket) to the range. */
  append(from: number, to: number): void {
    const { held, heldOffsets, output, size } = this;
    const first = this.width > 0 ? from * this.width : heldOffsets[from]!;
    const last = this.width > 0 ? to * this.width : heldOffsets[to]!;
    const end = this.outputValues + last - first;
    output.reserve(end * size, this.outputValues * size);
    output.bytes.set(held.bytes.subarray(first * size, last * size), this.outputValues * size);
    if (this.width === 0) {
      const shift = this.outputValues - first;
      this.reserveOffsets(this.outputEntries + to - from + 1);
      rebase(heldOffsets, from, to - from, this.outputOffsets, this.outputEntries, shift);
    }
    this.outputEntries += to - from;
    this.outputValues = end;
  }

  /** The range collected since `begin`, as views. */
  column(): Column {
    const values = arrayOver(this.type, this.output.buffer, this.outputValues);
    const { shape } = this.branch;
    if (shape.kind === 'fixed') return { kind: 'fixed', length: shape.length, values };
    if (shape.kind === 'scalar') return { kind: 'scalar', values };
    return { kind: 'jagged', offsets: this.outputOffsets.subarray(0, this.outputEntries + 1), values };
  }

  private place(index: number): Place {
    const byte = this.layout.seek[index];
    const place = { path: this.path, branch: this.branch.name, basket: index };
    return byte === undefined ? place : { ...place, byte };
  }

  private entriesOf(index: number): number {
    return this.layout.firstEntry[index + 1]! - this.layout.firstEntry[index]!;
  }

  /** Makes room for `length` offsets and keeps those of the range so far; the first is always 0. */
  private reserveOffsets(length: number): void {
    if (this.outputOffsets.length >= length) return;
    const old = this.outputOffsets;
    this.outputOffsets = new Int32Array(Math.max(length, old.length * 2));
    this.outputOffsets.set(old.subarray(0, this.outputEntries + 1));
  }

  private findStarts(index: number, contentBytes: number, place: Place): Int32Array {
    const { layout, shared, counts, size } = this;
    const first = layout.firstEntry[index]!;
    const entries = this.entriesOf(index);
    return startsWithoutTable(
      shared.view,
      contentBytes,
      first,
      entries,
      layout.encoding,
      size,
      counts,
      place,
    );
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

  /** The content in the shared scratch becomes values and offsets in the held buffers. */
  private settleJagged(starts: Int32Array, contentBytes: number, entries: number, place: Place): void {
    if (this.heldOffsets.length < entries + 1) this.heldOffsets = new Int32Array(entries + 1);
    const { size, shared, held, heldOffsets } = this;
    const wrong = firstDisorder(starts, entries, contentBytes);
    if (wrong >= 0) {
      throw corrupt(
        place,
        `entry ${wrong} of the basket is said to lie at ${starts[wrong]} to ${starts[wrong + 1]} of ${contentBytes} bytes`,
      );
    }
    held.reserve(contentBytes);
    const gather = { plain: gatherPlain, counted: gatherCounted, vector: gatherVectors }[
      this.layout.encoding
    ];
    const bad = gather(shared, starts, entries, size, held, heldOffsets);
    if (bad >= 0) {
      throw corrupt(
        place,
        `entry ${bad} of the basket has ${starts[bad + 1]! - starts[bad]!} bytes, which do not agree with its own count of values for ${this.branch.typeName}`,
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
