import type { ReportSample } from '../samples.js';

/** How a sample is drawn wherever it is. */
export interface Style {
  readonly colour: string;
  /** SVG dash pattern of lines. */
  readonly dash: string;
}

/** Of all backgrounds that have no colour of their own, which are drawn as one. */
export const othersColour = 'var(--c12)';
/** Backgrounds that have a colour of their own. */
export const processColours = 11;
export const signalColours = 6;
const dashes = ['none', '6 3', '2 2'];

/**
 * Styles by sample: backgrounds have colours in their order, and beyond the eleventh one in common; signals have
 * colours, and dashes where those come again.
 */
export function sampleStyles(samples: readonly ReportSample[]): ReadonlyMap<string, Style> {
  const styles = new Map<string, Style>();
  const next = { background: 0, signal: 0, data: 0 };
  for (const { name, kind } of samples) styles.set(name, style(kind, next[kind]++));
  return styles;
}

function style(kind: ReportSample['kind'], index: number): Style {
  if (kind === 'data') return { colour: 'var(--data)', dash: 'none' };
  if (kind === 'background') {
    return { colour: index < processColours ? `var(--c${index + 1})` : othersColour, dash: 'none' };
  }
  return {
    colour: `var(--signal${(index % signalColours) + 1})`,
    dash: dashes[Math.floor(index / signalColours) % dashes.length]!,
  };
}
