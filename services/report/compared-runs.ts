import type { ReportContext } from './context.js';
import type { Cell, TableBlock } from './section.js';
import { cellOf, recorded } from './separation-cells.js';
import { labelOf, simpleScores } from './separation-tables.js';

/** Areas of runs with other models beside those of the first, each as its own run.json has them. */
export function comparedRunsTable(
  { runs, first, score, samples }: ReportContext,
  signals: readonly string[],
): TableBlock[] {
  if (runs.compared.length === 0) return [];
  const all = [first, ...runs.compared];
  const leftOut = new Set(samples.filter((sample) => sample.leftOut !== undefined).map(({ name }) => name));
  const names = new Set([
    ...signals,
    ...all.flatMap(({ record }) => Object.keys(record.evaluation?.signals ?? {})),
  ]);
  const columns = all.flatMap((run) => [...simpleScores.keys(), score].map((column) => ({ run, column })));
  return [
    {
      kind: 'table',
      id: 'compared-runs',
      caption: `Area under the ROC curve in each run, of \`${score}\` where the run has it, each with its own test part.`,
      columns: [
        { label: 'signal' },
        ...columns.map(({ run, column }) => ({ label: `${run.shown}: ${labelOf(column)}` })),
      ],
      rows: [...names]
        .filter((name) => !leftOut.has(name))
        .map((name) => [
          name,
          ...columns.map(({ run, column }): Cell => {
            const found = recorded(run.record.evaluation, name, column);
            return found === undefined ? { notDefined: 'not in this run' } : cellOf(found.auc);
          }),
        ]),
    },
  ];
}
