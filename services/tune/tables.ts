import type { Activation } from '../../lib/learning/network.js';
import { errorOf, type TrialRecord } from './trial-record.js';

interface Column {
  readonly name: string;
  readonly value: (record: TrialRecord) => string;
}

/** Every number of a trial as it is, for other programs. */
const columns: readonly Column[] = [
  { name: 'id', value: ({ id }) => id },
  { name: 'validation_error', value: (record) => (isSound(record) ? String(errorOf(record)) : '') },
  { name: 'epochs', value: ({ errors }) => String(errors.length) },
  { name: 'latent', value: ({ latent }) => String(latent) },
  {
    name: 'widths',
    value: (record) =>
      hidden(record)
        .map(({ units }) => units)
        .join('-'),
  },
  {
    name: 'activations',
    value: ({ network }) => network.layers.map(({ activation }) => activation.type).join('-'),
  },
  { name: 'input_activation', value: ({ network }) => network.input_activation.type },
  { name: 'slope', value: ({ network }) => slopeOf(network.layers.map(({ activation }) => activation)) },
  { name: 'kernel_l1', value: (record) => penaltyOf(record, 'kernel_l1') },
  { name: 'activity_l2', value: (record) => penaltyOf(record, 'activity_l2') },
  { name: 'learning_rate', value: ({ learning_rate }) => String(learning_rate) },
  { name: 'training_loss', value: ({ losses }) => String(losses.at(-1) ?? '') },
  { name: 'diverged', value: ({ diverged }) => diverged ?? '' },
];

/** trials.csv: a line for each trial in the order given, RFC 4180. */
export function trialsTable(records: readonly TrialRecord[]): string {
  const lines = records.map((record) => columns.map(({ value }) => quoted(value(record))).join(','));
  return `${[columns.map(({ name }) => name).join(','), ...lines].join('\n')}\n`;
}

export interface PageFacts {
  readonly trainingEvents: number;
  readonly validationEvents: number;
  readonly trainedColumns: number;
  readonly algorithm: string;
  readonly backend: { readonly name: string; readonly version: string };
  /** Input files that hold copies of events (decisions.md 25). */
  readonly amplified: readonly string[];
}

/** trials.md: the same for people, best first, the latent width beside the error. */
export function trialsPage(records: readonly TrialRecord[], facts: PageFacts): string {
  const sound = records.filter(isSound).length;
  const lines = [
    '# Trials',
    '',
    `${records.length} configurations (${facts.algorithm}), of which ${records.length - sound} diverged; ${facts.trainingEvents} training and ${facts.validationEvents} validation events, ${facts.trainedColumns} trained columns, ${facts.backend.name} ${facts.backend.version}.`,
    'The error is the weighted mean squared error on the validation split, over trained columns, after the last epoch. A wider latent layer',
    'reconstructs more, background and signal alike: compare errors at similar widths.',
    '',
  ];
  if (facts.amplified.length > 0) {
    const names = facts.amplified.join(', ');
    lines.push(
      `Amplified input (${names}): these errors are of copied events and say nothing of physics.`,
      '',
    );
  }
  const titles = ['rank', 'error', 'latent', 'epochs', 'widths', 'activations', 'L1', 'L2', 'rate', 'trial'];
  lines.push(`| ${titles.join(' | ')} |`, `|${titles.map(() => '---').join('|')}|`);
  for (const [index, record] of records.entries()) {
    const cells = [
      String(index + 1),
      isSound(record) ? errorOf(record).toPrecision(5) : 'diverged',
      String(record.latent),
      String(record.errors.length),
      hidden(record)
        .map(({ units }) => units)
        .join('-'),
      record.network.layers.map(({ activation }) => activationText(activation)).join(' '),
      penaltyOf(record, 'kernel_l1'),
      penaltyOf(record, 'activity_l2'),
      String(record.learning_rate),
      record.id,
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  const diverged = records.filter((record) => record.diverged !== undefined);
  if (diverged.length > 0) lines.push('', '## Diverged', '');
  for (const { id, diverged: why } of diverged) lines.push(`- ${id}: ${why}`);
  return `${lines.join('\n')}\n`;
}

export function isSound(record: TrialRecord): boolean {
  return record.diverged === undefined && record.errors.length > 0;
}

function hidden({ network }: TrialRecord) {
  return network.layers.slice(0, -1);
}

function penaltyOf(record: TrialRecord, key: 'kernel_l1' | 'activity_l2'): string {
  return String(Math.max(...hidden(record).map((layer) => layer[key] ?? 0)));
}

function slopeOf(activations: readonly Activation[]): string {
  for (const activation of activations) if (activation.type === 'leakyrelu') return String(activation.slope);
  return '';
}

function activationText(activation: Activation): string {
  return activation.type === 'leakyrelu' ? `leakyrelu(${activation.slope})` : activation.type;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
