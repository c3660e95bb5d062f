import type { ExcludedColumn } from '../../scaler/excluded-columns.js';
import type { ReportContext } from '../context.js';
import type { TableBlock, VerdictBlock } from '../section.js';

/** Columns that the run left out of training. */
export function excludedOf({ first }: ReportContext): readonly ExcludedColumn[] {
  return first.record.excluded_columns ?? [];
}

/** One notice, where columns were left out. */
export function exclusionVerdicts(context: ReportContext): VerdictBlock[] {
  const excluded = excludedOf(context);
  if (excluded.length === 0) return [];
  const names = (reason: ExcludedColumn['reason']) =>
    excluded.flatMap((one) => (one.reason === reason ? [`\`${one.column}\``] : []));
  const parts = [
    ['since data and simulation disagree', names('disagrees')] as const,
    ['as `features.exclude_columns` asks', names('listed')] as const,
  ].filter(([, columns]) => columns.length > 0);
  const text = parts.map(([why, columns]) => `${why}: ${shortList(columns)}`).join('; ');
  return [
    {
      kind: 'verdict',
      level: 'notice',
      text: `${excluded.length} ${excluded.length === 1 ? 'column was' : 'columns were'} left out of training and of errors, ${text}.`,
    },
  ];
}

const mostNamed = 12;

function shortList(names: readonly string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `${names.slice(0, mostNamed).join(', ')}${more}`;
}

export function exclusionTable(excluded: readonly ExcludedColumn[]): TableBlock {
  return {
    kind: 'table',
    id: 'excluded-columns',
    caption: 'Columns that were left out of training and of errors.',
    columns: [{ label: 'column' }, { label: 'reason' }, { label: 'adjusted p', digits: 3 }],
    rows: excluded.map(({ column, reason, p }) => [
      column,
      reason === 'listed' ? 'listed in features.exclude_columns' : 'data and simulation disagree',
      p ?? '',
    ]),
    shown: 20,
  };
}
