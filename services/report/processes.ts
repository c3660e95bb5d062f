import type { ReportContext } from './context.js';
import { shown } from './samples.js';
import { quoted } from './score-table.js';

/** What is looked at apart: all background together, all data together, every signal alone. */
export interface Process {
  /** For anchors and file names: "background", "data", "signal-NAME". */
  readonly id: string;
  readonly label: string;
  readonly kind: 'background' | 'data' | 'signal';
  /** SQL condition on `rows`. */
  readonly where: string;
}

/** The processes of the runs that have rows to show. */
export function processesOf({ samples }: Pick<ReportContext, 'samples'>): Process[] {
  const ofKind = (kind: 'background' | 'data'): Process[] =>
    shown(samples, kind).length === 0 ? [] : [{ id: kind, label: kind, kind, where: `kind = '${kind}'` }];
  return [
    ...ofKind('background'),
    ...ofKind('data'),
    ...shown(samples, 'signal').map(
      ({ name }): Process => ({
        id: `signal-${name}`,
        label: name,
        kind: 'signal',
        where: `kind = 'signal' and sample = ${quoted(name)}`,
      }),
    ),
  ];
}

/**
 * A value by process as SQL, null for rows of none. Processes are told apart within one pass: every query opens all
 * score files.
 * @param values SQL
 */
export function byProcess(processes: readonly Process[], values: (index: number) => string | number): string {
  return `case ${processes.map(({ where }, index) => `when ${where} then ${values(index)}`).join(' ')} end`;
}
