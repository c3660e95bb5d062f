import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** What is needed of the element that Plot makes; this project has no DOM types. */
interface Drawn {
  readonly tagName: string;
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

/** Colours by role; the page gives their values for light and dark, PNG files have the light ones. */
export const ink = 'var(--ink)';
export const faint = 'var(--faint)';
export const paper = 'var(--paper)';

/**
 * A figure of Observable Plot as one <svg> element. No legend or title of Plot's own: those would make it more than
 * one element. Class names and ids are made from `id`, so that many figures stand in one page.
 */
export function plotSvg(id: string, options: Plot.PlotOptions): string {
  const svg = Plot.plot({
    className: `plot-${id.replaceAll(/[^a-z0-9]+/gi, '-')}`,
    style: { background: 'none', color: ink, fontFamily: 'inherit', fontSize: '12px' },
    ...options,
    document: document as never,
  }) as unknown as Drawn;
  if (svg.tagName.toLowerCase() !== 'svg') throw new Error(`figure ${id} is more than one element`);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return svg.outerHTML;
}
