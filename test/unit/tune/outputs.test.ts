import assert from 'node:assert/strict';
import test from 'node:test';
import { networkFromJson } from '../../../lib/learning/network-json.js';
import { networkSection } from '../../../services/tune/config.js';
import { trialsPicture } from '../../../services/tune/picture.js';
import { type PageFacts, trialsPage, trialsTable } from '../../../services/tune/tables.js';
import {
  errorOf,
  isSettled,
  ranked,
  type TrialRecord,
  trialId,
} from '../../../services/tune/trial-record.js';

function record(id: string, errors: readonly number[], more: Partial<TrialRecord> = {}): TrialRecord {
  const leaky = { type: 'leakyrelu', slope: 0.1 } as const;
  return {
    id,
    sample: 's',
    settings: 't',
    network: {
      name: 'stacked',
      input_activation: { type: 'tanh' },
      layers: [
        { units: 60, activation: leaky },
        { units: 5, activation: { type: 'relu' }, kernel_l1: 0.5, activity_l2: 0.01 },
        { units: 60, activation: leaky },
        { units: 'columns', activation: { type: 'linear' } },
      ],
    },
    latent: 5,
    learning_rate: 0.0015,
    errors,
    losses: errors.map((error) => 2 * error),
    seconds: 1,
    ...more,
  };
}

const good = record('good', [0.5, 0.3, 0.25]);
const short = record('short', [0.4], { latent: 9 });
const bad = record('bad', [0.1, 7], { diverged: 'the "loss" became NaN, step 3' });
const facts: PageFacts = {
  trainingEvents: 1000,
  validationEvents: 100,
  trainedColumns: 107,
  algorithm: 'hyperband',
  backend: { name: 'onnxruntime-node', version: '1' },
  amplified: [],
};

test('trials are ranked by their last error; one that diverged is last, however small its errors were', () => {
  assert.deepEqual(
    ranked([bad, short, good]).map(({ id }) => id),
    ['good', 'short', 'bad'],
  );
  assert.equal(errorOf(good), 0.25);
  assert.equal(errorOf(good, 2), 0.3);
  assert.ok(Number.isNaN(errorOf(bad)));
  assert.equal(errorOf(bad, 1), 0.1);
  assert.deepEqual(
    [isSettled(good, 3), isSettled(good, 4), isSettled(bad, 9), isSettled(undefined, 1)],
    [true, false, true, false],
  );
});

test('the table has a line for each trial, quoted as RFC 4180 has it', () => {
  const [head, ...lines] = trialsTable([good, bad]).trimEnd().split('\n');
  assert.equal(
    head,
    'id,validation_error,epochs,latent,widths,activations,input_activation,slope,kernel_l1,activity_l2,learning_rate,training_loss,diverged',
  );
  assert.deepEqual(lines, [
    'good,0.25,3,5,60-5-60,leakyrelu-relu-leakyrelu-linear,tanh,0.1,0.5,0.01,0.0015,0.5,',
    'bad,,2,5,60-5-60,leakyrelu-relu-leakyrelu-linear,tanh,0.1,0.5,0.01,0.0015,14,"the ""loss"" became NaN, step 3"',
  ]);
});

test('the page shows the latent width beside the error, the reason of what diverged, and amplified input', () => {
  const page = trialsPage([good, short, bad], { ...facts, amplified: ['mc/copy.root'] });
  assert.match(page, /\| rank \| error \| latent \|/);
  assert.match(page, /\| 1 \| 0\.25000 \| 5 \| 3 \| 60-5-60 \| leakyrelu\(0\.1\) relu/);
  assert.match(page, /\| 3 \| diverged \| 5 \|/);
  assert.match(page, /- bad: the "loss" became NaN, step 3/);
  assert.match(page, /Amplified input \(mc\/copy\.root\)/);
  assert.doesNotMatch(trialsPage([good], facts), /Amplified|Diverged/);
});

