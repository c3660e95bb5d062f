import assert from 'node:assert/strict';
import test from 'node:test';
import { check, lines, samples } from './fixtures.js';

const one = (name: string, yaml: string, expected: string) =>
  test(name, (context) => {
    assert.deepEqual(lines(check(context, samples + yaml)), [expected]);
  });

one(
  'an unknown key is named with its place and the nearest known key',
  'training:\n  epoch: 10\n',
  'config_unknown_key | analysis.yaml:7:3: training.epoch: unknown key; did you mean "epochs"?',
);
one(
  'a key at the wrong level is found where it belongs',
  'epochs: 10\n',
  'config_unknown_key | analysis.yaml:6:1: epochs: unknown key; did you mean training.epochs?',
);
one(
  'an unknown key like no other lists the known ones',
  'scaler: {qqqqqq: 1}\n',
  'config_unknown_key | analysis.yaml:6:10: scaler.qqqqqq: unknown key; known here: type, weights',
);
one(
  'a number in quotes',
  'training: {epochs: "10"}\n',
  'config_wrong_type | analysis.yaml:6:20: training.epochs: found "10" (text), expected a whole number from 1 to 100,000 (epochs); write it without quotes',
);
one(
  'a text where a number belongs',
  'training: {learning_rate: fast}\n',
  'config_wrong_type | analysis.yaml:6:27: training.learning_rate: found "fast" (text), expected a number above 0 and at most 10',
);
one(
  'a fraction where a whole number belongs',
  'training: {seed: 1.5}\n',
  'config_wrong_type | analysis.yaml:6:18: training.seed: found 1.5, expected a whole number from 0 to 4,294,967,295',
);
one(
  'a number out of range',
  'training: {train_fraction: 1}\n',
  'config_out_of_range | analysis.yaml:6:28: training.train_fraction: found 1, expected a number above 0 and below 1',
);
one(
  'not a number at all',
  'luminosity_fb: .nan\n',
  'config_out_of_range | analysis.yaml:6:16: luminosity_fb: found NaN, expected a number above 0 and at most 1,000,000 (fb^-1)',
);
one(
  'infinity is no limit',
  'training: {learning_rate: .inf}\n',
  'config_out_of_range | analysis.yaml:6:27: training.learning_rate: found Infinity, expected a number above 0 and at most 10',
);
one(
  'a number that is no multiple of the block',
  'engine: {range_events: 10000}\n',
  'config_out_of_range | analysis.yaml:6:24: engine.range_events: found 10000, expected a whole number from 8,192 to 16,777,216, a multiple of 8,192 (events)',
);
one(
  'a word that is none of the choices',
  'scaler: {type: minimax}\n',
  'config_out_of_range | analysis.yaml:6:16: scaler.type: found "minimax" (text), expected one of standard, minmax; did you mean "minmax"?',
);
one(
  'yes is a text in YAML 1.2',
  'output: {keep_features: yes}\n',
  'config_wrong_type | analysis.yaml:6:25: output.keep_features: found "yes" (text), expected true or false',
);
one(
  'a number where a text belongs',
  'output: {directory: 12}\n',
  'config_wrong_type | analysis.yaml:6:21: output.directory: found 12, expected a text; put it in quotes',
);
one(
  'nothing where a value belongs',
  'training: {epochs: }\n',
  'config_wrong_type | analysis.yaml:6:20: training.epochs: found nothing, expected a whole number from 1 to 100,000 (epochs); leave the key out to take its default',
);
one(
  'a section without keys',
  'scaler:\n',
  'config_wrong_type | analysis.yaml:6:8: scaler: found nothing, expected a map with keys among type, weights; give it keys, indented below it, or leave it out',
);
one(
  'a list where a section belongs',
  'scaler: [standard]\n',
  'config_wrong_type | analysis.yaml:6:9: scaler: found a list of 1, expected a map with keys among type, weights',
);
one(
  'a key that its neighbour makes meaningless',
  'network: {layers: [{units: 5}]}\n',
  'config_not_applicable | analysis.yaml:6:11: network.layers: is read only where network.type is stacked, and here it is ae_small; leave it out',
);
one(
  'a key whose neighbour is itself meaningless',
  'features: {type: report33, convention: thesis}\n',
  'config_not_applicable | analysis.yaml:6:28: features.convention: is read only where features.type is rmm, and here it is report33; leave it out',
);
one(
  'a score that does not exist',
  'scores: [eror]\n',
  'config_out_of_range | analysis.yaml:6:10: scores[0].type: found "eror" (text), expected one of error, error_normalised, error_abs; did you mean "error"?',
);
one(
  'a score with the options of another',
  'scores: [{type: error, floor_fraction: 0.1}]\n',
  'config_not_applicable | analysis.yaml:6:24: scores[0].floor_fraction: is read only where scores[0].type is error_normalised, and here it is error; leave it out',
);
one(
  'the same number twice in a list of different ones',
  'evaluation: {background_efficiencies: [0.1, 0.1]}\n',
  'config_out_of_range | analysis.yaml:6:45: evaluation.background_efficiencies[1]: 0.1 stands in this list twice',
);
one(
  'a light jet cannot be b-tagged too',
  'selection: {light_jet_discriminant_max: 0.9}\n',
  'config_conflict | analysis.yaml:6:41: selection.light_jet_discriminant_max: found 0.9, expected at most selection.bjet_discriminant_min (0.6459): a jet cannot be light and b-tagged',
);
one(
  'quantiles that do not increase',
  'evaluation: {energy_bin_quantiles: [0.5, 0.2]}\n',
  'config_out_of_range | analysis.yaml:6:36: evaluation.energy_bin_quantiles: found 0.5, 0.2, expected increasing numbers',
);
one(
  'a trigger that the profile does not know',
  'selection: {triggers: [trigZ]}\n',
  'config_out_of_range | analysis.yaml:6:24: selection.triggers[0]: found "trigZ", expected a trigger of the profile atlas-open-data-2020: trigE, trigM; did you mean "trigE"?',
);
for (const key of ['__proto__', 'constructor', 'prototype']) {
  one(
    `the key ${key} is refused`,
    `training: {${key}: {epochs: 3}}\n`,
    `config_prototype_key | analysis.yaml:6:12: training.${key}: this key is refused, whatever it holds`,
  );
}

