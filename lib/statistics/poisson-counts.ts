import { Hash64, salt } from '../base/hash64.js';

/** Streams of one seed and replica: the two sides of a comparison are resampled independently. */
export const backgroundStream = 0;
export const signalStream = 1;

const bootstrapSalt = salt('bootstrp');

/** 2^32 P(count <= k) for Poisson(1); beyond 12 the probability is below 2^-32. */
const cumulative = Float64Array.from({ length: 13 }, (_, last) => {
  let term = 1 / Math.E;
  let sum = term;
  for (let k = 1; k <= last; k++) {
    term /= k;
    sum += term;
  }
  return Math.round(sum * 0x100000000);
});

/**
 * Fills `counts` with Poisson(1) numbers, counts[i] a function of (seed, replica, stream, i) alone: the upper
 * 32 bits of the event hash (lib/base/hash64.ts, salt "bootstrp") of these four words, through the inverse of
 * the distribution. So the bits depend on neither order nor threads, and a longer array begins with a shorter one.
 */
export function poissonCounts(seed: number, replica: number, stream: number, counts: Uint8Array): void {
  const hash = new Hash64().start(bootstrapSalt).addInt(seed).addInt(replica).addInt(stream);
  const { high, low } = hash;
  for (let i = 0; i < counts.length; i++) {
    hash.high = high;
    hash.low = low;
    const uniform = hash.add(0, i).high;
    let count = 0;
    while (count < cumulative.length && uniform >= cumulative[count]!) count++;
    counts[i] = count;
  }
}
