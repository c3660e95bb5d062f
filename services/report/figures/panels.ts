import { escaped } from '../render/escape.js';

/** Places for figures in one; each is an <svg> element of its own. */
export interface Panel {
  readonly svg: string;
  readonly x: number;
  readonly y: number;
}

/** Figures in one <svg> element. Hundredths of a pixel are seen by nobody, and would be most of its bytes. */
export function panelsSvg(width: number, height: number, panels: readonly Panel[]): string {
  const inner = panels.map(({ svg, x, y }) => shortNumbers(svg).replace('<svg ', `<svg x="${x}" y="${y}" `));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" fill="currentColor" font-family="inherit" font-size="12">${inner.join('')}</svg>`;
}

function shortNumbers(svg: string): string {
  return svg.replaceAll(/="[^"<>]*"/g, (attribute) => attribute.replaceAll(/(\.\d\d)\d+/g, '$1'));
}

/** Figures of their own heights below each other, as wide as the widest may be. */
export function belowEachOther(
  parts: readonly { readonly svg: string; readonly height: number; readonly x?: number }[],
  width: number,
): string {
  let below = 0;
  const panels = parts.map(({ svg, height, x = 0 }) => {
    const y = below;
    below += height;
    return { svg, x, y };
  });
  return panelsSvg(width, below, panels);
}

export interface LegendEntry {
  readonly label: string;
  /** A CSS colour by custom property. */
  readonly colour: string;
  readonly mark: 'box' | 'dot' | 'line';
}

const rowHeight = 16;

/** Names of what is drawn, one below the other. */
export function legendSvg(entries: readonly LegendEntry[], width: number): string {
  const rows = entries.map(({ label, colour, mark }, row) => {
    const y = row * rowHeight + rowHeight / 2;
    return `${markSvg(mark, colour, y)}<text x="20" y="${y}" dy="0.35em" fill="var(--ink)">${escaped(label)}</text>`;
  });
  const height = entries.length * rowHeight;
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${rows.join('')}</svg>`;
}

function markSvg(mark: LegendEntry['mark'], colour: string, y: number): string {
  if (mark === 'dot') return `<circle cx="8" cy="${y}" r="3" fill="${colour}"/>`;
  if (mark === 'line')
    return `<line x1="2" x2="14" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>`;
  return `<rect x="3" y="${y - 5}" width="10" height="10" fill="${colour}"/>`;
}
