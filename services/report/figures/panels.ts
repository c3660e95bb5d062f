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
