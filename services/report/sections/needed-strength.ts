import { isDefined } from '../../../lib/statistics/measured.js';
import { strengthForSignificance } from '../../../lib/statistics/needed-strength.js';
import { asimovSignificance, asimovSignificanceWithError } from '../../../lib/statistics/significance.js';
import type { SectionMaker } from '../context.js';
import { shown } from '../samples.js';
import { numbers, texts } from '../score-table.js';
import type { Cell } from '../section.js';

const target = 3;

/** How much of each signal there would have to be until a region shows three sigma. */
export const neededStrength: SectionMaker = async (context) => {
  const { samples, table, regions, settings, first } = context;
  const signals = shown(samples, 'signal');
  const defined = regions.all.filter(({ where }) => where !== undefined);
  if (signals.length === 0 || shown(samples, 'background').length === 0 || defined.length === 0)
    return undefined;
  const sums = defined.flatMap(({ where }, index) => [
    `sum(w) filter (where ${where})::double as w${index}`,
    `sum(w * w) filter (where ${where})::double as v${index}`,
  ]);
  const answer = await table.query(
    `select case kind when 'signal' then sample else '' end as name, ${sums.join(', ')}
     from rows where kind <> 'data' group by all order by all`,
  );
  const rowOf = new Map(texts(answer, 'name').map((name, row) => [name, row]));
  // A region without a row of the sample has no sum.
  const yields = defined.map((_, index) => ({
    weights: numbers(answer, `w${index}`).map(orNone),
    squares: numbers(answer, `v${index}`).map(orNone),
  }));
  const background = rowOf.get('')!;
  const found = signals.map(({ name }) => ({
    signal: name,
    regions: defined.map(({ id }, index) => {
      const { weights, squares } = yields[index]!;
      const b = weights[background]!;
      const s = rowOf.has(name) ? weights[rowOf.get(name)!]! : 0;
      const sigma = Math.hypot(settings.background_uncertainty * b, Math.sqrt(squares[background]!));
      return {
        region: id,
        signal: s,
        background: b,
        background_error: sigma,
        asimov: strengthForSignificance(target, s, (signal) => asimovSignificance(signal, b)),
        asimov_with_uncertainty: strengthForSignificance(target, s, (signal) =>
          asimovSignificanceWithError(signal, b, sigma),
        ),
      };
    }),
  }));
  const rows = found.map(({ signal, regions: each }): Cell[] => {
    const best = each
      .flatMap(({ region, asimov_with_uncertainty: strength }) =>
        isDefined(strength) ? [{ region, strength }] : [],
      )
      .sort((a, b) => a.strength.value - b.strength.value)[0];
    return [
      signal,
      ...each.flatMap(({ asimov, asimov_with_uncertainty: withError }): Cell[] => [asimov, withError]),
      best === undefined ? '' : best.region,
    ];
  });
  return {
    id: 'needed-strength',
    title: `Signal needed for ${target} sigma`,
    blocks: [
      {
        kind: 'text',
        text: `By what each signal's cross section would have to be multiplied until a region alone shows ${target} sigma at ${first.config.luminosity_fb} fb^-1, expected from the Asimov form; beside it with a background uncertainty of ${settings.background_uncertainty * 100} % and the statistical error of the simulated background in quadrature. Below 1 the signal as it is would be seen.`,
      },
      {
        kind: 'table',
        id: 'needed-strength',
        caption: `Strength for ${target} sigma by region, without and with background uncertainty`,
        columns: [
          { label: 'signal' },
          ...defined.flatMap(({ label }) => [
            { label, digits: 3 },
            { label: `${label}, with uncertainty`, digits: 3 },
          ]),
          { label: 'best region' },
        ],
        rows,
      },
    ],
    data: { target, signals: found },
  };
};

function orNone(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
