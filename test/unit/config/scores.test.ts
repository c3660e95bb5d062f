import assert from 'node:assert/strict';
import test from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { jsonSchema } from '../../../lib/config/json-schema.js';
import { configNode } from '../../../lib/config/schema/index.js';
import { otherColumns, scoreColumnNames } from '../../../lib/config/score-columns.js';
import { createScoreColumns } from '../../../lib/learning/score-plan.js';
import { RowTable } from '../../../services/featurizer/row-table.js';
import { scorePlanOf } from '../../../services/scorer/score-plan.js';
import { scoreTable } from '../../../services/scorer/score-table.js';
import { check, lines, samples } from './fixtures.js';

const foreign = new Ajv({ strict: true, strictRequired: false }).compile(
  jsonSchema(configNode, 'config') as object,
);

test('names, options, short forms and columns of scores', (context) => {
  const yaml = `scores:
  - error_abs
  - {type: knn, name: near, neighbours: 3, reference_events: 500}
  - mahalanobis
  - rank_average: [near, error_normalised, ensemble_error_spread]
  - {rank_average: [knn, mahalanobis], name: distances}
  - {type: ensemble, of: error, members: 2}
  - {type: ensemble, of: [error_abs], name: many}
`;
  const { loaded } = check(context, samples + yaml);
  assert.equal(foreign(parse(samples + yaml)), true);
  const names = ['error_abs', 'near', 'mahalanobis', 'rank_average', 'distances'];
  const ensembles = ['ensemble_error', 'ensemble_error_spread', 'many', 'many_spread'];
  assert.deepEqual(scoreColumnNames(loaded!.config), [...names, ...ensembles]);
  const plan = scorePlanOf(loaded!.config);
  assert.deepEqual(plan.written, [...names, ...ensembles]);
  assert.equal(plan.error, 'error');
  assert.deepEqual(
    plan.specs.map((spec) => ('of' in spec ? [spec.column, spec.of] : spec.column)),
    [
      'error_abs',
      'near',
      'mahalanobis',
      ['ensemble_error', 'error'],
      ['many', 'error_abs'],
      // Not written: for log10_error, and within the rank average alone.
      'error',
      'error_normalised',
      ['rank_average', ['near', 'error_normalised', 'ensemble_error_spread']],
      // A type that stands in the list under another name is that one.
      ['distances', ['near', 'mahalanobis']],
    ],
  );
});

test('a score that is named only within a rank average has the usual options', (context) => {
  const { loaded } = check(context, `${samples}scores: [error, {rank_average: [error, knn]}]\n`);
  assert.deepEqual(
    scorePlanOf(loaded!.config).specs.find(({ type }) => type === 'knn'),
    { type: 'knn', column: 'knn', neighbours: 10, referenceEvents: 20_000, referenceWeighting: 'abs' },
  );
});

const refused = (name: string, scores: string, ...expected: string[]) =>
  test(name, (context) => {
    assert.deepEqual(
      lines(check(context, `${samples}scores: ${scores}\n`)).map((line) =>
        line.replace(/analysis\.yaml:\d+:\d+: /, ''),
      ),
      expected,
    );
  });

