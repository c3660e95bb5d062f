import { isDefined, notDefined } from '../../../lib/statistics/measured.js';
import { strengthForSignificance } from '../../../lib/statistics/needed-strength.js';
import { asimovSignificance, asimovSignificanceWithError } from '../../../lib/statistics/significance.js';
import type { SectionMaker } from '../context.js';
import { shown } from '../samples.js';
import { numbers, texts } from '../score-table.js';
import type { Cell } from '../section.js';
import { percent } from '../words.js';

const target = 3;

/** How much of each signal there would have to be until a region shows three sigma. */
export const neededStrengthSection: SectionMaker = async (context) => {
  const { samples, table, regions, settings, first } = context;
  const signals = shown(samples, 'signal');
  const defined = regions.all.filter(({ where }) => where !== undefined);
  if (signals.length === 0 || shown(samples, 'background').length === 0 || defined.length === 0)
    return undefined;
  const sums = defined.flatMap(({ where }, index) => [
    `sum(w) filter (where ${where})::double as w${index}`,
    `sum(w * w) filter (where ${where})::double as v${index}`,
    `count(*) filter (where ${where})::double as n${index}`,
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
    rows: numbers(answer, `n${index}`),
  }));
  const background = rowOf.get('')!;
  const found = signals.map(({ name }) => ({
    signal: name,
    regions: defined.map(({ id }, index) => {
      const { weights, squares, rows } = yields[index]!;
      const b = weights[background]!;
      const s = rowOf.has(name) ? weights[rowOf.get(name)!]! : 0;
      const sigma = Math.hypot(settings.background_uncertainty * b, Math.sqrt(squares[background]!));
      return {
        region: id,
        signal: s,
        background: b,
        background_error: sigma,
        background_rows: rows[background]!,
        asimov: strengthForSignificance(target, s, (signal) => asimovSignificance(signal, b)),
        asimov_with_uncertainty: strengthForSignificance(target, s, (signal) =>
          asimovSignificanceWithError(signal, b, sigma),
        ),
      };
    }),
  }));
  const rows = found.map(({ signal, regions: each }): Cell[] => {
    const best = each
      .flatMap(({ background_rows: count, asimov_with_uncertainty: strength }, index) =>
        isDefined(strength) && count >= settings.min_background_rows
          ? [{ label: defined[index]!.label, strength: strength.value }]
          : [],
      )
      .sort((a, b) => a.strength - b.strength)[0];
    return [
      signal,
      ...each.flatMap(({ asimov, asimov_with_uncertainty: withError }): Cell[] => [asimov, withError]),
      best?.label ??
        notDefined(`no region with a strength keeps ${settings.min_background_rows} background rows`),
    ];
  });
  return {
    id: 'needed-strength',
    title: `Signal needed for ${target} sigma`,
    blocks: [
      {
        kind: 'text',
        text: `By what each signal's cross section would have to be multiplied until a region alone shows ${target} sigma at ${first.config.luminosity_fb} fb^-1, expected from the Asimov form; beside it with a background uncertainty of ${percent(settings.background_uncertainty)} and the statistical error of the simulated background in quadrature. Below 1 the signal as it is would be seen. The best region is one that keeps ${settings.min_background_rows} simulated background events or more (\`report.min_background_rows\`); with fewer, what is expected there is hardly known.`,
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
