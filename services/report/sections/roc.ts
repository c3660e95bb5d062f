import { scoreExpression } from '../binned.js';
import { comparedRunsTable } from '../compared-runs.js';
import type { ReportContext } from '../context.js';
import { htPlusMet, met } from '../quantities.js';
import { rocFigure } from '../roc-figure.js';
import { shown } from '../samples.js';
import { binningError, type ScoreCurves, type Side, scoreCurves } from '../score-curves.js';
import type { Section } from '../section.js';
import { computedSeparation, recorded, rejection, type SeparationCells } from '../separation-cells.js';
import {
  areaTable,
  efficiencyTable,
  rejectionTable,
  type SignalRow,
  signalShares,
  simpleScores,
  withinTable,
} from '../separation-tables.js';

const together = 'all signals together';

/** ROC curves, areas and background rejection by signal; never without MET and H_T + MET beside. */
export async function rocSection(context: ReportContext): Promise<Section | undefined> {
  const { samples, scores, score, first } = context;
  const names = shown(samples, 'signal').map(({ name }) => name);
  if (names.length === 0 || shown(samples, 'background').length === 0) return undefined;
  const allScores = [...simpleScores.keys(), ...scores];
  const few = [score, ...simpleScores.keys()];
  const shares = first.config.evaluation.background_efficiencies;
  const evaluation = isOfTheseRows(context) ? first.record.evaluation : undefined;
  const rows = new Map([...names, together].map((name) => [name, emptyRow(name)]));
  const kept = new Map<string, ScoreCurves>();
  let isExact = true;
  let coarsest = 0;
  for (const column of allScores) {
    context.signal.throwIfAborted();
    const curves = await scoreCurves(context.table, expressionOf(column));
    isExact &&= curves.isExact;
    if (few.includes(column)) kept.set(column, curves);
    for (const [name, row] of rows) {
      const side = sideOf(curves, name);
      if (side === undefined) continue;
      coarsest = Math.max(coarsest, binningError(curves, side));
      row.scores.set(column, recorded(evaluation, name, column) ?? computedSeparation(curves, side, shares));
      if (few.includes(column))
        row.rejection.set(
          column,
          signalShares.map((share) => rejection(curves, side, share)),
        );
    }
  }
  const made: SignalRow[] = [...rows.values()];
  return {
    id: 'roc',
    title: 'Separation of signals from background',
    blocks: [
      { kind: 'text', text: introduction(context, evaluation !== undefined, isExact, coarsest) },
      areaTable(
        made,
        allScores,
        'Area under the ROC curve by signal, with statistical errors. MET and H_T + MET need no network.',
      ),
      ...withinTable(made, allScores),
      rocFigure(kept, few, [...names, together], (curves, name) => sideOf(curves, name)),
      efficiencyTable(made, few, shares),
      rejectionTable(made, few),
      ...comparedRunsTable(context, names),
    ],
    data: {
      score,
      binning_error: isExact ? 0 : coarsest,
      signals: Object.fromEntries(
        made.map(({ name, scores: found, rejection: rejections }) => [
          name,
          {
            separation: Object.fromEntries(found),
            background_rejection: Object.fromEntries(
              [...rejections].map(([column, values]) => [
                column,
                Object.fromEntries(signalShares.map((share, index) => [String(share), values[index]])),
              ]),
            ),
          },
        ]),
      ),
    },
  };
}

/**
 * Whether run.json has evaluated the rows of the report: joined runs have more of them, and a background sample that
 * is left out of the report was in the run's background.
 */
function isOfTheseRows({ runs, samples }: ReportContext): boolean {
  return (
    runs.joined.length === 1 &&
    !samples.some(({ kind, leftOut }) => kind === 'background' && leftOut !== undefined)
  );
}

function emptyRow(name: string) {
  return {
    name,
    scores: new Map<string, SeparationCells>(),
    rejection: new Map<string, ReturnType<typeof rejection>[]>(),
  };
}

function expressionOf(column: string): string {
  if (column === 'met') return met.expression;
  return column === 'ht_plus_met' ? htPlusMet.expression : scoreExpression(column);
}

function sideOf(curves: ScoreCurves, name: string): Side | undefined {
  return name === together ? curves.together : curves.signals.get(name);
}

function introduction(
  { first }: ReportContext,
  isRecorded: boolean,
  isExact: boolean,
  coarsest: number,
): string {
  const method = first.record.evaluation?.errors?.method;
  const errors = !isRecorded
    ? 'Areas are of the rows of all joined runs, samples that are left out not among them, with the linear limit of the bootstrap as error'
    : method === undefined
      ? 'The run was made without bootstrap errors'
      : `Areas of single signals and their errors (${method === 'bootstrap' ? 'paired Poisson bootstrap' : 'linear limit of the paired bootstrap'}) are those of run.json; all signals together, each at its cross section, have the linear error`;
  const binning = isExact
    ? ''
    : ` Curves and rejections, and areas that are not of run.json, are from 32,768 bins of the score, which moves no area by more than ${coarsest.toPrecision(2)}.`;
  return `Signal against the test part of the background, with signed weights; curves that negative weights would make fall are made monotone (the mean of the running maximum and the running minimum). ${errors}.${binning}`;
}
