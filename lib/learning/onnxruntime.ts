import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { invariant, RmmError } from '../base/error.js';
import type { BoundRun, GraphRuntime, GraphSession, NamedArrays } from './graph-runtime.js';
import type { OnnxGraph, TensorSpec } from './onnx-graph.js';

/** The part of onnxruntime's JavaScript interface in use; onnxruntime-node and -web share it. */
export interface OnnxruntimeModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
}

export interface OnnxruntimeOptions {
  readonly name: string;
  readonly version: string;
  readonly executionProviders: readonly string[];
  /**
   * True where a run writes into output arrays that are handed to it (onnxruntime-node). The wasm build
   * gives new arrays, which are copied.
   */
  readonly writesInPlace: boolean;
  /** What to look at where no graph can be loaded. */
  readonly help?: string;
}

/** Runs graphs on a loaded onnxruntime module. */
export function onnxruntimeRuntime(module: OnnxruntimeModule, options: OnnxruntimeOptions): GraphRuntime {
  return {
    name: options.name,
    version: options.version,
    async load(graph, { threads }) {
      const session = await create(module, options, graph, threads);
      return sessionOf(module, options, graph, session);
    },
  };
}

async function create(
  module: OnnxruntimeModule,
  options: OnnxruntimeOptions,
  graph: OnnxGraph,
  threads: number,
): Promise<InferenceSession> {
  try {
    return await module.InferenceSession.create(graph.model, {
      executionProviders: options.executionProviders,
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // A spinning pool takes the cores from worker threads and neighbours: on a loaded machine a step with
      // two threads took 1.4 times longer with it.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      // Warnings about unused initializers and the like are of no use to a physicist.
      logSeverityLevel: 3,
    });
  } catch (cause) {
    const help = options.help === undefined ? '' : `; ${options.help}`;
    throw new RmmError(
      'backend_failed',
      `${options.name} ${options.version} refused a graph: ${withoutPlace((cause as Error).message)}${help}`,
      { cause },
    );
  }
}

/** A message of onnxruntime without the place in its source that it may begin with, and without its line ends. */
function withoutPlace(message: string): string {
  return message.replace(/^\/\S+\.cc:\d+ .*? was false\. /, '').trim();
}

function sessionOf(
  module: OnnxruntimeModule,
  options: OnnxruntimeOptions,
  graph: OnnxGraph,
  session: InferenceSession,
): GraphSession {
  const tensors = (specs: readonly TensorSpec[], arrays: NamedArrays): Record<string, Tensor> => {
    const result: Record<string, Tensor> = {};
    for (const { name, dims } of specs) {
      const data = arrays[name];
      invariant(data !== undefined, `no array was given for tensor ${name}`);
      result[name] = new module.Tensor('float32', data, numericDims(name, dims, data.length));
    }
    return result;
  };
  return {
    bind(inputs, outputs): BoundRun {
      const feeds = tensors(graph.inputs, inputs);
      const fetches = tensors(graph.outputs, outputs);
      const names = Object.keys(fetches);
      return {
        async run() {
          try {
            if (options.writesInPlace) {
              await session.run(feeds, fetches);
              return;
            }
            const results = await session.run(feeds);
            for (const name of names) outputs[name]!.set(results[name]!.data as Float32Array);
          } catch (cause) {
            throw new RmmError(
              'backend_failed',
              `${options.name} ${options.version} failed while running a graph: ${(cause as Error).message}`,
              { cause },
            );
          }
        },
      };
    },
    release: () => session.release(),
  };
}

/** Puts the one open dimension, if there is one, to what the array's length says. */
function numericDims(name: string, dims: TensorSpec['dims'], length: number): number[] {
  const known = dims.reduce<number>((product, dim) => (typeof dim === 'number' ? product * dim : product), 1);
  const numeric = dims.map((dim) => (typeof dim === 'number' ? dim : length / known));
  invariant(
    numeric.reduce((product, dim) => product * dim, 1) === length && numeric.every(Number.isInteger),
    `tensor ${name} takes ${dims.join(' x ')} values, but the array holds ${length}`,
  );
  return numeric;
}
