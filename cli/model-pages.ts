import { renderCurves } from '../lib/telemetry/curve-chart.js';
import { formatCount } from '../lib/telemetry/format.js';
import { renderTable } from '../lib/telemetry/table.js';
import type { Comparison, Pair } from '../services/models/comparison.js';
import type { ModelSummary } from '../services/models/summary.js';
import type { Verification } from '../services/models/verification.js';

/** What `rmmstream model show` prints. */
export function summaryText(summary: ModelSummary, width: number): string {
  const parts = [facts(summary), networkTable(summary), trainingText(summary, width), scoresTable(summary)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function facts(summary: ModelSummary): string {
  const { program, backend, network, features, scaler, data, scoring } = summary;
  const made = backend === undefined ? program : `${program} with ${backend.name} ${backend.version}`;
  const { length: megasets } = summary.training?.megasets ?? [];
  const lines: [string, string | undefined][] = [
    ['model', summary.id],
    ['made by', made === undefined ? undefined : `rmmstream ${made}`],
    ['generation', summary.generation?.toString()],
    ['network', `${network.name}, ${formatCount(network.parameters)} parameters`],
    ['features', `${features.layout}, ${formatCount(features.columns)} columns`],
    [
      'scaler',
      `${scaler.id} (${scaler.type}, weights ${scaler.weights}, ${formatCount(scaler.rows)} rows): ${formatCount(scaler.trained_columns)} columns trained, ${formatCount(scaler.around_columns)} around the network`,
    ],
    ['configuration', summary.configuration_hash],
    ['selection', summary.selection_hash],
    ['profile', summary.profile],
    ['luminosity', summary.luminosity_fb === undefined ? undefined : `${summary.luminosity_fb} fb^-1`],
    ['data', data?.fingerprint],
    [
      'from',
      data === undefined
        ? undefined
        : `${formatCount(data.files.length)} files of ${formatCount(new Set(data.files.map(({ sample }) => sample)).size)} samples, ${formatCount(data.files.reduce((sum, { entries }) => sum + entries, 0))} entries; split salt ${data.split_salt}`,
    ],
    [
      'trained on',
      summary.training === undefined
        ? undefined
        : `${formatCount(summary.training.rows)} events in ${formatCount(megasets!)} megasets, ${formatCount(summary.training.validation_rows)} for validation`,
    ],
    [
      'reference',
      scoring.reference_events === 0 ? undefined : `${formatCount(scoring.reference_events)} events`,
    ],
    [
      'ensemble',
      scoring.ensemble_seeds.length === 0 ? undefined : `further seeds ${scoring.ensemble_seeds.join(', ')}`,
    ],
  ];
  return lines
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(13)}  ${value}`]))
    .join('\n');
}

function networkTable({ network }: ModelSummary): string {
  const titles = [
    { title: 'layer' },
    { title: 'inputs', align: 'right' },
    { title: 'outputs', align: 'right' },
    { title: 'activation' },
    { title: 'parameters', align: 'right' },
    { title: 'options' },
  ] as const;
  const input = [
    'input',
    undefined,
    formatCount(network.layers[0]!.inputs),
    network.input_activation,
    '0',
    undefined,
  ];
  const rows = network.layers.map((row) => [
    row.layer,
    formatCount(row.inputs),
    formatCount(row.outputs),
    row.activation,
    formatCount(row.parameters),
    row.options === '' ? undefined : row.options,
  ]);
  return renderTable(titles, [input, ...rows]);
}

function trainingText({ training }: ModelSummary, width: number): string {
  if (training === undefined || training.epochs.length === 0) return '';
  const { epochs } = training;
  const chart = renderCurves(
    [
      { mark: '.', values: epochs.map(({ loss }) => loss) },
      { mark: 'o', values: epochs.map(({ validationLoss }) => validationLoss) },
    ],
    Math.max(20, width - 12),
    10,
  );
  const last = epochs.at(-1)!;
  const validation =
    last.validationLoss === undefined ? '' : `, validation loss (o) ${last.validationLoss.toPrecision(5)}`;
  const title = `loss (.) of ${formatCount(epochs.length)} epochs, at the end ${last.loss.toPrecision(5)}${validation}`;
  return `${title}\n${chart}`;
}

function scoresTable({ scores }: ModelSummary): string {
  if (scores.length === 0) return '';
  const rows = scores.map(({ column, meaning }) => [column, meaning]);
  return renderTable([{ title: 'score' }, { title: 'meaning' }], rows);
}

/** What `rmmstream model compare` prints. */
export function comparisonText(comparison: Comparison): string {
  const { first, second, same, training, weights } = comparison;
  if (same) return `both are model ${first}`;
  const lists = [
    ['configuration', comparison.configuration],
    ['profile', comparison.profile],
    ['program', comparison.program],
    ['columns', comparison.columns],
    ['network', comparison.network],
    ['scaler', comparison.scaler],
    ['data', comparison.data],
  ] as const;
  const differing = lists.filter(([, lines]) => lines.length > 0);
  const alike = lists.filter(([, lines]) => lines.length === 0).map(([name]) => name);
  const sections = differing.map(([name, lines]) => [name, ...lines.map((line) => `  ${line}`)].join('\n'));
  const digits = (value: number) => value.toPrecision(5);
  const rows = [
    pairRow('training rows', training.rows, formatCount),
    pairRow('epochs', training.epochs, formatCount),
    pairRow('last loss', training.loss, digits),
    pairRow('last validation loss', training.validation_loss, digits),
  ];
  const titles = [
    { title: '' },
    { title: first, align: 'right' },
    { title: second, align: 'right' },
  ] as const;
  return [
    `model ${first} -> model ${second}`,
    ...sections,
    ...(alike.length === 0 ? [] : [`alike: ${alike.join(', ')}`]),
    renderTable(titles, rows),
    weights === undefined
      ? 'weights: of other shapes'
      : `weights: the largest difference is ${weights.difference.toPrecision(4)}, ${weights.tensor}[${weights.index}]: ${weights.first.toPrecision(6)} -> ${weights.second.toPrecision(6)}`,
  ].join('\n\n');
}

function pairRow(name: string, { first, second }: Pair<number | undefined>, show: (value: number) => string) {
  return [name, ...[first, second].map((value) => (value === undefined ? undefined : show(value)))];
}

/** What `rmmstream model verify` prints. */
export function verificationText({ id, program, ok, checks }: Verification): string {
  const lines = checks.map(({ name, ok: fine, detail }) => {
    const state = fine === undefined ? 'skipped' : fine ? 'ok' : 'WRONG';
    return `${name.padEnd(8)}  ${state.padEnd(7)}  ${detail.replaceAll('\n', `\n${' '.repeat(19)}`)}`;
  });
  const which = id === undefined ? 'the model' : `model ${id}`;
  const by = program === undefined ? '' : `, made by rmmstream ${program}`;
  return [...lines, '', ok ? `${which} is as it should be${by}` : `${which} is not to be trusted${by}`].join(
    '\n',
  );
}
