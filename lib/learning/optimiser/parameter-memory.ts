import { RmmError } from '../../base/error.js';
import {
  compile,
  heapBase,
  instantiate,
  pageBytes,
  reserve,
  type WasmExports,
  type WasmModule,
} from '../../base/wasm/module.js';
import { adamBeta1, adamBeta2, adamEpsilon, adamRate } from '../adam.js';
import { checkState, type TrainerState } from '../backend.js';
import type { Network } from '../network.js';
import { adamWasm } from './adam-wasm.js';

/** What adam.c exports. */
interface AdamExports extends WasmExports {
  adam(
    parameters: number,
    first: number,
    second: number,
    gradients: number,
    length: number,
    rate: number,
    oneLessBeta1: number,
    oneLessBeta2: number,
    epsilon: number,
  ): void;
}

/** Every parameter starts at a multiple of 64 bytes, as kernels like it. */
const alignment = 64;
/** Parameters, two moments and gradients. */
const copies = 4;
const largestMemory = 2 ** 32 - pageBytes;

/** One a thread, compiled at the first use. */
let compiled: WasmModule | undefined;

/**
 * The state of a training in one WebAssembly memory: parameters, moments and gradients of a network, each as arrays in
 * the network's order. A backend reads `parameters`, writes `gradients` and calls `step`; nothing is allocated after
 * that. The update runs here and not in a graph because a graph passes over the memory once for each of Adam's
 * twelve operations: it took a quarter of a step of AE large at a batch of 512, here a fiftieth.
 */
export class ParameterMemory {
  readonly parameters: readonly Float32Array[];
  readonly gradients: readonly Float32Array[];
  readonly #network: Network;
  readonly #first: readonly Float32Array[];
  readonly #second: readonly Float32Array[];
  readonly #exports: AdamExports;
  /** Addresses of parameters, moments and gradients, and the floats from one to the next. */
  readonly #addresses: readonly [number, number, number, number];
  readonly #length: number;
  #steps = 0;

  /** @throws RmmError `network_invalid` for more parameters than a memory of 4 GiB takes */
  constructor(network: Network, start: TrainerState) {
    this.#network = network;
    compiled ??= compile(adamWasm);
    this.#exports = instantiate<AdamExports>(compiled);
    const base = heapBase(this.#exports);
    const offsets: number[] = [];
    let bytes = 0;
    for (const { size } of network.parameters) {
      offsets.push(bytes);
      bytes += Math.ceil((4 * size) / alignment) * alignment;
    }
    if (base + copies * bytes > largestMemory) {
      const count = network.parameters.reduce((sum, { size }) => sum + size, 0);
      throw new RmmError(
        'network_invalid',
        `network ${JSON.stringify(network.description.name)} has ${count} parameters; at most ${Math.floor(largestMemory / copies / 4)} can be trained: make its layers narrower`,
        { context: { network: network.description.name } },
      );
    }
    reserve(this.#exports, base + copies * bytes);
    this.#length = bytes / 4;
    this.#addresses = [base, base + bytes, base + 2 * bytes, base + 3 * bytes];
    const { buffer } = this.#exports.memory;
    const [parameters, first, second, gradients] = this.#addresses.map((address) =>
      network.parameters.map(({ size }, index) => new Float32Array(buffer, address + offsets[index]!, size)),
    );
    this.parameters = parameters!;
    this.#first = first!;
    this.#second = second!;
    this.gradients = gradients!;
    this.restore(start);
  }

  /** Steps taken, those before a restored state included. */
  get steps(): number {
    return this.#steps;
  }

  /** One step of Adam in Keras' form, with the gradients as they are. */
  step(learningRate: number): void {
    this.#steps += 1;
    const rate = adamRate(learningRate, this.#steps);
    const { adam } = this.#exports;
    adam(...this.#addresses, this.#length, rate, 1 - adamBeta1, 1 - adamBeta2, adamEpsilon);
  }

  /** A copy. */
  state(): TrainerState {
    const copy = (arrays: readonly Float32Array[]) => arrays.map((values) => values.slice());
    return {
      parameters: copy(this.parameters),
      first: copy(this.#first),
      second: copy(this.#second),
      step: this.#steps,
    };
  }

  restore(state: TrainerState): void {
    checkState(this.#network, state);
    const { parameters, first, second, step } = state;
    const set = (to: readonly Float32Array[], from: readonly Float32Array[]) => {
      for (const [index, values] of from.entries()) to[index]!.set(values);
    };
    set(this.parameters, parameters);
    set(this.#first, first);
    set(this.#second, second);
    this.#steps = step;
  }
}
