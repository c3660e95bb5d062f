/**
 * The event hash: a chain of splitmix64 finalisers over 64-bit words, done in 32-bit halves because BigInt
 * allocates. docs/physics.md shows the same in ten lines of Python.
 *
 *     h = salt;  for each word w:  h = mix64((h ^ w) + 0x9E3779B97F4A7C15)
 *
 * mix64 is the finaliser of splitmix64 (Steele, Lea, Flood 2014, variant 13 of Stafford):
 *     z ^= z >> 30; z *= 0xBF58476D1CE4E5B9; z ^= z >> 27; z *= 0x94D049BB133111EB; z ^= z >> 31
 */
export class Hash64 {
  /** High and low 32 bits of the running hash, unsigned. */
  high = 0;
  low = 0;

  /** Starts a chain from a salt: up to 8 ASCII characters read as a big-endian number. */
  start(salt: Salt): this {
    this.high = salt.high;
    this.low = salt.low;
    return this;
  }

  /** Adds one 64-bit word given in two halves. */
  add(wordHigh: number, wordLow: number): this {
    // (h ^ w) + golden
    let low = ((this.low ^ wordLow) >>> 0) + 0x7f4a7c15;
    let high = (((this.high ^ wordHigh) >>> 0) + 0x9e3779b9 + (low > 0xffffffff ? 1 : 0)) >>> 0;
    low >>>= 0;
    // z ^= z >> 30
    low ^= (low >>> 30) | (high << 2);
    high ^= high >>> 30;
    // z *= 0xBF58476D1CE4E5B9
    let nextHigh =
      (multiplyHigh(low, 0x1ce4e5b9) + Math.imul(low, 0xbf58476d) + Math.imul(high, 0x1ce4e5b9)) | 0;
    low = Math.imul(low, 0x1ce4e5b9);
    high = nextHigh;
    // z ^= z >> 27
    low ^= (low >>> 27) | (high << 5);
    high ^= high >>> 27;
    // z *= 0x94D049BB133111EB
    nextHigh = (multiplyHigh(low, 0x133111eb) + Math.imul(low, 0x94d049bb) + Math.imul(high, 0x133111eb)) | 0;
    low = Math.imul(low, 0x133111eb);
    high = nextHigh;
    // z ^= z >> 31
    low ^= (low >>> 31) | (high << 1);
    high ^= high >>> 31;
    this.high = high >>> 0;
    this.low = low >>> 0;
    return this;
  }

  /** Adds a 32-bit signed integer, sign-extended to 64 bits. */
  addInt(value: number): this {
    return this.add(value < 0 ? 0xffffffff : 0, value >>> 0);
  }

  /** The hash as a number in [0, 1) with 53 bits. */
  unit(): number {
    return (this.high * 0x200000 + (this.low >>> 11)) / 0x20000000000000;
  }

  /** The hash modulo `count` (at most 2^21, so that the arithmetic stays exact). */
  modulo(count: number): number {
    return ((this.high % count) * (0x100000000 % count) + (this.low % count)) % count;
  }

  value(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }
}

/** Upper 32 bits of the unsigned product of two 32-bit numbers. */
function multiplyHigh(left: number, right: number): number {
  const leftLow = left & 0xffff;
  const leftHigh = left >>> 16;
  const rightLow = right & 0xffff;
  const rightHigh = right >>> 16;
  const middle = leftHigh * rightLow + ((leftLow * rightLow) >>> 16);
  const middleLow = leftLow * rightHigh + (middle & 0xffff);
  return leftHigh * rightHigh + (middle >>> 16) + (middleLow >>> 16);
}

/** A named starting point, so that hashes for different purposes are independent. */
export interface Salt {
  readonly name: string;
  readonly high: number;
  readonly low: number;
}

/** A salt from up to 8 ASCII characters, read as a big-endian 64-bit number. */
export function salt(name: string): Salt {
  let value = 0n;
  for (const byte of Buffer.from(name, 'latin1').subarray(0, 8)) value = (value << 8n) | BigInt(byte);
  return { name, high: Number(value >> 32n), low: Number(value & 0xffffffffn) };
}

/** FNV-1a in 64 bits of a string's UTF-8 bytes, as two halves: how a sample name becomes a hash word. */
export function fnv64(text: string): { high: number; low: number } {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text, 'utf8')) {
    value = ((value ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return { high: Number(value >> 32n), low: Number(value & 0xffffffffn) };
}
