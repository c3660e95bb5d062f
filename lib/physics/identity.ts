import { fnv64, Hash64, type Salt, salt } from '../base/hash64.js';

/** The columns that make an event's identity. */
export interface IdentityColumns {
  readonly count: number;
  readonly run: Int32Array;
  readonly event: BigInt64Array;
  readonly channel: Int32Array;
  readonly lumiBlock?: Int32Array;
}

/** One salt a purpose, so that split, validation, megaset and sampling are independent of each other. */
export const identitySalts = {
  split: salt('split'),
  validation: salt('valid'),
  megaset: salt('megaset'),
  sample: salt('sample'),
} as const;

/** Codes of the `split` column; `none` is for rows that are never trained on and never tested with: signal and data. */
export const split = { train: 0, validation: 1, test: 2, none: 3 } as const;
export const splitNames: readonly string[] = ['train', 'validation', 'test', 'none'];

export interface SplitOptions {
  /** Share of all events that is `test`. */
  readonly testFraction: number;
  /** Share of the rest that is `validation`. */
  readonly validationFraction: number;
  /** XORed into the low half of every salt: another number gives another split and other megasets. */
  readonly saltNumber: number;
}

export const splitDefaults: SplitOptions = { testFraction: 0.2, validationFraction: 0.1, saltNumber: 0 };

/**
 * The fourth word of the split key: the dataset number in simulation; in data, which has none, the FNV-1a hash
 * of the sample's name.
 */
export interface ChannelWord {
  readonly high: number;
  readonly low: number;
}

export function sampleWord(sampleName: string): ChannelWord {
  return fnv64(sampleName);
}

/**
 * Hash of every event's split key (run, luminosity block or 0, event, channel or `word`) under one salt, in two
 * unsigned halves. `word` is given for data samples. docs/physics.md has the same in ten lines of Python.
 */
export function identityHash(
  identity: IdentityColumns,
  purpose: Salt,
  word: ChannelWord | undefined,
  high: Uint32Array,
  low: Uint32Array,
): void {
  const { count, run, event, channel, lumiBlock } = identity;
  // Halves of the 64-bit event numbers: reading a BigInt64Array would allocate a BigInt each time.
  const halves = new Uint32Array(event.buffer, event.byteOffset, 2 * count);
  const hash = new Hash64();
  for (let row = 0; row < count; row++) {
    hash.start(purpose).addInt(run[row]!);
    hash.addInt(lumiBlock === undefined ? 0 : lumiBlock[row]!);
    hash.add(halves[2 * row + 1]!, halves[2 * row]!);
    if (word === undefined) hash.addInt(channel[row]!);
    else hash.add(word.high, word.low);
    high[row] = hash.high;
    low[row] = hash.low;
  }
}

/** Split and megaset of a batch; reused, valid until the next call. */
export class SplitColumns {
  split = new Uint8Array(0);
  megaset = new Int16Array(0);
  /** The megaset hash, by which a megaset is sorted. */
  high = new Uint32Array(0);
  low = new Uint32Array(0);
  #high = new Uint32Array(0);
  #low = new Uint32Array(0);

  /** Fills all columns for every event of the batch, whatever its kind; signal and data rows are the caller's to blank. */
  fill(
    identity: IdentityColumns,
    word: ChannelWord | undefined,
    megasets: number,
    options: SplitOptions = splitDefaults,
  ): this {
    const { count } = identity;
    if (this.split.length < count) {
      this.split = new Uint8Array(count);
      this.megaset = new Int16Array(count);
      this.high = new Uint32Array(count);
      this.low = new Uint32Array(count);
      this.#high = new Uint32Array(count);
      this.#low = new Uint32Array(count);
    }
    const salted = (purpose: Salt): Salt => ({ ...purpose, low: (purpose.low ^ options.saltNumber) >>> 0 });
    identityHash(identity, salted(identitySalts.validation), word, this.#high, this.#low);
    for (let row = 0; row < count; row++) {
      const isValidation = unit(this.#high[row]!, this.#low[row]!) < options.validationFraction;
      this.split[row] = isValidation ? split.validation : split.train;
    }
    identityHash(identity, salted(identitySalts.split), word, this.#high, this.#low);
    for (let row = 0; row < count; row++) {
      if (unit(this.#high[row]!, this.#low[row]!) < options.testFraction) this.split[row] = split.test;
    }
    identityHash(identity, salted(identitySalts.megaset), word, this.high, this.low);
    const carry = 0x100000000 % megasets;
    for (let row = 0; row < count; row++) {
      this.megaset[row] = ((this.high[row]! % megasets) * carry + (this.low[row]! % megasets)) % megasets;
    }
    return this;
  }
}

/** The upper 53 bits of a hash as a number in [0, 1). */
function unit(high: number, low: number): number {
  return (high * 0x200000 + (low >>> 11)) / 0x20000000000000;
}
