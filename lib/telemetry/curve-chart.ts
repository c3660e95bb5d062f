/** One curve of a chart; a gap where a value is undefined. */
export interface Curve {
  /** One character. */
  readonly mark: string;
  readonly values: readonly (number | undefined)[];
}

/**
 * Curves as plain text: values upwards between the smallest and the largest of all, points from left to right; more
 * points than columns share one, which shows the last of them. A later curve lies over an earlier one.
 * @returns lines without a line ending; an empty text where there is no finite value
 */
export function renderCurves(curves: readonly Curve[], width: number, height: number): string {
  const finite = curves.flatMap(({ values }) => values.filter(isShown));
  if (finite.length === 0) return '';
  const low = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const points = curves.reduce((most, { values }) => Math.max(most, values.length), 0);
  const columns = Math.min(width, points);
  const cells = Array.from({ length: height }, () => new Array<string>(columns).fill(' '));
  for (const { mark, values } of curves) {
    for (const [index, value] of values.entries()) {
      if (!isShown(value)) continue;
      const column = Math.floor((index * columns) / points);
      for (const line of cells) if (line[column] === mark) line[column] = ' ';
      const share = high > low ? (high - value) / (high - low) : 0;
      cells[Math.round(share * (height - 1))]![column] = mark;
    }
  }
  const labels = [high.toPrecision(4), low.toPrecision(4)];
  const margin = Math.max(...labels.map((label) => label.length));
  return cells
    .map((line, row) => {
      const label = row === 0 ? labels[0]! : row === height - 1 ? labels[1]! : '';
      return `${label.padStart(margin)} |${line.join('')}`.trimEnd();
    })
    .join('\n');
}

function isShown(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}
