import type { Model } from '../../lib/learning/model.js';
import { describeActivation, layerRows, parameterCount } from '../../lib/learning/network-table.js';
import { formatCount } from '../../lib/telemetry/format.js';
import { scoreMeanings } from '../scorer/score-meaning.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import { byMegaset } from './epochs.js';
import { settingsTable, markdownTable as table } from './markdown.js';
import type { TrainingRecord } from './training-record.js';

/**
 * The model card, Markdown: what a person who did not make the model wants to know before it is used. Made from the
 * record and the model's other parts alone, so that the same model has the same card.
 */
export function modelCard(model: Omit<Model, 'card'>): string {
  const record = model.record as unknown as TrainingRecord;
  const parts = [
    ['', intro(model, record)],
    ['Intended use', intendedUse(model)],
    ['Training data', trainingData(record)],
    ['Features', features(model)],
    ['Selection', selection(record)],
    ['Scaling', scaling(model)],
    ['Network', network(model)],
    ['Training', training(record)],
    ['Scores', scores(model, record)],
    ['Evaluation', evaluation],
    ['Limits', limits(model)],
    ['Scoring with ONNX', scoringWithOnnx(model)],
    ['Checking', checking],
  ] as const;
  const sections = parts.map(([title, text]) => (title === '' ? text : `## ${title}\n\n${text}`));
  return `# Model card\n\n${sections.join('\n\n')}\n`;
}

type Parts = Omit<Model, 'card'>;

function intro({ network, scaler, features }: Parts, record: TrainingRecord): string {
  const generation =
    record.generation === undefined ? '' : ` It is generation ${record.generation} of a run without end.`;
  return `An autoencoder (\`${network.description.name}\`, ${formatCount(parameterCount(network))} parameters) that was trained, without any signal, to give back ${formatCount(scaler.columns)} features of background events; an event that it gives back badly is an anomaly. Made by rmmstream ${record.program} with ${record.backend.name} ${record.backend.version}; the id of the model is in model.json.${generation}\n\nFeatures: \`${features.layout}\`. Configuration: \`${record.configuration_hash}\`.`;
}

function intendedUse({ features }: Parts): string {
  return [
    'To rank collision events by how unlike the simulated background they are, for events that passed the selection below and have features of the layout',
    `\`${features.layout}\`. Scores compare events of one model only: those of another model, or of events selected otherwise, are on another scale.`,
    'It is no classifier: a high score says that an event is unusual, not why, and a signal that looks like background has a low one.',
  ].join(' ');
}

function trainingData({ data, training, profile }: TrainingRecord): string {
  const samples = new Map<string, { files: number; entries: number }>();
  for (const { sample, entries } of data.files) {
    const { files, entries: before } = samples.get(sample) ?? { files: 0, entries: 0 };
    samples.set(sample, { files: files + 1, entries: before + entries });
  }
  return [
    `Simulated background, read with the profile \`${profile.name}\`. Only events of the training part, drawn by hash, were trained on: ${percent(data.train_fraction)} of the background are not test, and of those ${percent(data.validation_fraction)} are validation (salt ${data.split_salt}).`,
    table(
      ['sample', 'files', 'entries read'],
      [...samples].map(([name, { files, entries }]) => [name, files, formatCount(entries)]),
    ),
    `Trained on ${formatCount(training.rows)} selected events in ${training.megasets.length} megasets (${training.megasets.map(formatCount).join(', ')}); the validation loss is over ${formatCount(training.validation_rows)} events.`,
    `Fingerprint of the data: \`${data.fingerprint}\`. Files by their fingerprint:`,
    table(
      ['sample', 'fingerprint', 'entries read'],
      data.files.map(({ sample, fingerprint, entries }) => [
        sample,
        `\`${fingerprint}\``,
        formatCount(entries),
      ]),
    ),
  ].join('\n\n');
}

function features({ features: { layout, settings, names }, scaler }: Parts): string {
  return [
    `${formatCount(names.length)} columns of the layout \`${layout}\`; features.json has their names in order. Energies, masses and momenta are in ${settings.divide_by_sqrt_s === true ? 'units of sqrt(s)' : 'GeV'}; a cell whose objects are missing is 0.`,
    settingsTable(settings),
    kindTable(scaler),
  ].join('\n\n');
}

function kindTable({ kinds, trained }: Parts['scaler']): string {
  const through = new Set(trained);
  const counts = new Map<string, [number, number]>();
  for (const [column, kind] of kinds.entries()) {
    const count = counts.get(kind) ?? [0, 0];
    count[through.has(column) ? 0 : 1] += 1;
    counts.set(kind, count);
  }
  return table(
    ['kind of column', 'through the network', 'around it'],
    [...counts].map(([kind, [inside, around]]) => [kind, inside, around]),
  );
}

function selection({ settings, selection_hash, profile }: TrainingRecord): string {
  return [
    `Profile \`${profile.name}\`, hash of selection and profile \`${selection_hash}\`. Weights were scaled to ${settings.luminosity_fb} fb^-1.`,
    settingsTable(settings.selection),
  ].join('\n\n');
}

