import assert from 'node:assert/strict';
import test from 'node:test';
import { inflateSync } from 'node:zlib';
import { figurePng, isDrawn, standaloneSvg } from '../../../services/report/render/figure-files.js';
import { dark, light, resolveProperties } from '../../../services/report/render/theme.js';
import { madeFigure } from '../../support/made-sections.js';

test('a figure as a file has colours of its own and a white ground', () => {
  const svg = standaloneSvg(madeFigure('file').svg);
  assert.ok(!svg.includes('var(--ink)') && !svg.includes('var(--c1)'));
  assert.ok(svg.includes(light.c1!) && svg.includes(`fill="${light.paper}"`));
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.ok(!svg.includes('font-family: inherit') && !svg.includes('font-family:inherit'));
});

test('both themes have the same names, and only names of the theme are resolved', () => {
  assert.deepEqual(Object.keys(dark).sort(), Object.keys(light).sort());
  assert.equal(
    resolveProperties('var(--ink) var( --bad ) var(--other)', light),
    `${light.ink} ${light.bad} var(--other)`,
  );
});

test('what has no area is not drawn', () => {
  assert.ok(isDrawn(madeFigure('one')));
  for (const svg of [
    '',
    'text',
    '<svg></svg>',
    '<svg width="0" height="20"></svg>',
    '<svg width="NaN" height="1">',
  ])
    assert.ok(!isDrawn({ svg }), svg);
});

/** Size and dark pixels of a PNG of 8-bit RGBA without interlace. */
function readPng(bytes: Uint8Array): { width: number; height: number; dark: number } {
  const view = Buffer.from(bytes);
  assert.deepEqual([...view.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)];
  assert.deepEqual([...view.subarray(24, 26), view[28]], [8, 6, 0]);
  const data: Buffer[] = [];
  for (let at = 8; at < view.length; at += 12 + view.readUInt32BE(at)) {
    if (view.toString('latin1', at + 4, at + 8) !== 'IDAT') continue;
    data.push(view.subarray(at + 8, at + 8 + view.readUInt32BE(at)));
  }
  return { width, height, dark: darkPixels(inflateSync(Buffer.concat(data)), width, height) };
}

/** Undoes the filters of PNG (section 9 of its specification). */
function darkPixels(raw: Buffer, width: number, height: number): number {
  const stride = width * 4;
  let before = Buffer.alloc(stride);
  let dark = 0;
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    const line = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let i = 0; i < stride; i++) {
      const [a, b, c] = [i < 4 ? 0 : line[i - 4]!, before[i]!, i < 4 ? 0 : before[i - 4]!];
      const paeth = [a, b, c].sort((p, q) => Math.abs(a + b - c - p) - Math.abs(a + b - c - q))[0]!;
      line[i] = (line[i]! + [0, a, b, (a + b) >> 1, paeth][filter]!) & 255;
    }
    for (let i = 0; i < stride; i += 4) if (line[i]! < 100 && line[i + 1]! < 100) dark += 1;
    before = line;
  }
  return dark;
}

test('a PNG has twice the size, and its text is there without any font of the machine', async () => {
  const text = (content: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50" style="font-family: inherit"><text x="10" y="30" fill="var(--ink)">${content}</text></svg>`;
  const plain = readPng(await figurePng(standaloneSvg(text(''))));
  assert.deepEqual([plain.width, plain.height, plain.dark], [400, 100, 0]);
  const latin = readPng(await figurePng(standaloneSvg(text('MET [GeV]'))));
  assert.ok(latin.dark > 200, `${latin.dark} dark pixels`);
  const greek = readPng(await figurePng(standaloneSvg(text('η φ ± √s 10⁻³'))));
  assert.ok(greek.dark > 200, `${greek.dark} dark pixels`);
});

test('the same figure gives the same bytes', async () => {
  const svg = standaloneSvg(madeFigure('again').svg);
  assert.deepEqual(await figurePng(svg), await figurePng(svg));
});
