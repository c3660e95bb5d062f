import { shownText } from '../../lib/telemetry/shown-text.js';
import type { Dataflow, EdgeKind, FlowNode, NodeKind } from './dataflow.js';

const shapes: Readonly<Record<NodeKind, string>> = {
  input: 'folder',
  stage: 'box',
  role: 'ellipse',
  topic: 'cylinder',
  files: 'note',
};

const styles: Readonly<Record<EdgeKind, string>> = {
  data: '',
  control: ' [style=dotted]',
  dead: ' [style=dashed, label="dead letters"]',
};

/** The dataflow in Graphviz' language, without a line ending at the end. */
export function dotOf({ title, boxes, nodes, edges }: Dataflow): string {
  const own = (box: string | undefined) => nodes.filter((node) => node.box === box).map(nodeLine);
  const lines = ['digraph rmmstream {', '  rankdir=LR;', `  label=${quoted([title])};`];
  for (const { id, title: name } of boxes) {
    lines.push(
      `  subgraph cluster_${id} {`,
      `    label=${quoted([name])};`,
      ...own(id).map((line) => `    ${line}`),
      '  }',
    );
  }
  lines.push(
    ...own(undefined).map((line) => `  ${line}`),
    ...edges.map(({ from, to, kind }) => `  ${from} -> ${to}${styles[kind]};`),
    '}',
  );
  return lines.join('\n');
}

function nodeLine({ id, kind, lines }: FlowNode): string {
  return `${id} [shape=${shapes[kind]}, label=${quoted(lines)}];`;
}

/** In a label a backslash begins an escape and an ampersand an entity; \n alone is meant as one. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    shownText(line)
      .replaceAll('&', '&amp;')
      .replaceAll(/["\\]/g, (character) => `\\${character}`),
  );
  return `"${escaped.join('\\n')}"`;
}