function scaling({ scaler }: Parts): string {
  const { options } = scaler;
  const how =
    options.type === 'standard'
      ? 'by its mean and standard deviation (ddof 0)'
      : 'by its minimum and range, without clipping';
  const around = scaler.columns - scaler.trained.length;
  return `Fitted once, over ${formatCount(scaler.rows)} training events (weights: ${options.weights}); scaler \`${scaler.id}\`. ${formatCount(scaler.trained.length)} columns are scaled, each ${how}, and go through the network. ${formatCount(around)} hardly vary in training (non-zero in fewer than ${options.minFilled} events, or nearly constant) and go around it: they add their scaled distance from their usual value to every error.`;
}

function network({ network: found }: Parts): string {
  const input = describeActivation(found.description.inputActivation);
  return [
    `The scaled input goes through ${input}, then:`,
    table(
      ['layer', 'inputs', 'outputs', 'activation', 'options', 'parameters'],
      layerRows(found).map((row) => [
        row.layer,
        row.inputs,
        row.outputs,
        row.activation,
        row.options || '-',
        formatCount(row.parameters),
      ]),
    ),
  ].join('\n\n');
}

function training({ configuration, training: { epochs } }: TrainingRecord): string {
  const section = (configuration as { readonly training?: object }).training ?? {};
  return [
    'Adam on the reconstruction of the scaled features, megaset after megaset; weights, moments and step count go on from one to the next.',
    settingsTable(section),
    'Losses (training: mean over the epoch before each step; validation: after the epoch):',
    table(
      ['pass', 'megaset', 'epochs', 'first loss', 'last loss', 'last validation loss'],
      byMegaset(epochs).map((list) => {
        const [first] = list;
        const last = list.at(-1)!;
        return [
          first!.pass + 1,
          first!.megaset + 1,
          `${list.length}${last.stopped ? ' (stopped early)' : ''}`,
          loss(first!.loss),
          loss(last.loss),
          loss(last.validationLoss),
        ];
      }),
    ),
    'The loss of every epoch is in record.json.',
  ].join('\n\n');
}

function scores({ scoring }: Parts, { settings }: TrainingRecord): string {
  const reference = scoring?.reference;
  return [
    'Columns of the score files; a higher value is more anomalous in each.',
    table(
      ['column', 'meaning'],
      scoreMeanings(scorePlanOf(settings)).map(({ column, meaning }) => [`\`${column}\``, meaning]),
    ),
    ...(reference === undefined
      ? []
      : [`The reference sample of distances has ${formatCount(reference.rows)} training events.`]),
  ].join('\n\n');
}

const evaluation =
  'How well the scores tell signals from background, and beside it how well H_T + MET and MET alone do, is in run.json of the run that made the model: every figure there is of test events, which were neither trained nor validated on.';

function limits({ scaler }: Parts): string {
  return [
    '- What the simulation gets wrong, the network has learnt.',
    '- The error grows with the energy of an event: compare it with H_T + MET before claiming that it found more.',
    '- Rare processes and the far tails of the background are few among the training events, so they score high too.',
    `- A column that goes around the network counts only by its distance from its usual value${scaler.kindsWithoutDivisor.length === 0 ? '' : `; of the kinds ${scaler.kindsWithoutDivisor.join(', ')} no column is trained, and their values count as they are`}.`,
    '- A score comes without an uncertainty: systematic effects and data-taking periods are no part of the model.',
  ].join('\n');
}

function scoringWithOnnx({ features: { names, settings } }: Parts): string {
  const lines =
    settings.type === 'rmm'
      ? [
          'table = pyarrow.parquet.read_table("features.parquet").combine_chunks()',
          'cells, values = table["cells"].chunk(0), table["values"].chunk(0)',
          `features = numpy.zeros((table.num_rows, ${names.length}), numpy.float32)`,
          'features[numpy.repeat(numpy.arange(table.num_rows), cells.value_lengths()), cells.flatten()] = values.flatten()',
        ]
      : [
          'session = onnxruntime.InferenceSession("model.onnx")',
          'names = json.loads(session.get_modelmeta().custom_metadata_map["feature_names"])',
          'table = pyarrow.parquet.read_table("features.parquet", columns=names)',
          'features = numpy.stack([table[name].to_numpy() for name in names], axis=1).astype(numpy.float32)',
        ];
  const run =
    settings.type === 'rmm'
      ? 'error, = onnxruntime.InferenceSession("model.onnx").run(["error"], {"features": features})'
      : 'error, = session.run(["error"], {"features": features})';
  const imports =
    settings.type === 'rmm'
      ? 'numpy, onnxruntime, pyarrow.parquet'
      : 'json, numpy, onnxruntime, pyarrow.parquet';
  return [
    'model.onnx takes unscaled features and needs nothing of rmmstream. With a table of features, for example from `rmmstream features --config CONFIG --input FILE.root --output features.parquet` with the configuration of the model:',
    `\`\`\`python\nimport ${imports}\n\n${[...lines, run].join('\n')}\n\`\`\``,
    'Outputs: `error`, `error_normalised`, `error_abs` (one value an event, equal to the columns above to 1e-5) and `reconstruction` (in the units of the features).',
  ].join('\n\n');
}

const checking =
  '`rmmstream model verify` on this folder, or on its .zip, checks every file and that model.onnx gives the scores of the weights; `rmmstream model show` prints the whole of it and `rmmstream model compare` its differences from another model.';

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(6))} %`;
}

function loss(value: number | undefined): string {
  return value === undefined ? '-' : value.toPrecision(5);
}
