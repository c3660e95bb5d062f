import * as Plot from '@observablehq/plot';
import { ink, plotSvg } from '../../services/report/figures/plot.js';
import type { ReportFacts } from '../../services/report/render/facts.js';
import type { FigureBlock, Section, TableBlock } from '../../services/report/section.js';

/** What nobody should name a sample, and what a page has to survive. */
export const hostile = `<script>alert("x")</script> & 'quoted' | _tail_`;

export const madeFacts: ReportFacts = {
  title: 'A made report',
  program: 'rmmstream 0.0.0',
  summary: 'Samples: 1 background.',
  provenance: 'Model 0123456789abcdef.',
  runs: [],
};

/** A figure with a text, in colours by custom property. */
export function madeFigure(id: string, more: Partial<FigureBlock> = {}): FigureBlock {
  return {
    kind: 'figure',
    id,
    caption: `Caption of ${id}.`,
    alt: `A bar with the text ${id}.`,
    svg: plotSvg(id, {
      width: 320,
      height: 120,
      marks: [
        Plot.rectY([{ from: 0, to: 1, height: 2 }], { x1: 'from', x2: 'to', y: 'height', fill: 'var(--c1)' }),
        Plot.text([id], { frameAnchor: 'middle', text: (text: string) => text, fill: ink }),
      ],
    }),
    ...more,
  };
}

export const madeTable: TableBlock = {
  kind: 'table',
  id: 'numbers',
  caption: 'Numbers of every kind.',
  columns: [{ label: 'name' }, { label: 'value', unit: 'GeV' }, { label: 'plain', digits: 2 }],
  rows: [
    ['first', { value: 0.9069641614, error: 0.0044374 }, 20253],
    ['second', { notDefined: 'no event is left' }, 0.012345],
    [hostile, { value: 3 }, { notDefined: 'no event is left' }],
  ],
};

/** Two sections with a block of every kind. */
export const madeSections: readonly Section[] = [
  {
    id: 'first',
    title: 'First <section>',
    blocks: [
      { kind: 'text', text: `One paragraph with \`code\`.\n\nAnother: ${hostile}` },
      { kind: 'verdict', level: 'good', text: 'All is well.' },
      madeTable,
      madeFigure('a figure', { histograms: { counts: { uhi_schema: 1 } } }),
      madeFigure('small', { size: 'half' }),
      madeFigure('small', { size: 'half' }),
    ],
    data: { answer: 42 },
  },
  {
    id: 'second',
    title: 'Second',
    blocks: [
      { kind: 'verdict', level: 'bad', text: 'Something is wrong with `periodD`.' },
      { kind: 'listing', title: 'A listing', text: 'key: <value>\n```\n' },
      madeFigure('nothing', { svg: '' }),
    ],
    data: [],
  },
];
