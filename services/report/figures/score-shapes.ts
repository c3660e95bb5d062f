import * as Plot from '@observablehq/plot';
import { backgroundName, type ScoreHistograms } from '../../study/score-histograms.js';
import { ink, plotSvg } from './plot.js';

const colours = ['var(--signal1)', 'var(--signal2)', 'var(--signal3)', 'var(--signal4)'];

/** Distributions of one score as steps, the background filled, signals as lines. */
export function scoreShapes(
  id: string,
  { log10, low, high, shares }: ScoreHistograms,
  score: string,
): string {
  const steps = Object.entries(shares).map(([name, values]) => ({
    name,
    bins: values.map((share, bin) => ({
      from: low + ((high - low) * bin) / values.length,
      to: low + ((high - low) * (bin + 1)) / values.length,
      share,
    })),
  }));
  const background = steps.find(({ name }) => name === backgroundName)?.bins ?? [];
  const signals = steps.filter(({ name }) => name !== backgroundName);
  return plotSvg(id, {
    width: 360,
    height: 240,
    marginLeft: 48,
    x: { label: log10 ? `log10(${score})` : score },
    y: { label: 'share', grid: true },
    marks: [
      Plot.rectY(background, {
        x1: 'from',
        x2: 'to',
        y: 'share',
        fill: 'var(--c1)',
        fillOpacity: 0.35,
        insetLeft: 0,
        insetRight: 0,
      }),
      ...signals.map(({ bins }, index) =>
        Plot.lineY(
          bins.flatMap(({ from, to, share }) => [
            { x: from, share },
            { x: to, share },
          ]),
          { x: 'x', y: 'share', stroke: colours[index % colours.length]!, strokeWidth: 1.5 },
        ),
      ),
      Plot.ruleY([0], { stroke: ink }),
    ],
  });
}
