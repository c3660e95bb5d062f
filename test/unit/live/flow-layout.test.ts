import assert from 'node:assert/strict';
import test from 'node:test';
import { kafkaFlow } from '../../../services/live/kafka/kafka-flow.js';
import { embeddedFlow } from '../../../services/live/model/embedded-flow.js';
import { type Box, type Line, layOut, leastScale } from '../../../services/live/page/flow-layout.js';
import { kafkaConfig } from '../../support/service-context.js';

const areApart = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

/** What the words of an edge take: 6 pixels a letter, and where events go along a rate of seven below. */
function wordsOf({ labelX, labelY, rateY, anchor }: Line, label: string, hasRate: boolean): Box {
  const width = 6 * Math.max(label.length, hasRate ? 7 : 0);
  const x = anchor === 'start' ? labelX : anchor === 'end' ? labelX - width : labelX - width / 2;
  const top = labelY - 9;
  return { x, y: top, width, height: (hasRate ? rateY : labelY) + 3 - top };
}

for (const [name, { nodes, edges }] of [
  ['embedded', embeddedFlow],
  ['kafka', kafkaFlow(kafkaConfig().config)],
] as const) {
  for (const room of [360, 760, 1360]) {
    test(`${name}, ${room} pixels: no box covers another, every line begins and ends at its boxes`, () => {
      const { width, height, boxes, lines } = layOut(nodes, edges, room);
      const all = [...boxes.values()];
      for (const [at, a] of all.entries()) {
        assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height);
        for (const b of all.slice(at + 1)) {
          const isApart =
            a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
          assert.ok(isApart, `${JSON.stringify(a)} and ${JSON.stringify(b)}`);
        }
      }
      const touches = (id: string, x: number, y: number) => {
        const box = boxes.get(id)!;
        const isAtSide = (x === box.x || x === box.x + box.width) && y >= box.y && y <= box.y + box.height;
        const isAtEnd = (y === box.y || y === box.y + box.height) && x >= box.x && x <= box.x + box.width;
        return isAtSide || isAtEnd;
      };
      edges.forEach(({ from, to }, at) => {
        const { path, tipX, tipY } = lines[at]!;
        const [, x, y] = /^M([\d.]+) ([\d.]+)/.exec(path)!.map(Number);
        assert.ok(touches(from, x!, y!), `${from} to ${to} begins at ${x} ${y}`);
        assert.ok(touches(to, tipX, tipY), `${from} to ${to} ends at ${tipX} ${tipY}`);
      });
    });

    test(`${name}, ${room} pixels: no words of an edge cover those of another, or a box`, () => {
      const { width, height, boxes, lines } = layOut(nodes, edges, room);
      const words = edges.map(({ label, of }, at) => wordsOf(lines[at]!, label, of !== undefined));
      const parts = [...words.entries()].map(([at, box]) => ({ what: edges[at]!.label, box }));
      for (const [at, { what, box: a }] of parts.entries()) {
        assert.ok(a.x >= 0 && a.x + a.width <= width && a.y >= -20 && a.y + a.height <= height, what);
        for (const { what: other, box: b } of parts.slice(at + 1))
          assert.ok(areApart(a, b), `${what} ${JSON.stringify(a)} and ${other} ${JSON.stringify(b)}`);
        for (const [id, b] of boxes) assert.ok(areApart(a, b), `${what} and the box ${id}`);
      }
    });
  }
}

test('a picture is as wide as its room, or so little wider that its words can be read; else it scrolls', () => {
  for (const [{ nodes, edges }, least] of [
    [embeddedFlow, 320],
    [kafkaFlow(kafkaConfig().config), 430],
  ] as const) {
    for (let room = 300; room <= 1400; room += 10) {
      const { width } = layOut(nodes, edges, room);
      if (room >= least) assert.ok(width * leastScale <= room, `${width} in ${room}`);
      else assert.equal(width, layOut(nodes, edges, 0).width, 'no more than it needs');
    }
  }
});
