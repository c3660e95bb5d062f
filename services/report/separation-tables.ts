import type { WithError } from './measured-cell.js';
import type { Column, TableBlock } from './section.js';
import { cellOf, type SeparationCells } from './separation-cells.js';
import { percent } from './words.js';

/** One signal, or all together: what each score tells, by its name. */
export interface SignalRow {
  readonly name: string;
  readonly scores: ReadonlyMap<string, SeparationCells>;
  /** Background rejection by score and signal efficiency. */
  readonly rejection: ReadonlyMap<string, readonly WithError[]>;
}

/** Shares of the signal at which the background rejection is given. */
export const signalShares: readonly number[] = [0.2, 0.5, 0.8];

/** Names of the scores without a network, as run.json and the tables have them, and their labels. */
export const simpleScores: ReadonlyMap<string, string> = new Map([
  ['met', 'MET'],
  ['ht_plus_met', 'H_T + MET'],
]);

export function labelOf(score: string): string {
  return simpleScores.get(score) ?? score;
}

/** AUC by signal and score, the simple ones first. */
export function areaTable(
  rows: readonly SignalRow[],
  scores: readonly string[],
  caption: string,
): TableBlock {
  return {
    kind: 'table',
    id: 'auc',
    caption,
    columns: [{ label: 'signal' }, ...scores.map((score) => ({ label: labelOf(score) }))],
    rows: rows.map(({ name, scores: found }) => [
      name,
      ...scores.map((score) => cellOf(found.get(score)?.auc)),
    ]),
  };
}

/** AUC within bins of H_T + MET, beside that of H_T + MET itself with the difference. */
export function withinTable(rows: readonly SignalRow[], scores: readonly string[]): TableBlock[] {
  const known = rows.filter(({ scores: found }) =>
    [...found.values()].some(({ aucWithinBins }) => aucWithinBins !== undefined),
  );
  if (known.length === 0) return [];
  const columns = scores.flatMap((score): Column[] =>
    score === 'ht_plus_met'
      ? [{ label: labelOf(score) }]
      : [{ label: labelOf(score) }, { label: `${labelOf(score)} less H_T + MET` }],
  );
  return [
    {
      kind: 'table',
      id: 'auc-within-bins',
      caption:
        'AUC within bins of H_T + MET: what a score tells beyond total energy. Its null is the number of H_T + MET itself, which is not 1/2 since bins are wide; the difference has its paired error.',
      columns: [{ label: 'signal' }, ...columns],
      rows: known.map(({ name, scores: found }) => [
        name,
        ...scores.flatMap((score) => {
          const { aucWithinBins, difference } = found.get(score) ?? {};
          return score === 'ht_plus_met'
            ? [cellOf(aucWithinBins)]
            : [cellOf(aucWithinBins), cellOf(difference)];
        }),
      ]),
    },
  ];
}

/** Signal efficiencies at given background efficiencies. */
export function efficiencyTable(
  rows: readonly SignalRow[],
  scores: readonly string[],
  shares: readonly number[],
): TableBlock {
  return {
    kind: 'table',
    id: 'signal-efficiency',
    caption: 'Share of the signal kept where a given share of the background is kept.',
    columns: [
      { label: 'signal' },
      ...shares.flatMap((share) =>
        scores.map((score) => ({ label: `${labelOf(score)} at ${percent(share)}` })),
      ),
    ],
    rows: rows.map(({ name, scores: found }) => [
      name,
      ...shares.flatMap((share) =>
        scores.map((score) => cellOf(found.get(score)?.signalEfficiency[String(share)])),
      ),
    ]),
  };
}

/** 1 / background kept at given signal efficiencies. */
export function rejectionTable(rows: readonly SignalRow[], scores: readonly string[]): TableBlock {
  return {
    kind: 'table',
    id: 'background-rejection',
    caption:
      'Background rejection, 1 / (share of the background kept), where 20, 50 and 80 % of the signal are kept; the error is that of the background kept at a fixed threshold, sqrt(sum w^2).',
    columns: [
      { label: 'signal' },
      ...signalShares.flatMap((share) =>
        scores.map((score) => ({ label: `${labelOf(score)} at ${percent(share)}` })),
      ),
    ],
    rows: rows.map(({ name, rejection }) => [
      name,
      ...signalShares.flatMap((_, index) => scores.map((score) => cellOf(rejection.get(score)?.[index]))),
    ]),
  };
}
