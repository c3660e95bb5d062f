import type { GraphBuilder } from './onnx-graph.js';

/** l1 abs(t) + l2 t^2 of every value of a tensor, as Keras' L1L2; undefined where both are 0. */
export function addPenalty(graph: GraphBuilder, tensor: string, l1: number, l2: number): string | undefined {
  const first = () => graph.node('Mul', [graph.node('Abs', [tensor]), graph.scalar(l1)]);
  const second = () => graph.node('Mul', [graph.node('Mul', [tensor, tensor]), graph.scalar(l2)]);
  return addBoth(graph, l1 > 0 ? first : undefined, l2 > 0 ? second : undefined);
}

/** Its gradient, l1 sign(t) + 2 l2 t. */
export function addPenaltyGradient(
  graph: GraphBuilder,
  tensor: string,
  l1: number,
  l2: number,
): string | undefined {
  const first = () => graph.node('Mul', [graph.node('Sign', [tensor]), graph.scalar(l1)]);
  const second = () => graph.node('Mul', [tensor, graph.scalar(2 * l2)]);
  return addBoth(graph, l1 > 0 ? first : undefined, l2 > 0 ? second : undefined);
}

function addBoth(
  graph: GraphBuilder,
  first: (() => string) | undefined,
  second: (() => string) | undefined,
): string | undefined {
  if (first === undefined) return second?.();
  return second === undefined ? first() : graph.node('Add', [first(), second()]);
}

/** The sum of a matrix or vector as a scalar, by its last axis first: one flat float32 sum is visibly off. */
export function addTotal(graph: GraphBuilder, tensor: string): string {
  const sums = graph.node('ReduceSum', [tensor, graph.integers([-1])], { keepdims: { int: 1 } });
  return graph.node('ReduceSum', [sums], { keepdims: { int: 0 } });
}

/** The sum of each event's values: of width x batch, 1 x batch. */
export function addEventSums(graph: GraphBuilder, tensor: string): string {
  return graph.node('ReduceSum', [tensor, graph.integers([0])], { keepdims: { int: 1 } });
}
