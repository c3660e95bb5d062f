import { didYouMean } from './nearest.js';
import type { Problem } from './problem.js';
import type { Config } from './schema/index.js';
import { isNetworkScore, isPlainScore, plainScores } from './schema/scores.js';

type Score = Config['scores'][number];

/** Columns of the score files beside the scores, and what the evaluation calls the score without a network. */
export const otherColumns: readonly string[] = [
  ...['run_number', 'event_number', 'channel', 'sample', 'kind', 'split', 'megaset', 'weight'],
  ...['met', 'met_phi', 'mll', 'mlll', 'ht', 'n_leptons', 'n_jets', 'flcomp', 'log10_error'],
  ...['file', 'model_version', 'scaler_version', 'entry', 'late', 'ht_plus_met'],
];

/** Columns that a score writes: one, or for an ensemble its mean and its spread. */
export function columnsOfScore({ type, name, of }: Pick<Score, 'type' | 'name' | 'of'>): string[] {
  if (type !== 'ensemble') return [name ?? type];
  const mean = name ?? `ensemble_${of?.[0] ?? ''}`;
  return [mean, `${mean}_spread`];
}

const positive = ['error', 'error_normalised', 'mahalanobis', 'knn'];

/** Whether a column cannot be negative by its making, so that its logarithm is what is looked at. */
export function isPositiveScore({ scores }: Pick<Config, 'scores'>, column: string): boolean {
  const score = scores.find((one) => columnsOfScore(one).includes(column));
  if (score === undefined) return false;
  return positive.includes(score.type === 'ensemble' ? (score.of?.[0] ?? '') : score.type);
}

/** Columns of all scores, in the order in which files have them. */
export function scoreColumnNames({ scores }: Pick<Config, 'scores'>): string[] {
  return scores.flatMap(columnsOfScore);
}

/**
 * The entry that a rank average means with a name: the one with that column, else the first of that type.
 * @returns the type where no entry is meant and it needs none; undefined where nothing is
 */
export function rankedScore(name: string, scores: Config['scores']): Score | Score['type'] | undefined {
  const raw = scores.filter(({ type }) => type !== 'rank_average');
  const byColumn = raw.find((score) => columnsOfScore(score).includes(name));
  if (byColumn !== undefined) return byColumn;
  const byType = raw.find(({ type }) => type === name && type !== 'ensemble');
  return byType ?? (isPlainScore(name) ? name : undefined);
}

type Add = (code: Problem['code'], path: string, message: string) => void;

/** Rules of the list `scores`: columns of their own, and whatever a score is made from. */
export function checkScores(config: Config, add: Add): void {
  const { scores } = config;
  const taken = new Map<string, string>();
  for (const [index, score] of scores.entries()) {
    const path = `scores[${index}]`;
    checkColumns(score, path, taken, add);
    if (score.type === 'rank_average') checkRanked(score, path, config, add);
    if (score.type === 'ensemble') checkEnsemble(score, path, config, add);
    if (score.type === 'knn' && score.reference_events <= score.neighbours)
      add(
        'config_conflict',
        `${path}.neighbours`,
        `found ${score.neighbours}, expected fewer than ${path}.reference_events (${score.reference_events})`,
      );
    if (isHighLevel(score.type) && config.features.type !== 'rmm')
      refuseTable(score.type, `${path}.type`, config, add);
  }
  const weights = scores.findIndex(({ type }) => type === 'knn');
  for (const [index, { type, reference_weights: found }] of scores.entries())
    if (type === 'knn' && found !== scores[weights]!.reference_weights)
      add(
        'config_conflict',
        `scores[${index}].reference_weights`,
        `found ${found}, expected ${scores[weights]!.reference_weights} as scores[${weights}]: a model has one reference`,
      );
  const first = new Map<string, number>();
  for (const [index, { type }] of scores.entries()) {
    // A second one would have the same values.
    const before = isNetworkScore(type) || type === 'mahalanobis' ? first.get(type) : undefined;
    if (before === undefined) first.set(type, first.get(type) ?? index);
    else add('config_conflict', `scores[${index}].type`, `found ${type}, which scores[${before}] is already`);
  }
}

function checkColumns(score: Score, path: string, taken: Map<string, string>, add: Add): void {
  const place = score.name === undefined ? path : `${path}.name`;
  for (const column of columnsOfScore(score)) {
    const before = taken.get(column);
    const cure = 'give it another with name';
    if (before !== undefined)
      add('config_conflict', place, `its column ${column} is the column of ${before} already; ${cure}`);
    else if (otherColumns.includes(column))
      add('config_conflict', place, `its column ${column} is another column of the score files; ${cure}`);
    else if (score.type !== column && isPlainScore(column))
      add('config_conflict', place, `its column ${column} has the name of another type of score; ${cure}`);
    else taken.set(column, path);
  }
}

function checkRanked(score: Score, path: string, config: Config, add: Add): void {
  const { scores, training } = config;
  if (score.of === undefined || score.of.length < 2) {
    add('config_missing_key', `${path}.of`, 'expected at least two scores to average the ranks of');
    return;
  }
  const others = scores.filter(({ type }) => type !== 'rank_average').flatMap(columnsOfScore);
  const known = [...new Set([...others, ...plainScores])];
  for (const [index, name] of score.of.entries()) {
    const place = `${path}.of[${index}]`;
    const meant = rankedScore(name, scores);
    if (meant === undefined)
      add(
        'config_out_of_range',
        place,
        `found ${JSON.stringify(name)}, expected a column of another score of the list or a type: ${known.join(', ')}${didYouMean(name, known)}`,
      );
    else if (typeof meant === 'string' && isHighLevel(meant) && config.features.type !== 'rmm')
      refuseTable(meant, place, config, add);
  }
  if (training.validation_fraction === 0)
    add(
      'config_conflict',
      'training.validation_fraction',
      `found 0, expected more beside ${path} (rank_average): ranks are taken among validation events`,
    );
}

function checkEnsemble({ of }: Score, path: string, { input }: Config, add: Add): void {
  if (of?.length !== 1 || !isNetworkScore(of[0]!))
    add(
      of === undefined ? 'config_missing_key' : 'config_out_of_range',
      `${path}.of`,
      `${of === undefined ? 'missing' : `found ${of.join(', ')}`}, expected one of error, error_normalised, error_abs`,
    );
  if (input.mode === 'continuous')
    add(
      'config_conflict',
      `${path}.type`,
      'found ensemble beside input.mode: continuous; generations carry the state of one network on: take another score',
    );
}

/** Whether a score is made from the 15 high-level features. */
export function isHighLevel(type: string): type is 'mahalanobis' | 'knn' {
  return type === 'mahalanobis' || type === 'knn';
}

function refuseTable(type: string, path: string, { features }: Config, add: Add): void {
  add(
    'config_conflict',
    path,
    `found ${type} beside features.type: ${features.type}; its 15 features are cells of the matrix: set features.type: rmm`,
  );
}
