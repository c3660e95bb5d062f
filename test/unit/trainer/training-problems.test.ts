import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { describeProblem, type LoadedConfig } from '../../../lib/config/index.js';
import { checkTraining, trainingProblems } from '../../../services/trainer/training-problems.js';
import { check, lines, samples } from '../config/fixtures.js';
import { expectError } from '../learning/expect-error.js';

const names = ['met', 'mT(j1)', 'mT(e1)', 'm(e1,j1)', 'h(e1,j1)'];

function loadedOf(context: TestContext, yaml: string): LoadedConfig {
  const checked = check(context, samples + yaml);
  assert.deepEqual(lines(checked), []);
  return checked.loaded!;
}

const firstLine = samples.split('\n').length;

test('what training would refuse is refused before any work, with its place', (context) => {
  const refuse = (yaml: string, code: 'config_no_column' | 'network_invalid', message: RegExp) => {
    const loaded = loadedOf(context, yaml);
    expectError(() => checkTraining(loaded, names), code, message);
    assert.equal(trainingProblems(loaded, names).length, 1);
  };
  refuse(
    'training: {loss: {feature_weights: [{features: "mT*"}, {features: "mt(j1)"}]}}\n',
    'config_no_column',
    new RegExp(
      `:${firstLine}:67: training.loss.feature_weights\\[1\\].features: "mt\\(j1\\)" matches none of the 5 columns .* did you mean "mT\\(j1\\)"`,
    ),
  );
  refuse(
    'training: {loss: {type: bce}}\n',
    'network_invalid',
    new RegExp(`:${firstLine}:25: training.loss.type: .*expected sigmoid`),
  );
  const two = '[{kind: gaussian, units: 3}, {kind: gaussian, units: 2}]';
  refuse(`network: {type: stacked, layers: ${two}}\n`, 'network_invalid', /: network: .*2 gaussian layers/);
  refuse(
    'training: {loss: {feature_weights: [{features: "*", weight: 0}]}}\n',
    'network_invalid',
    /training\.loss\.feature_weights: every column has the weight 0/,
  );
  const fine =
    'network: {type: vae_large}\ntraining: {loss: {type: bce, feature_weights: [{features: "m*", weight: 0}]}}\n';
  checkTraining(loadedOf(context, fine), names);
});

test('all of it is said at once', (context) => {
  const loaded = loadedOf(
    context,
    'training: {loss: {type: bce, feature_weights: [{features: "x*"}, {features: "met"}, {features: "y*"}]}}\n',
  );
  assert.deepEqual(
    trainingProblems(loaded, names).map((problem) => describeProblem(problem).match(/training[\w.[\]]*/)![0]),
    [
      'training.loss.feature_weights[0].features',
      'training.loss.feature_weights[2].features',
      'training.loss.type',
    ],
  );
  expectError(() => checkTraining(loaded, names), 'config_invalid', /3 problems in the configuration/);
});
