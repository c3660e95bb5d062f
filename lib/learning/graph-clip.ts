import { addTotal } from './graph-penalties.js';
import type { ClipDescription } from './loss.js';
import type { GraphBuilder } from './onnx-graph.js';

/** Adds the limits of `clip` to gradients; returns them as they are where there is none. */
export function addClipping(
  graph: GraphBuilder,
  clip: ClipDescription,
  gradients: readonly string[],
): string[] {
  if (clip.type === 'none') return [...gradients];
  const limit = graph.scalar(clip.limit);
  switch (clip.type) {
    case 'value':
      return gradients.map((gradient) => graph.node('Clip', [gradient, graph.scalar(-clip.limit), limit]));
    case 'norm':
      return gradients.map((gradient) => {
        const share = addShare(graph, addSquares(graph, gradient), limit);
        return graph.node('Mul', [gradient, share]);
      });
    case 'global_norm': {
      const squares = gradients.map((gradient) => addSquares(graph, gradient));
      const share = addShare(graph, graph.node('Sum', squares), limit);
      return gradients.map((gradient) => graph.node('Mul', [gradient, share]));
    }
  }
}

function addSquares(graph: GraphBuilder, gradient: string): string {
  return addTotal(graph, graph.node('Mul', [gradient, gradient]));
}

/** limit / max(norm, limit): 1 for a norm within the limit, 0 included. */
function addShare(graph: GraphBuilder, squares: string, limit: string): string {
  return graph.node('Div', [limit, graph.node('Max', [graph.node('Sqrt', [squares]), limit])]);
}