test('prototype keys never reach a prototype', (context) => {
  check(context, `${samples}__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n`);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('missing keys of a sample are named at the sample', (context) => {
  const checked = check(context, 'input:\n  samples:\n    - {kind: background}\n');
  assert.deepEqual(lines(checked), [
    'config_missing_key | analysis.yaml:3:7: input.samples[0].name: missing, expected a text (letters, digits, _ . + - and at most 64 characters)',
    'config_missing_key | analysis.yaml:3:7: input.samples[0].files: missing, expected a list of at least 1',
  ]);
});

test('a name that would leave its folder is refused', (context) => {
  const checked = check(
    context,
    'input: {samples: [{name: ../zee, kind: background, files: [mc/zee.root]}]}\n',
  );
  assert.match(
    lines(checked).join(),
    /^config_out_of_range \| analysis.yaml:1:26: input.samples\[0\].name: found "\.\.\/zee" \(text\), expected a text \(letters/,
  );
});

test('a lonely file where the list belongs shows how to write it', (context) => {
  const checked = check(context, 'input: {samples: [{name: zee, kind: background, files: mc/zee.root}]}\n');
  assert.deepEqual(lines(checked), [
    'config_wrong_type | analysis.yaml:1:56: input.samples[0].files: found "mc/zee.root" (text), expected a list of at least 1; write [mc/zee.root]',
  ]);
});

one(
  'a cosine has no end in a run without one',
  '  mode: continuous\nengine: {type: kafka, brokers: ["a:1"]}\ntraining: {schedule: {type: cosine}}\n',
  'config_conflict | analysis.yaml:8:29: training.schedule.type: found cosine beside input.mode: continuous; a cosine needs an end, which such a run has not: use plateau or constant',
);
one(
  'a least rate above the largest',
  'training: {learning_rate: 0.001, schedule: {type: plateau, minimum_rate: 0.01}}\n',
  'config_conflict | analysis.yaml:6:74: training.schedule.minimum_rate: found 0.01, expected at most training.learning_rate (0.001)',
);
one(
  'a key of another schedule',
  'training: {schedule: {type: cosine, factor: 0.5}}\n',
  'config_not_applicable | analysis.yaml:6:37: training.schedule.factor: is read only where training.schedule.type is plateau, and here it is cosine; leave it out',
);

test('several problems come all at once, each with its own place', (context) => {
  const checked = check(
    context,
    `${samples}training:
  epoch: 10
  batch_events: "2048"
scaler: {type: standart}
network: {type: stacked, layers: [{units: 0}, {activation: tanh, slope: 0.1}]}
output: 7
`,
  );
  assert.deepEqual(
    checked.problems.map((problem) => [
      problem.code,
      problem.path,
      problem.source.kind === 'file'
        ? `${problem.source.line}:${problem.source.column}`
        : problem.source.kind,
    ]),
    [
      ['config_out_of_range', 'scaler.type', '9:16'],
      ['config_out_of_range', 'network.layers[0].units', '10:43'],
      ['config_not_applicable', 'network.layers[1].slope', '10:66'],
      ['config_unknown_key', 'training.epoch', '7:3'],
      ['config_wrong_type', 'training.batch_events', '8:17'],
      ['config_wrong_type', 'output', '11:9'],
    ],
  );
});

test('a broken sample does not make the file seem to have no background', (context) => {
  const checked = check(context, 'input: {samples: [{name: zee, kind: backgroud, files: [mc/zee.root]}]}\n');
  assert.deepEqual(
    checked.problems.map((problem) => problem.code),
    ['config_out_of_range'],
  );
});
