/** A sketch as plain JSON. */
export interface QuantileSketchJson {
  readonly capacity: number;
  readonly shift: number;
  readonly minimum: number;
  readonly maximum: number;
  /** The first bucket's key, then the distances from one to the next. */
  readonly keys: readonly number[];
  readonly weights: readonly number[];
}

/** The JSON as it should be, or undefined where it is not that of a sketch. */
export function checkedSketch(json: unknown): QuantileSketchJson | undefined {
  const { capacity, shift, minimum, maximum, keys, weights } = (json ?? {}) as Partial<QuantileSketchJson>;
  const isKey = (key: unknown) => Number.isInteger(key) && Math.abs(key as number) <= 2 ** 32;
  if (
    !(Number.isInteger(capacity) && capacity! >= 2) ||
    !(Number.isInteger(shift) && shift! >= 0 && shift! < 32) ||
    !(Number.isFinite(minimum) && Number.isFinite(maximum)) ||
    !(Array.isArray(keys) && keys.length <= capacity! && keys.every(isKey)) ||
    !keys.every((step, index) => index === 0 || step > 0) ||
    !(Array.isArray(weights) && weights.length === keys.length) ||
    !weights.every((weight) => Number.isFinite(weight) && weight > 0)
  ) {
    return undefined;
  }
  return json as QuantileSketchJson;
}
