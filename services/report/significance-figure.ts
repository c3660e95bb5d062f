import { isDefined, type Measured } from '../../lib/statistics/measured.js';
import { significanceSvg } from './figures/significance-lines.js';
import type { FigureBlock } from './section.js';
import type { Alone, ComparedPoint } from './significance-scans.js';
import type { SignalScans } from './significance-tables.js';

const lines = [
  { label: 's / sqrt(b)', colour: 'var(--c2)', dash: 'none', width: 4 },
  { label: 'Asimov', colour: 'var(--c1)', dash: 'none', width: 1.4 },
  { label: 'Asimov with uncertainty', colour: 'var(--accent)', dash: 'none', width: 2.2 },
  {
    label: 'MET alone at the same background, with uncertainty',
    colour: 'var(--bad)',
    dash: '6 3',
    width: 1.7,
  },
  {
    label: 'H_T + MET alone at the same background, with uncertainty',
    colour: 'var(--good)',
    dash: '2 2',
    width: 1.7,
  },
];

/** One signal: a panel for each region. */
export function significanceFigure({ name, regions }: SignalScans, minimumRows: number): FigureBlock {
  const id = `significance-${name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
  // Beyond these thresholds few simulated events are left, and lines jump.
  const kept = regions.flatMap(({ scan }) =>
    scan.filter(({ backgroundRows }) => backgroundRows >= minimumRows),
  );
  const highest = Math.max(0, ...kept.flatMap((point) => values(point).map((value) => value ?? 0)));
  return {
    kind: 'figure',
    id,
    caption: `${name}: expected significance of everything above a MET threshold in each region. Lines end with the last simulated background event; they are cut at the frame.`,
    alt: `Lines of the expected significance of ${name} against the MET threshold, one panel for each signal region: three forms of it, and cuts on MET and on H_T + MET alone.`,
    svg: significanceSvg(
      id,
      lines,
      regions.map(({ region, scan }) => ({
        title: region.label,
        lines: lines.map((_, index) =>
          scan.map((point) => ({ x: point.threshold, y: values(point)[index] })),
        ),
      })),
      highest > 0 ? highest : 1,
    ),
    size: 'full',
  };
}

/** By line. */
function values({ simple, asimov, asimovWithError, metAlone, htPlusMetAlone }: ComparedPoint) {
  return [simple, asimov, asimovWithError, ofAlone(metAlone), ofAlone(htPlusMetAlone)].map((found) =>
    isDefined(found) ? found.value : undefined,
  );
}

function ofAlone(alone: Alone): Measured {
  return isDefined(alone) ? alone.asimovWithError : alone;
}
