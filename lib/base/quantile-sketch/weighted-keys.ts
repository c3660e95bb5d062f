/** Buckets of ordered float32 values: rising keys, each once, and their weights. */
export interface WeightedKeys {
  readonly keys: Int32Array;
  readonly weights: Float64Array;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The bit pattern of a float32 as a number that rises with the value. -0 has the key of 0. */
export function keyOf(value: number): number {
  float[0] = value + 0;
  const pattern = bits[0]!;
  return pattern ^ ((pattern >> 31) & 0x7fffffff);
}

/** The value whose key it is. */
export function keyValue(key: number): number {
  bits[0] = key ^ ((key >> 31) & 0x7fffffff);
  return float[0]!;
}

/** Joins buckets whose keys agree after a shift; rising keys that occur more than once become one. */
export function coarsen({ keys, weights }: WeightedKeys, shift: number): WeightedKeys {
  const outKeys = new Int32Array(keys.length);
  const outWeights = new Float64Array(keys.length);
  let count = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]! >> shift;
    if (count > 0 && outKeys[count - 1] === key) {
      outWeights[count - 1]! += weights[i]!;
    } else {
      outKeys[count] = key;
      outWeights[count] = weights[i]!;
      count += 1;
    }
  }
  return { keys: outKeys.slice(0, count), weights: outWeights.slice(0, count) };
}

/** Both together; where both have a key, left + right. */
export function joinBuckets(left: WeightedKeys, right: WeightedKeys): WeightedKeys {
  const keys = new Int32Array(left.keys.length + right.keys.length);
  const weights = new Float64Array(keys.length);
  let i = 0;
  let j = 0;
  let count = 0;
  for (; i < left.keys.length || j < right.keys.length; count++) {
    const fromLeft = j === right.keys.length || left.keys[i]! <= right.keys[j]!;
    const fromRight = i === left.keys.length || right.keys[j]! <= left.keys[i]!;
    keys[count] = fromLeft ? left.keys[i]! : right.keys[j]!;
    if (fromLeft) weights[count]! += left.weights[i++]!;
    if (fromRight) weights[count]! += right.weights[j++]!;
  }
  return { keys: keys.slice(0, count), weights: weights.slice(0, count) };
}