/** Places of a curve's points. */
function pointsOf(svg: string): [number, number][][] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map((found) =>
    found[1]!.split(' ').map((pair) => pair.split(',').map(Number) as [number, number]),
  );
}

test('the picture has a curve for each trial on logarithmic axes, the best in front, a cross where one diverged', () => {
  const svg = trialsPicture([good, short, bad]);
  const curves = pointsOf(svg);
  assert.deepEqual(
    curves.map((points) => points.length),
    [2, 1, 3],
  );
  const [one, two, three] = curves.at(-1)! as [[number, number], [number, number], [number, number]];
  const byX = (two[0] - one[0]) / (three[0] - one[0]);
  assert.ok(Math.abs(byX - Math.log(2) / Math.log(3)) < 0.01, `${byX}`);
  const byY = (two[1] - one[1]) / (three[1] - one[1]);
  assert.ok(Math.abs(byY - Math.log(0.5 / 0.3) / Math.log(0.5 / 0.25)) < 0.01, `${byY}`);
  assert.equal([...svg.matchAll(/l8,8m0,-8l-8,8/g)].length, 1);
  assert.equal([...svg.matchAll(/stroke-width="3" stroke-opacity/g)].length, 1);
  // Everything lies within the picture, and every element is closed.
  for (const [x, y] of curves.flat()) assert.ok(x >= 0 && x <= 860 && y >= 0 && y <= 520, `${x}, ${y}`);
  assert.equal([...svg.matchAll(/<g>/g)].length, [...svg.matchAll(/<\/g>/g)].length);
  assert.ok(!svg.includes('NaN'));
});

test('the legend has the colours of the curves', () => {
  const records = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((error, index) =>
    record(`latent ${index + 1}`, [error], { latent: index + 1 }),
  );
  const svg = trialsPicture(records);
  const legend = [
    ...svg.matchAll(/stroke="(#\w{6})" stroke-width="2"\/>\n<text [^>]*>(\d+)(?: to (\d+))?</g),
  ].map(([, colour, from, to]) => ({ colour, from: Number(from), to: Number(to ?? from) }));
  assert.equal(legend.length, 4);
  assert.deepEqual([legend[0]!.from, legend[3]!.to], [1, 9]);
  // The best has a colour of its own.
  for (const { id, latent } of records.slice(1)) {
    const colour = svg.match(new RegExp(`<title>${id},.*?stroke="(#\\w{6})"`))![1];
    const [entry] = legend.filter(({ from, to }) => latent >= from && latent <= to);
    assert.equal(colour, entry!.colour, id);
  }
});

test('a picture of wild, single or no sound trials is still one', () => {
  for (const records of [
    [record('wild', [1e20, 0.2]), record('zero', [0, 0])],
    [short],
    [record('none', [], { diverged: 'at once' })],
  ])
    assert.ok(!trialsPicture(records).includes('NaN'), records[0]!.id);
});

test('the network section says what was trained', () => {
  const network = networkFromJson(good.network, 'test');
  assert.deepEqual(networkSection({ network }), {
    type: 'stacked',
    input_activation: 'tanh',
    layers: [
      { units: 60, activation: 'leakyrelu', slope: 0.1 },
      { units: 5, activation: 'relu', kernel_l1: 0.5, activity_l2: 0.01 },
      { units: 60, activation: 'leakyrelu', slope: 0.1 },
    ],
    output_activation: 'linear',
  });
});

test('a trial is named by all that its errors depend on', () => {
  const network = networkFromJson(good.network, 'test');
  const candidate = { network, learningRate: 0.001, latent: 5 };
  const id = trialId('t', candidate);
  assert.equal(trialId('t', { ...candidate }), id);
  const others = [
    trialId('u', candidate),
    trialId('t', { ...candidate, learningRate: 0.002 }),
    trialId('t', { ...candidate, network: { ...network, inputActivation: { type: 'linear' } } }),
  ];
  assert.equal(new Set([id, ...others]).size, 4);
});
