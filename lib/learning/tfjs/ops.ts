import type { Tensor, TensorFlow, TensorFlowDoor } from './tensorflow.js';

/** The sums of a layer: a b + bias. */
export type Affine = { readonly a: Tensor; readonly b: Tensor; readonly bias: Tensor };

/**
 * What networks need of TensorFlow.js beyond single operations. Constants are made once and live until `release`;
 * everything else belongs to the caller's tidy.
 */
export class Ops {
  readonly tf: TensorFlow;
  readonly #plainProductsOnly: boolean;
  readonly #constants = new Map<string, Tensor>();

  constructor(door: TensorFlowDoor) {
    this.tf = door.tf;
    this.#plainProductsOnly = door.plainProductsOnly;
  }

  constant(value: number): Tensor {
    return this.#kept(`${value}`, () => this.tf.scalar(value));
  }

  /** A matrix of ones: products with it are the quickest sums over rows or columns. */
  ones(rows: number, columns: number): Tensor {
    const values = () => this.tf.tensor(new Float32Array(rows * columns).fill(1), [rows, columns]);
    return this.#kept(`${rows} x ${columns}`, values);
  }

  scale(x: Tensor, factor: number): Tensor {
    return factor === 1 ? x : this.tf.mul(x, this.constant(factor));
  }

  /** a^T b. */
  transposedTimes(a: Tensor, b: Tensor): Tensor {
    if (this.#plainProductsOnly) return this.tf.matMul(this.tf.transpose(a), b);
    return this.tf.matMul(a, b, true, false);
  }

  /** a b^T. */
  timesTransposed(a: Tensor, b: Tensor): Tensor {
    if (this.#plainProductsOnly) return this.tf.matMul(a, this.tf.transpose(b));
    return this.tf.matMul(a, b, false, true);
  }

  /** tanh(x); by way of 2 sigmoid(2 x) - 1, which is off by 1e-7 at most, where that is quicker. */
  tanh(x: Tensor): Tensor {
    if (!this.#plainProductsOnly) return this.tf.tanh(x);
    const sigmoid = this.tf.sigmoid(this.scale(x, 2));
    return this.tf.sub(this.scale(sigmoid, 2), this.constant(1));
  }

  /** relu(a b + bias), as one operation where that lets NaN through: else a training that diverged would look sound. */
  reluOf(affine: Affine): Tensor {
    const { fused } = this.tf;
    if (this.#plainProductsOnly) return this.tf.relu(fused.matMul({ ...affine, activation: 'linear' }));
    return fused.matMul({ ...affine, activation: 'relu' });
  }

  /** Sum over each row, rows x 1. */
  rowSums(x: Tensor): Tensor {
    return this.tf.matMul(x, this.ones(x.shape[1]!, 1));
  }

  /** Sum over each column, 1 x columns. */
  columnSums(x: Tensor): Tensor {
    return this.tf.matMul(this.ones(1, x.shape[0]!), x);
  }

  /** Sum of a matrix or vector, 1 x 1, by rows first: one flat float32 sum over a million values is visibly off. */
  total(x: Tensor): Tensor {
    return this.columnSums(this.rowSums(x.shape.length === 2 ? x : this.tf.reshape(x, [1, x.shape[0]!])));
  }

  release(): void {
    for (const tensor of this.#constants.values()) tensor.dispose();
    this.#constants.clear();
  }

  #kept(key: string, make: () => Tensor): Tensor {
    let tensor = this.#constants.get(key);
    if (tensor === undefined) {
      tensor = this.tf.keep(make());
      this.#constants.set(key, tensor);
    }
    return tensor;
  }
}
