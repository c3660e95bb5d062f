/** One <svg> with others below each other, which have width and height of their own. */
export function belowEachOther(
  parts: readonly { readonly svg: string; readonly height: number }[],
  width: number,
): string {
  let y = 0;
  const placed = parts.map(({ svg, height }) => {
    const at = y;
    y += height;
    return shortNumbers(svg).replace('<svg ', `<svg y="${at}" `);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family="system-ui, sans-serif">${placed.join('')}</svg>`;
}

/** Hundredths of a pixel are seen by nobody, and are most of a figure's bytes. */
function shortNumbers(svg: string): string {
  return svg.replaceAll(/="[^"<>]*"/g, (attribute) => attribute.replaceAll(/(\.\d\d)\d+/g, '$1'));
}