refused(
  'a rank average of something unknown names the nearest',
  '[error, {rank_average: [error, kn]}]',
  'config_out_of_range | scores[1].of[1]: found "kn", expected a column of another score of the list or a type: error, error_normalised, error_abs, mahalanobis, knn; did you mean "knn"?',
);
refused(
  'a rank average of a rank average, and of an ensemble by its type',
  '[error, {rank_average: [error, rank_average]}, {type: rank_average, of: [error, ensemble], name: b}, {type: ensemble, of: error}]',
  'config_out_of_range | scores[1].of[1]: found "rank_average", expected a column of another score of the list or a type: error, ensemble_error, ensemble_error_spread, error_normalised, error_abs, mahalanobis, knn',
  'config_out_of_range | scores[2].of[1]: found "ensemble", expected a column of another score of the list or a type: error, ensemble_error, ensemble_error_spread, error_normalised, error_abs, mahalanobis, knn; did you mean "ensemble_error"?',
);
refused(
  'a rank average of one',
  '[{rank_average: error}]',
  'config_missing_key | scores[0].of: expected at least two scores to average the ranks of',
);
refused(
  'two columns of one name, of another column, and of another type',
  '[knn, {type: knn, neighbours: 5}, {type: knn, name: met}, {type: mahalanobis, name: error}]',
  'config_conflict | scores[1]: its column knn is the column of scores[0] already; give it another with name',
  'config_conflict | scores[2].name: its column met is another column of the score files; give it another with name',
  'config_conflict | scores[3].name: its column error has the name of another type of score; give it another with name',
);
refused(
  'the spread of an ensemble against another column',
  '[{type: ensemble, of: error, name: a}, {type: knn, name: a_spread}]',
  'config_conflict | scores[1].name: its column a_spread is the column of scores[0] already; give it another with name',
);
refused(
  'an ensemble of nothing, and of a distance',
  '[ensemble, {type: ensemble, of: knn}]',
  'config_missing_key | scores[0].of: missing, expected one of error, error_normalised, error_abs',
  'config_out_of_range | scores[1].of: found knn, expected one of error, error_normalised, error_abs',
);
refused(
  'as many neighbours as events',
  '[{type: knn, neighbours: 10, reference_events: 10}]',
  'config_conflict | scores[0].neighbours: found 10, expected fewer than scores[0].reference_events (10)',
);
refused(
  'two references',
  '[knn, {type: knn, name: other, reference_weights: none}]',
  'config_conflict | scores[1].reference_weights: found none, expected abs as scores[0]: a model has one reference',
);
refused(
  'the same score of one network twice',
  '[error, {type: error, name: again}]',
  'config_conflict | scores[1].type: found error, which scores[0] is already',
);
refused(
  'a short form with the options of another type',
  '[{rank_average: [error, knn], members: 3}]',
  'config_not_applicable | scores[0].members: is read only where scores[0].type is ensemble, and here it is rank_average; leave it out',
);

test('distances want a matrix, ranks want validation events, an ensemble wants an end', (context) => {
  const problems = (yaml: string) =>
    lines(check(context, samples + yaml)).map((line) => line.replace(/analysis\.yaml:\d+:\d+: /, ''));
  assert.deepEqual(
    problems('features: {type: report33}\nscores: [knn, {rank_average: [error, mahalanobis]}]\n'),
    [
      'config_conflict | scores[0].type: found knn beside features.type: report33; its 15 features are cells of the matrix: set features.type: rmm',
      'config_conflict | scores[1].of[1]: found mahalanobis beside features.type: report33; its 15 features are cells of the matrix: set features.type: rmm',
    ],
  );
  assert.deepEqual(
    problems('training: {validation_fraction: 0}\nscores: [{rank_average: [error, error_abs]}]\n'),
    [
      'config_conflict | training.validation_fraction: found 0, expected more beside scores[0] (rank_average): ranks are taken among validation events',
    ],
  );
  const endless = samples.replace('input:\n', 'input:\n  mode: continuous\n');
  const kafka = 'engine: {type: kafka, brokers: ["a:1"]}\n';
  assert.deepEqual(
    lines(check(context, `${endless}${kafka}scores: [error, {type: ensemble, of: error}]\n`)),
    [
      'config_conflict | analysis.yaml:8:24: scores[1].type: found ensemble beside input.mode: continuous; generations carry the state of one network on: take another score',
    ],
  );
});

test('the names that scores may not have are those of all other columns of the files', () => {
  const plan = { specs: [{ type: 'error', column: 'error' } as const], error: 'error', written: [] };
  const columns = scoreTable(new RowTable(0), createScoreColumns(plan, 0), [], plan);
  // And what the evaluation calls the energy.
  assert.deepEqual(otherColumns, [...columns.map(({ name }) => name), 'ht_plus_met'].sort(inOrder));
});

function inOrder(a: string, b: string): number {
  return otherColumns.indexOf(a) - otherColumns.indexOf(b);
}
