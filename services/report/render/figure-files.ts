import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { renderAsync } from '@resvg/resvg-js';
import type { FigureBlock } from '../section.js';
import { light, resolveProperties } from './theme.js';

/** Font of the pictures: it comes with the program, so that they are the same on every machine, one without fonts too. */
const family = 'DejaVu Sans';
const fontFolder = join(
  dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
  'ttf',
);
const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf', 'DejaVuSans-Oblique.ttf'].map((name) =>
  join(fontFolder, name),
);
/** Pixels of a PNG for each of the figure's own. */
const pngScale = 2;

/** Whether a figure has something that can be drawn: an <svg> with an area. */
export function isDrawn({ svg }: Pick<FigureBlock, 'svg'>): boolean {
  const start = /^\s*<svg\b[^>]*>/.exec(svg)?.[0];
  if (start === undefined) return false;
  return ['width', 'height'].every((name) => Number.parseFloat(attributeOf(start, name) ?? '0') > 0);
}

export function attributeOf(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
}

/** A figure as a file of its own: light colours on white, and a font that most machines have. */
export function standaloneSvg(svg: string): string {
  const resolved = resolveProperties(svg.trim(), light)
    // Serialised as HTML, whose names of characters XML does not know.
    .replaceAll('&nbsp;', '&#160;')
    .replaceAll(/font-family:\s*inherit/g, `font-family: '${family}', Verdana, sans-serif`);
  const end = resolved.indexOf('>') + 1;
  const background = `<rect width="100%" height="100%" fill="${light.paper}"/>`;
  return `${resolved.slice(0, end)}${background}${resolved.slice(end)}\n`;
}

/** The same as a picture of twice the size. @param svg of `standaloneSvg` */
export async function figurePng(svg: string): Promise<Uint8Array> {
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: pngScale },
    background: light.paper!,
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: family, sansSerifFamily: family },
  });
  return image.asPng();
}
