import type { TrainingRows } from '../lib/learning/batches.js';
import { Random } from '../lib/learning/random.js';

/**
 * Synthetic events in the matrix's block form: missing energy and up to 6 jets, 6 b jets, 5 electrons and
 * 5 muons, three objects an event on average, as in two-lepton simulation. Speed depends on the pattern
 * of filled cells only, not on what is in them.
 */
export function syntheticEvents(count: number, seed = 1): TrainingRows {
  const random = new Random('bench', [seed]);
  const width = 23;
  const slots = [6, 6, 5, 5];
  const first = [1, 7, 13, 18];
  const known = new Map<string, number>();
  const patterns: Int32Array[] = [];
  const pattern = new Int32Array(count);
  const offsets = new Int32Array(count + 1);
  for (let row = 0; row < count; row++) {
    const electrons = random.below(2) === 0 ? 2 : 0;
    const extra = random.unit() < 0.06 ? 1 : 0;
    const numbers = [
      geometric(random, 0.5),
      geometric(random, 0.22),
      electrons + (electrons === 0 ? extra : 0),
      2 - electrons + (electrons === 0 ? 0 : extra),
    ];
    const objects = [0];
    numbers.forEach((number, type) => {
      for (let slot = 0; slot < Math.min(number, slots[type]!); slot++) objects.push(first[type]! + slot);
    });
    const name = objects.join();
    let index = known.get(name);
    if (index === undefined) {
      index = patterns.length;
      known.set(name, index);
      patterns.push(Int32Array.from(objects.flatMap((i) => objects.map((j) => i * width + j))));
    }
    pattern[row] = index;
    offsets[row + 1] = offsets[row]! + patterns[index]!.length;
  }
  const values = Float32Array.from({ length: offsets[count]! }, () => -50 * Math.log(1 - random.unit()));
  const weights = Float64Array.from({ length: count }, () => 0.5 + random.unit());
  return { rows: { rows: count, columns: width * width, pattern, patterns, offsets, values }, weights };
}

function geometric(random: Random, more: number): number {
  let count = 0;
  while (random.unit() < more) count += 1;
  return count;
}
