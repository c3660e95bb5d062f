import type { Source } from './located.js';
import type { Problem } from './problem.js';
import type { Config } from './schema/index.js';
import { checkScores } from './score-columns.js';
import { checkTune } from './tune-rules.js';

/** What a command needs of the samples: `background` to train, `any` to read, `none` to work without. */
export type NeedsSamples = 'background' | 'any' | 'none';

/** Rules that join several keys; each broken one is a problem at the key that a person would change. */
export function checkRules(
  config: Config,
  sources: ReadonlyMap<string, Source>,
  needs: NeedsSamples,
): Problem[] {
  const problems: Problem[] = [];
  const add = (code: Problem['code'], path: string, message: string) =>
    problems.push({ code, path, source: sourceOf(sources, path), message });

  const byName = new Map<string, number>();
  for (const [index, sample] of config.input.samples.entries()) {
    // File systems that do not tell A from a would mix two samples' outputs.
    const before = byName.get(sample.name.toLowerCase());
    if (before === undefined) byName.set(sample.name.toLowerCase(), index);
    else {
      add(
        'config_conflict',
        `input.samples[${index}].name`,
        `found ${JSON.stringify(sample.name)}, which input.samples[${before}].name has already; expected a name of its own (letter case does not count)`,
      );
    }
  }
  const { samples } = config.input;
  if (needs !== 'none' && samples.length === 0) {
    add(
      'config_no_samples',
      'input.samples',
      'found no samples, expected at least one with name, kind and files',
    );
  } else if (needs === 'background' && !samples.some((sample) => sample.kind === 'background')) {
    const kinds = [...new Set(samples.map((sample) => sample.kind))].join(' and ');
    add(
      'config_no_background',
      'input.samples',
      `found only ${kinds} samples, expected at least one with kind: background to train on; a finished model scores without: rmmstream score --model DIR`,
    );
  }
  if (config.features.type === 'rmm') {
    const slots = Object.values(config.features.multiplicities).reduce((sum, count) => sum + count, 0);
    if (slots === 0)
      add('config_conflict', 'features.multiplicities', 'found 0 slots in all, expected at least one');
  }
  checkExclusion(config, needs, add);
  const { bjet_discriminant_min: tagged, light_jet_discriminant_max: light } = config.selection;
  if (light > tagged) {
    add(
      'config_conflict',
      'selection.light_jet_discriminant_max',
      `found ${light}, expected at most selection.bjet_discriminant_min (${tagged}): a jet cannot be light and b-tagged`,
    );
  }
  if (config.engine.type === 'kafka' && config.engine.brokers.length === 0) {
    add(
      'config_missing_key',
      'engine.brokers',
      'found none beside engine.type: kafka, expected at least one host:port, for example [127.0.0.1:9092]',
    );
  }
  if (config.input.mode === 'continuous' && config.engine.type !== 'kafka') {
    add(
      'config_conflict',
      'input.mode',
      `found continuous beside engine.type: ${config.engine.type}; only the kafka engine runs without end`,
    );
  }
  checkSchedule(config, add);
  const { min_insync_replicas: insync, replication } = config.kafka.topics;
  if (insync > replication) {
    add(
      'config_conflict',
      'kafka.topics.min_insync_replicas',
      `found ${insync}, expected at most kafka.topics.replication (${replication})`,
    );
  }
  checkSecurity(config.kafka, add);
  checkScores(config, add);
  checkTune(config, add);
  const channels = config.continuous.quotas.map(({ channel }) => channel);
  for (const [index, channel] of channels.entries()) {
    if (channels.indexOf(channel) !== index)
      add('config_conflict', `continuous.quotas[${index}].channel`, `found ${channel} a second time`);
  }
  const quantiles = config.evaluation.energy_bin_quantiles;
  if (quantiles.some((value, index) => index > 0 && value < quantiles[index - 1]!)) {
    add(
      'config_out_of_range',
      'evaluation.energy_bin_quantiles',
      `found ${quantiles.join(', ')}, expected increasing numbers`,
    );
  }
  return problems;
}

/** Columns can only be judged where data are read before the scaler is frozen. */
function checkExclusion(
  { features, engine, input }: Config,
  needs: NeedsSamples,
  add: (code: Problem['code'], path: string, message: string) => void,
): void {
  if (features.exclude !== 'auto') return;
  if (engine.type === 'kafka') {
    add(
      'config_conflict',
      'features.exclude',
      'found auto beside engine.type: kafka, whose scaler is frozen while data may still come; run once with engine.type: embedded and put the columns that its run.json names into features.exclude_columns',
    );
  }
  if (needs === 'background' && !input.samples.some(({ kind }) => kind === 'data')) {
    add(
      'config_conflict',
      'features.exclude',
      'found auto, but no sample has kind: data to compare simulation with; add one, or name columns in features.exclude_columns',
    );
  }
}

function checkSchedule(
  { input, training }: Config,
  add: (code: Problem['code'], path: string, message: string) => void,
): void {
  const { type, minimum_rate: minimum } = training.schedule;
  if (type === 'cosine' && input.mode === 'continuous') {
    add(
      'config_conflict',
      'training.schedule.type',
      'found cosine beside input.mode: continuous; a cosine needs an end, which such a run has not: use plateau or constant',
    );
  }
  if (type !== 'constant' && minimum > training.learning_rate) {
    add(
      'config_conflict',
      'training.schedule.minimum_rate',
      `found ${minimum}, expected at most training.learning_rate (${training.learning_rate})`,
    );
  }
}

/** A part of a log-in or of TLS without the rest would be passed over, and the connection be an open one. */
function checkSecurity(
  { sasl, tls }: Config['kafka'],
  add: (code: Problem['code'], path: string, message: string) => void,
): void {
  for (const key of ['username', 'password'] as const) {
    const path = `kafka.sasl.${key}`;
    if (sasl.mechanism === 'none' && sasl[key] !== undefined)
      add('config_conflict', path, 'is not used: kafka.sasl.mechanism is none; set it, or leave this out');
    if (sasl.mechanism !== 'none' && sasl[key] === undefined)
      add('config_missing_key', path, `missing beside kafka.sasl.mechanism: ${sasl.mechanism}`);
  }
  for (const key of ['ca_file', 'cert_file', 'key_file'] as const)
    if (!tls.enabled && tls[key] !== undefined)
      add(
        'config_conflict',
        `kafka.tls.${key}`,
        'is not used: set kafka.tls.enabled: true, or leave this out',
      );
  for (const [key, other] of [
    ['cert_file', 'key_file'],
    ['key_file', 'cert_file'],
  ] as const)
    if (tls.enabled && tls[key] === undefined && tls[other] !== undefined)
      add('config_missing_key', `kafka.tls.${key}`, `missing beside kafka.tls.${other}`);
}

/** The place of a key, or of the nearest key above it that was given. */
export function sourceOf(sources: ReadonlyMap<string, Source>, path: string): Source {
  const exact = sources.get(path);
  if (exact !== undefined) return exact;
  for (const [known, source] of sources)
    if (known.startsWith(`${path}.`) || known.startsWith(`${path}[`)) return source;
  return { kind: 'default' };
}
