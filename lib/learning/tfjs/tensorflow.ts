/** A tensor of TensorFlow.js: a handle to float32 values that live with the backend. */
export interface Tensor {
  readonly shape: readonly number[];
  /** A copy of the values; waits for the device. */
  dataSync(): Float32Array;
  dispose(): void;
}

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;
/** What `tidy` gives back and does not dispose. */
type Kept = Tensor | readonly Tensor[] | { readonly [name: string]: Kept };

/**
 * The part of TensorFlow.js in use. The packages are optional, so their own types cannot be asked for; tests run every
 * one of these functions.
 */
export interface TensorFlow {
  tidy<T extends Kept>(body: () => T): T;
  memory(): { readonly numTensors: number };
  getBackend(): string;
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  scalar(value: number): Tensor;
  keep(tensor: Tensor): Tensor;
  readonly fused: {
    matMul(options: {
      readonly a: Tensor;
      readonly b: Tensor;
      readonly bias: Tensor;
      readonly activation: 'linear' | 'relu' | 'leakyrelu';
      readonly leakyreluAlpha?: number;
    }): Tensor;
  };
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  readonly transpose: Unary;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  concat(tensors: Tensor[], axis: number): Tensor;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly maximum: Binary;
  readonly square: Unary;
  readonly sqrt: Unary;
  readonly exp: Unary;
  readonly log: Unary;
  readonly abs: Unary;
  readonly sign: Unary;
  readonly tanh: Unary;
  readonly sigmoid: Unary;
  readonly softplus: Unary;
  readonly relu: Unary;
  leakyRelu(x: Tensor, slope: number): Tensor;
  clipByValue(x: Tensor, low: number, high: number): Tensor;
}

/** An opened TensorFlow.js with one of its backends. */
export interface TensorFlowDoor {
  /** As outputs name it: tfjs-wasm, tfjs-node or tfjs-node-gpu. */
  readonly name: string;
  readonly version: string;
  readonly tf: TensorFlow;
  /** TensorFlow.js' own name of the backend, as setBackend takes it. */
  readonly engine: string;
  /**
   * True for WebAssembly, which is quick at plain products and slow at two things that are therefore gone round:
   * products with a transposed factor (10 times) and tanh (9 times). Its products that are fused with relu are gone
   * round too: they make 0 of NaN.
   */
  readonly plainProductsOnly: boolean;
}
