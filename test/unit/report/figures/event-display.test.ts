import assert from 'node:assert/strict';
import test from 'node:test';
import { eventDisplaySvg, ringsOf, widestGap } from '../../../../services/report/figures/event-display.js';

/** Ends of the arrows by their titles, in pixels from the centre, up being positive. */
function tips(svg: string): Map<string, [number, number]> {
  const found = new Map<string, [number, number]>();
  for (const [, path, title] of svg.matchAll(
    /<path[^>]* d="M160,160L([^"]*?)M[^"]*"[^>]*><title>([^<:]*):/g,
  )) {
    const [x, y] = path!.split(',').map(Number) as [number, number];
    found.set(title!, [x - 160, 160 - y]);
  }
  return found;
}

test('arrows point along phi, counterclockwise, and are as long as the square root of pT', () => {
  const svg = eventDisplaySvg('d', {
    met: 25,
    metPhi: -Math.PI / 2,
    objects: [
      { type: 'electron', pt: 100, eta: 0, phi: 0 },
      { type: 'muon', pt: 50, eta: 1, phi: Math.PI / 2 },
      { type: 'b-jet', pt: 100, eta: 1, phi: Math.PI },
      { type: 'b-jet', pt: 30, eta: 1, phi: 1 },
    ],
  });
  const found = tips(svg);
  assert.deepEqual([...found.keys()].sort(), ['MET', 'b1', 'b2', 'e1', 'μ1']);
  const near = (name: string, x: number, y: number) => {
    const [foundX, foundY] = found.get(name)!;
    assert.ok(Math.hypot(foundX - x, foundY - y) < 0.01, `${name}: ${foundX}, ${foundY}`);
  };
  near('e1', 108, 0);
  near('μ1', 0, 108 * Math.SQRT1_2);
  near('b1', -108, 0);
  near('b2', 108 * Math.sqrt(0.3) * Math.cos(1), 108 * Math.sqrt(0.3) * Math.sin(1));
  near('MET', 0, -54);
  for (const label of ['e1 100', 'μ1 50', 'b1 100', 'b2 30', 'MET 25', '100 GeV', '20 GeV'])
    assert.ok(svg.includes(`>${label}<`), label);
});

test('rings stand at round values', () => {
  assert.deepEqual(ringsOf(100), [20, 100]);
  assert.deepEqual(ringsOf(987), [100, 500]);
  assert.deepEqual(ringsOf(28), [5, 20]);
});

test('an event without momentum is still drawn', () => {
  assert.doesNotMatch(eventDisplaySvg('d', { met: 0, metPhi: 0, objects: [] }), /NaN/);
});

test('labels of objects that lie on each other neither cover each other nor leave the picture', () => {
  const objects = Array.from({ length: 9 }, (_, i) => ({
    type: 'light jet' as const,
    pt: 400 - 4 * i,
    eta: 0,
    phi: 0.01 * i,
  }));
  const svg = eventDisplaySvg('d', { met: 350, metPhi: 0.02, objects });
  const places = [...svg.matchAll(/<text[^>]*transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*>([^<]*)</g)]
    .map(([, x, y, text]) => ({ x: Number(x), y: Number(y), width: text!.length * 6.8, text: text! }))
    .filter(({ text }) => /^(j\d|MET) /.test(text));
  assert.equal(places.length, 10);
  for (const [i, { x, y, width, text }] of places.entries()) {
    assert.ok(x - width / 2 >= 0 && x + width / 2 <= 320 && y >= 6 && y <= 314, `${text} at ${x}, ${y}`);
    for (const other of places.slice(i + 1))
      assert.ok(
        Math.abs(other.x - x) > (other.width + width) / 2 || Math.abs(other.y - y) > 11,
        `${text} on ${other.text}`,
      );
  }
});

test('numbers of rings stand in the widest angle between arrows', () => {
  assert.ok(
    Math.abs(widestGap([0, 1, -1]) - -Math.PI) < 1e-12 || Math.abs(widestGap([0, 1, -1]) - Math.PI) < 1e-12,
  );
  assert.ok(Math.abs(widestGap([3, -3, 2]) - -0.5) < 1e-12);
  assert.equal(widestGap([]), -Math.PI / 2);
});
