import assert from 'node:assert/strict';

/** A Mermaid flowchart, read strictly: what a node's label stands for, the box that it is in, the edges. */
export interface ReadFlowchart {
  readonly nodes: ReadonlyMap<
    string,
    { readonly box: string | undefined; readonly lines: readonly string[] }
  >;
  readonly boxes: ReadonlyMap<string, string>;
  readonly edges: readonly (readonly [from: string, arrow: string, to: string])[];
}

const label = '"([^"<>&`\\\\%]*(?:<br/>[^"<>&`\\\\%]*)*)"';
const grammar = {
  title: /^accTitle: [^#;"<>%]+$/,
  box: new RegExp(`^subgraph (\\w+)\\[${label}\\]$`),
  node: new RegExp(`^(\\w+)(?:\\[|\\(\\[|\\[\\(|\\[/)${label}(?:\\]|\\]\\)|\\)\\]|/\\])$`),
  edge: /^(\w+) (-->|-\.->|-\. [a-z ]+ \.->) (\w+)$/,
} as const;

/** Fails at the first line that is none of what we write; the parsers of Mermaid 11.17 and 12.3 accept what this accepts. */
export function readMermaid(text: string): ReadFlowchart {
  const nodes = new Map<string, { box: string | undefined; lines: string[] }>();
  const boxes = new Map<string, string>();
  const edges: [string, string, string][] = [];
  let box: string | undefined;
  const [head, ...lines] = text.split('\n');
  assert.equal(head, 'flowchart LR');
  for (const whole of lines) {
    const line = whole.trim();
    const opened = grammar.box.exec(line);
    const node = grammar.node.exec(line);
    const edge = grammar.edge.exec(line);
    if (line === 'end') box = undefined;
    else if (opened !== null) {
      box = opened[1]!;
      boxes.set(box, meant(opened[2]!)[0]!);
    } else if (node !== null) {
      assert.ok(!nodes.has(node[1]!), `${node[1]} comes twice`);
      nodes.set(node[1]!, { box, lines: meant(node[2]!) });
    } else if (edge !== null) edges.push([edge[1]!, edge[2]!, edge[3]!]);
    else assert.match(line, grammar.title);
  }
  for (const [from, , to] of edges)
    assert.ok(nodes.has(from) && nodes.has(to), `${from} or ${to} is no node`);
  return { nodes, boxes, edges };
}

function meant(text: string): string[] {
  const plain = (line: string) =>
    line.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  return text.split('<br/>').map(plain);
}
