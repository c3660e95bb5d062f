import type * as Plot from '@observablehq/plot';
import type { VariableCounts } from '../../agreement/variable-counts.js';
import { faint } from './plot.js';

/** The axis of a variable's bins, with or without its name and numbers below it. */
export function variableAxis(
  { name, unit, bins, labels }: Pick<VariableCounts, 'name' | 'unit' | 'bins' | 'labels'>,
  edges: Float64Array,
  isNamed: boolean,
): Plot.ScaleOptions {
  const common = {
    domain: [edges[0]!, edges[edges.length - 1]!] as [number, number],
    label: isNamed ? (unit === undefined ? name : `${name} (${unit})`) : null,
    labelAnchor: 'right' as const,
    labelArrow: 'none' as const,
  };
  const hidden = isNamed ? {} : { tickFormat: () => '' };
  if (bins.scale === 'log10') {
    const [low, high] = common.domain;
    const isShort = Math.floor(Math.log10(high)) - Math.ceil(Math.log10(low)) < 1;
    // With fewer than two powers of ten nobody could read the scale.
    const isNumbered = (value: number) =>
      isPowerOfTen(value) || (isShort && (isPowerOfTen(value / 2) || isPowerOfTen(value / 5)));
    const tick = (value: number) => (isNumbered(value) ? compact(value) : '');
    return { ...common, type: 'log', tickFormat: tick, ...hidden };
  }
  if (!bins.whole) return { ...common, ticks: 6, ...hidden };
  const least = bins.low + 0.5;
  const ticks = Array.from({ length: bins.count }, (_, i) => least + i).filter(
    (_, i) => bins.count <= 12 || i % 5 === 0,
  );
  const label = (value: number) => labels?.[value - least] ?? String(value);
  return { ...common, ticks, tickFormat: label, ...hidden };
}

/** The frame of a panel. */
export const frameStroke = { stroke: faint, strokeOpacity: 0.6 };

/** Whether a tick of a logarithmic axis has a number. */
export function isPowerOfTen(value: number): boolean {
  const power = Math.log10(value);
  return Math.abs(power - Math.round(power)) < 1e-9;
}

/** A power of ten, or a multiple of one, short. */
export function compact(value: number): string {
  const power = Math.floor(Math.log10(value) + 1e-9);
  if (power >= -2 && power <= 4) return String(Number(value.toPrecision(6)));
  const raised = [...String(power)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '⁻').join('');
  return isPowerOfTen(value) ? `10${raised}` : `${Number((value / 10 ** power).toPrecision(3))}·10${raised}`;
}

/** Id of a figure of a variable; an event variable and a feature may have the same name. */
export function figureIdOf(section: string, { kind, name }: Pick<VariableCounts, 'kind' | 'name'>): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${section}-${kind}-${plain}`;
}
