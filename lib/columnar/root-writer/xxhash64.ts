/**
 * XXH64 with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), which ROOT puts before each LZ4 block. In
 * 32-bit halves, since BigInt would allocate for every word.
 */

interface Prime {
  readonly high: number;
  readonly low: number;
}

// The five primes of the specification, high and low halves.
const prime1: Prime = { high: 0x9e3779b1, low: 0x85ebca87 };
const prime2: Prime = { high: 0xc2b2ae3d, low: 0x27d4eb4f };
const prime3: Prime = { high: 0x165667b1, low: 0x9e3779f9 };
const prime4: Prime = { high: 0x85ebca77, low: 0xc2b2ae63 };
const prime5: Prime = { high: 0x27d4eb2f, low: 0x165667c5 };

/** A 64-bit register. */
class Word {
  high = 0;
  low = 0;

  set(high: number, low: number): this {
    this.high = high | 0;
    this.low = low | 0;
    return this;
  }

  add(high: number, low: number): this {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = sum | 0;
    return this;
  }

  xor(high: number, low: number): this {
    this.high ^= high;
    this.low ^= low;
    return this;
  }

  multiply(prime: Prime): this {
    const { high, low } = prime;
    const a0 = this.low & 0xffff;
    const a1 = this.low >>> 16;
    const b0 = low & 0xffff;
    const b1 = low >>> 16;
    const middle = a1 * b0 + ((a0 * b0) >>> 16);
    const cross = a0 * b1 + (middle & 0xffff);
    const carry = a1 * b1 + (middle >>> 16) + (cross >>> 16);
    this.high = (carry + Math.imul(this.high, low) + Math.imul(this.low, high)) | 0;
    this.low = Math.imul(this.low, low);
    return this;
  }

  /** Rotates left by 0 < bits < 32. */
  rotate(bits: number): this {
    const { high, low } = this;
    this.high = (high << bits) | (low >>> (32 - bits));
    this.low = (low << bits) | (high >>> (32 - bits));
    return this;
  }

  /** x ^= x >> bits, for 0 < bits < 64. */
  fold(bits: number): this {
    const { high } = this;
    if (bits >= 32) return this.xor(0, high >>> (bits - 32));
    return this.xor(high >>> bits, (this.low >>> bits) | (high << (32 - bits)));
  }

  /** One round: this = rotate(this + input x prime2, 31) x prime1. */
  round(input: Word): this {
    input.multiply(prime2);
    return this.add(input.high, input.low).rotate(31).multiply(prime1);
  }
}

const lanes = [new Word(), new Word(), new Word(), new Word()] as const;
const input = new Word();
const scratch = new Word();
const hash = new Word();

function read(view: DataView, at: number): Word {
  return input.set(view.getInt32(at + 4, true), view.getInt32(at, true));
}

/** Writes the hash of `data` to the first eight bytes of `target`, big-endian, as XXH64's canonical form. */
export function writeXxhash64(data: Uint8Array, target: DataView): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  if (data.length < 32) hash.set(prime5.high, prime5.low);
  else at = stripes(view);
  hash.add(0, data.length);
  for (; at + 8 <= data.length; at += 8) {
    const lane = scratch.set(0, 0).round(read(view, at));
    hash.xor(lane.high, lane.low).rotate(27).multiply(prime1).add(prime4.high, prime4.low);
  }
  if (at + 4 <= data.length) {
    input.set(0, view.getInt32(at, true)).multiply(prime1);
    hash.xor(input.high, input.low).rotate(23).multiply(prime2).add(prime3.high, prime3.low);
    at += 4;
  }
  for (; at < data.length; at += 1) {
    input.set(0, data[at]!).multiply(prime5);
    hash.xor(input.high, input.low).rotate(11).multiply(prime1);
  }
  hash.fold(33).multiply(prime2).fold(29).multiply(prime3).fold(32);
  target.setInt32(0, hash.high);
  target.setInt32(4, hash.low);
}

/** Four lanes over all whole stripes of 32 bytes, then merged into `hash`; returns the bytes consumed. */
function stripes(view: DataView): number {
  const [one, two, three, four] = lanes;
  one.set(prime1.high, prime1.low).add(prime2.high, prime2.low);
  two.set(prime2.high, prime2.low);
  three.set(0, 0);
  // 0 - prime1
  four.set(~prime1.high, ~prime1.low).add(0, 1);
  let at = 0;
  for (; at + 32 <= view.byteLength; at += 32) {
    one.round(read(view, at));
    two.round(read(view, at + 8));
    three.round(read(view, at + 16));
    four.round(read(view, at + 24));
  }
  hash.set(0, 0);
  for (const [index, bits] of [1, 7, 12, 18].entries()) {
    const lane = scratch.set(lanes[index]!.high, lanes[index]!.low).rotate(bits);
    hash.add(lane.high, lane.low);
  }
  for (const lane of lanes) {
    scratch.set(0, 0).round(lane);
    hash.xor(scratch.high, scratch.low).multiply(prime1).add(prime4.high, prime4.low);
  }
  return at;
}
