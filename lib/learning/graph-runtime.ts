import type { OnnxGraph } from './onnx-graph.js';

/** Float32 arrays by tensor name. */
export type NamedArrays = Readonly<Record<string, Float32Array>>;

/** Inputs and outputs tied to arrays once; every run reads the one and writes the other. */
export interface BoundRun {
  run(): Promise<void>;
}

/** A graph that was loaded and optimised. */
export interface GraphSession {
  /** Ties arrays to every input and output; shapes come from the graph. */
  bind(inputs: NamedArrays, outputs: NamedArrays): BoundRun;
  release(): Promise<void>;
}

/** Something that runs ONNX graphs. */
export interface GraphRuntime {
  readonly name: string;
  readonly version: string;
  /** @throws RmmError `backend_failed` where the runtime refuses the graph */
  load(graph: OnnxGraph, options: { readonly threads: number }): Promise<GraphSession>;
}
