import { adamBeta1, adamBeta2, adamEpsilon } from './adam.js';
import type { ParameterSpec } from './network.js';
import type { GraphBuilder } from './onnx-graph.js';

/** Prefixes of parameter names in a training graph: first and second Adam moment, and the new values. */
export const graphPrefix = { first: 'm/', second: 'v/', next: 'next/' } as const;

/** Tensors that Adam changes for one parameter. */
export interface AdamState {
  readonly parameter: string;
  readonly first: string;
  readonly second: string;
}

/**
 * Adds Adam in Keras' form for one parameter p with gradient g, and makes outputs of what it gives:
 *
 *     m' = m + (1 - beta1)(g - m);   v' = v + (1 - beta2)(g^2 - v);   p' = p - m' rate / (sqrt(v') + epsilon)
 * @param rate adamRate of the step, a scalar
 */
export function addAdam(
  graph: GraphBuilder,
  { name, dims }: ParameterSpec,
  gradient: string,
  rate: string,
  { parameter, first: m, second: v }: AdamState,
): void {
  const moveM = graph.node('Mul', [graph.node('Sub', [gradient, m]), graph.scalar(1 - adamBeta1)]);
  const nextM = graph.node('Add', [m, moveM], {}, graphPrefix.next + m);
  const square = graph.node('Mul', [gradient, gradient]);
  const moveV = graph.node('Mul', [graph.node('Sub', [square, v]), graph.scalar(1 - adamBeta2)]);
  const nextV = graph.node('Add', [v, moveV], {}, graphPrefix.next + v);
  const root = graph.node('Add', [graph.node('Sqrt', [nextV]), graph.scalar(adamEpsilon)]);
  const change = graph.node('Div', [graph.node('Mul', [nextM, rate]), root]);
  const next = graph.node('Sub', [parameter, change], {}, graphPrefix.next + name);
  graph.output(next, dims, next);
  graph.output(nextM, dims, nextM);
  graph.output(nextV, dims, nextV);
}
