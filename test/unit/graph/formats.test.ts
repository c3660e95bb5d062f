import assert from 'node:assert/strict';
import test from 'node:test';
import { instance } from '@viz-js/viz';
import type { Dataflow } from '../../../services/graph/dataflow.js';
import { dotOf } from '../../../services/graph/dot.js';
import { mermaidOf } from '../../../services/graph/mermaid.js';
import { readMermaid } from './read-mermaid.js';

/** Names that would end a label, begin a tag, an escape or a comment, or colour a terminal. */
const hostile = [
  'he said "no"; end # %% // <img src=x onerror=alert(1)>',
  'back\\slash \\N `tick` #quot; &amp; --> [x]',
  '%%{init: {"theme": "dark"}}%% 100 %',
];

const flow: Dataflow = {
  title: 'runs "of" <b>; now',
  boxes: [{ id: 'box', title: 'a "box" <i>' }],
  nodes: [
    { id: 'n', kind: 'topic', lines: [...hostile, 'red \u001b[31m and\nnew'], box: 'box' },
    { id: 'm', kind: 'role', lines: ['m'] },
    { id: 'f', kind: 'files', lines: ['f'] },
  ],
  edges: [
    { from: 'n', to: 'm', kind: 'data' },
    { from: 'm', to: 'n', kind: 'control' },
    { from: 'm', to: 'f', kind: 'dead' },
  ],
};

const shown = [...hostile, 'red \\u001b[31m and\\nnew'];

test('Graphviz reads the DOT form, and hostile names stay names', async () => {
  const viz = await instance();
  const { objects, edges, label } = viz.renderJSON(dotOf(flow)) as {
    readonly label: string;
    readonly objects: readonly { readonly name: string; readonly label?: string; readonly shape?: string }[];
    readonly edges: readonly { readonly tail: number; readonly head: number; readonly style?: string }[];
  };
  assert.equal(label, 'runs "of" <b>; now');
  const node = (name: string) => objects.find((object) => object.name === name)!;
  assert.deepEqual(node('m').shape, 'ellipse');
  assert.equal(node('cluster_box').label, 'a "box" <i>');
  const drawn = viz.renderString(dotOf(flow), { format: 'plain' });
  assert.equal(drawn.split('\n').filter((line) => line.startsWith('node ')).length, 3);
  const svg = viz.renderString(dotOf(flow), { format: 'svg' });
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => unescaped(match[1]!));
  for (const line of shown) assert.ok(texts.includes(line), `${line} in ${texts.join(' | ')}`);
  assert.deepEqual(
    edges.map(({ tail, head, style }) => [objects[tail]!.name, objects[head]!.name, style]),
    [
      ['n', 'm', undefined],
      ['m', 'n', 'dotted'],
      ['m', 'f', 'dashed'],
    ],
  );
});

/** XML text as the text that it stands for. */
function unescaped(text: string): string {
  return text
    .replaceAll('&#160;', ' ')
    .replaceAll('&#45;', '-')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

test('every line of the Mermaid form is of its grammar, and hostile names stay names', () => {
  const { nodes, edges, boxes } = readMermaid(mermaidOf(flow));
  assert.deepEqual(nodes.get('n'), { box: 'box', lines: shown });
  assert.deepEqual([...nodes.keys()], ['n', 'm', 'f']);
  assert.deepEqual([...boxes], [['box', 'a "box" <i>']]);
  assert.deepEqual(edges, [
    ['n', '-->', 'm'],
    ['m', '-.->', 'n'],
    ['m', '-. dead letters .->', 'f'],
  ]);
});
