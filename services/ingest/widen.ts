/** Any numeric typed array that a branch may come as. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
export type AnyArray = NumberArray | BigInt64Array | BigUint64Array;

/** A growing set of buffers that are used again for every block. */
export class Buffers {
  readonly #held = new Map<string, Float64Array | Int32Array | Uint8Array | BigInt64Array>();

  float64(name: string, length: number): Float64Array {
    return this.#take(name, length, Float64Array);
  }

  int32(name: string, length: number): Int32Array {
    return this.#take(name, length, Int32Array);
  }

  uint8(name: string, length: number): Uint8Array {
    return this.#take(name, length, Uint8Array);
  }

  int64(name: string, length: number): BigInt64Array {
    return this.#take(name, length, BigInt64Array);
  }

  #take<Kind extends Float64Array | Int32Array | Uint8Array | BigInt64Array>(
    name: string,
    length: number,
    kind: { new (length: number): Kind },
  ): Kind {
    let held = this.#held.get(name) as Kind | undefined;
    if (held === undefined || held.length < length) {
      // Half as much again, so that slowly growing blocks do not allocate each time.
      held = new kind(length + (length >> 1));
      this.#held.set(name, held);
    }
    return held.subarray(0, length) as Kind;
  }
}

/**
 * Widens `count` values to float64 and scales them. float32 inputs are widened before the multiplication.
 * A scale of 1/1000 is done as a division, which rounds once.
 */
export function widen(values: AnyArray, count: number, scale: number, out: Float64Array): Float64Array {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let index = 0; index < count; index += 1) out[index] = Number(values[index]) * scale;
  } else if (values instanceof Float32Array) {
    // A branch of its own type keeps the loop monomorphic; nearly all columns come this way.
    scaleFloat32(values, count, scale, out);
  } else if (scale === 1) {
    for (let index = 0; index < count; index += 1) out[index] = values[index] as number;
  } else {
    for (let index = 0; index < count; index += 1) out[index] = (values[index] as number) * scale;
  }
  return out;
}

function scaleFloat32(values: Float32Array, count: number, scale: number, out: Float64Array): void {
  if (scale === 1) {
    out.set(values.subarray(0, count));
    return;
  }
  if (scale === 0.001) {
    for (let index = 0; index < count; index += 1) out[index] = (values[index] as number) / 1000;
    return;
  }
  for (let index = 0; index < count; index += 1) out[index] = (values[index] as number) * scale;
}

/** Integers of any width as int32; the caller knows that they fit. */
export function toInt32(values: AnyArray, count: number, out: Int32Array): Int32Array {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let index = 0; index < count; index += 1) out[index] = Number(values[index]);
  } else {
    for (let index = 0; index < count; index += 1) out[index] = values[index] as number;
  }
  return out;
}

/** Integers of any width as int64, exactly. */
export function toInt64(values: AnyArray, count: number, out: BigInt64Array): BigInt64Array {
  if (values instanceof BigInt64Array) out.set(values.subarray(0, count));
  else if (values instanceof BigUint64Array) {
    for (let index = 0; index < count; index += 1) out[index] = BigInt.asIntN(64, values[index] as bigint);
  } else {
    // Writing two 32-bit halves avoids a BigInt for each event.
    const halves = new Int32Array(out.buffer, out.byteOffset, 2 * count);
    const signed = !(values instanceof Uint32Array);
    for (let index = 0; index < count; index += 1) {
      const value = values[index] as number;
      halves[2 * index] = value;
      halves[2 * index + 1] = signed && value < 0 ? -1 : 0;
    }
  }
  return out;
}

export function toUint8(values: AnyArray, count: number, out: Uint8Array): Uint8Array {
  for (let index = 0; index < count; index += 1) out[index] = values[index] ? 1 : 0;
  return out;
}
