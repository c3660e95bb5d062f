import { escaped } from '../render/escape.js';
import { ink } from './plot.js';

export interface MarkedName {
  readonly label: string;
  readonly colour: string;
  readonly mark: 'area' | 'line' | 'point';
  readonly dash?: string;
}

const rowHeight = 15;
const letterWidth = 6.2;
const markWidth = 22;

/** A legend of as many columns as fit, for below a figure of the width; with its height. */
export function legendInColumns(
  entries: readonly MarkedName[],
  width: number,
): { readonly svg: string; readonly height: number } {
  const longest = Math.max(1, ...entries.map(({ label }) => label.length));
  const columns = Math.max(1, Math.floor(width / (markWidth + longest * letterWidth + 10)));
  const rows = Math.ceil(entries.length / columns);
  const step = width / columns;
  const drawn = entries.map((entry, index) => {
    const x = Math.round(Math.floor(index / rows) * step);
    const y = (index % rows) * rowHeight + rowHeight / 2;
    return `${markSvg(entry, x, y)}<text x="${x + markWidth}" y="${y}" dy="0.32em">${escaped(entry.label)}</text>`;
  });
  const height = rows * rowHeight;
  return {
    svg: `<svg width="${width}" height="${height}" font-size="11" fill="${ink}">${drawn.join('')}</svg>`,
    height,
  };
}

function markSvg({ colour, mark, dash }: MarkedName, x: number, y: number): string {
  if (mark === 'area') return `<rect x="${x}" y="${y - 5}" width="16" height="10" fill="${colour}"/>`;
  if (mark === 'point') return `<circle cx="${x + 8}" cy="${y}" r="3" fill="${colour}"/>`;
  return `<line x1="${x}" x2="${x + 16}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash ?? 'none'}"/>`;
}
