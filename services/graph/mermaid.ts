import { shownText } from '../../lib/telemetry/shown-text.js';
import type { Dataflow, EdgeKind, FlowNode, NodeKind } from './dataflow.js';

const shapes: Readonly<Record<NodeKind, readonly [string, string]>> = {
  input: ['[/', '/]'],
  stage: ['[', ']'],
  role: ['([', '])'],
  topic: ['[(', ')]'],
  files: ['[/', '/]'],
};

const arrows: Readonly<Record<EdgeKind, string>> = {
  data: '-->',
  control: '-.->',
  dead: '-. dead letters .->',
};

/** The dataflow as a Mermaid flowchart, without a line ending at the end. */
export function mermaidOf({ title, boxes, nodes, edges }: Dataflow): string {
  const own = (box: string | undefined) => nodes.filter((node) => node.box === box).map(nodeLine);
  const lines = ['flowchart LR', `  accTitle: ${plain(title)}`];
  for (const { id, title: name } of boxes) {
    lines.push(`  subgraph ${id}["${text(name)}"]`, ...own(id).map((line) => `    ${line}`), '  end');
  }
  lines.push(
    ...own(undefined).map((line) => `  ${line}`),
    ...edges.map(({ from, to, kind }) => `  ${from} ${arrows[kind]} ${to}`),
  );
  return lines.join('\n');
}

function nodeLine({ id, kind, lines }: FlowNode): string {
  const [open, close] = shapes[kind];
  return `${id}${open}"${lines.map(text).join('<br/>')}"${close}`;
}

/** What Mermaid or the page around it would take for its own is written as an entity; %%{ begins a directive anywhere. */
function text(value: string): string {
  return shownText(value).replaceAll(/[#"<>&`\\%]/g, (character) => `#${character.charCodeAt(0)};`);
}

/** A title is taken as it stands up to the end of its line; a semicolon would end it as well. */
function plain(value: string): string {
  return shownText(value).replaceAll(/[#;"<>&`\\{}%]/g, ' ');
}
