import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { RmmError } from '../../../lib/base/error.js';
import { checkConfig, loadConfig } from '../../../lib/config/load.js';
import { check, folderWith, lines, samples } from './fixtures.js';

function thrown(work: () => unknown): RmmError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof RmmError);
    return error;
  }
  assert.fail('nothing was thrown');
}

test('the contract of issue 3 is valid and its defaults are those of the specification', (context) => {
  const { loaded, problems } = check(context, samples);
  assert.deepEqual(problems, []);
  const { config } = loaded!;
  assert.equal(config.input.profile, 'atlas-open-data-2020');
  assert.equal(config.luminosity_fb, 10.064);
  assert.deepEqual(config.selection, {
    leptons: 'at_least_2',
    lepton_pt_min_gev: 7,
    electron_eta_max: 0,
    muon_eta_max: 0,
    lepton_etcone20_rel_max: 0.15,
    lepton_ptcone30_rel_max: 0.15,
    three_lepton_pt_min_gev: 20,
    mll_min_gev: 0,
    jet_pt_min_gev: 20,
    jet_eta_max: 2.8,
    jet_jvt_min: 0.59,
    jet_jvt_pt_max_gev: 60,
    jet_jvt_eta_max: 2.4,
    bjet_discriminant_min: 0.6459,
    light_jet_discriminant_max: 0.6459,
    bjet_eta_max: 2.5,
    triggers: [],
    absurd_weight_factor: 1e4,
    corrupt: { max_fraction: 0.001, min_rows: 5 },
  });
  assert.equal(config.training.batch_events, 2048);
  assert.equal(config.training.train_fraction, 0.8);
  assert.equal(config.training.validation_fraction, 0.1);
  assert.equal(config.features.min_filled, 100);
  assert.deepEqual(
    config.scores.map((score) => score.type),
    ['error', 'error_normalised', 'error_abs'],
  );
});

test('defaults < file < environment < flags, and each value knows where it came from', (context) => {
  const yaml = `${samples}training: {epochs: 2, seed: 2, megasets: 2}\nscores: [error]\n`;
  const { loaded } = check(context, yaml, {
    environment: {
      RMMSTREAM__TRAINING__SEED: '3',
      RMMSTREAM__TRAINING__MEGASETS: '3',
      RMMSTREAM__SCORES: '[error_abs, {type: error_normalised, floor_fraction: 0.5}]',
      RMMSTREAM_DEBUG: '1',
      OTHER: 'x',
    },
    overrides: [
      { path: 'training.megasets', value: '4', flag: '--set training.megasets' },
      { path: 'output.directory', value: '12', flag: '--output', literal: true },
    ],
  });
  const { config, sources } = loaded!;
  assert.deepEqual(
    [config.training.epochs, config.training.seed, config.training.megasets, config.training.passes],
    [2, 3, 4, 1],
  );
  assert.equal(config.output.directory, '12');
  assert.deepEqual(
    config.scores.map(({ type, floor_fraction }) => [type, floor_fraction]),
    [
      ['error_abs', 0.001],
      ['error_normalised', 0.5],
    ],
  );
  assert.deepEqual(sources.get('training.epochs'), {
    kind: 'file',
    file: 'analysis.yaml',
    line: 6,
    column: 20,
  });
  assert.deepEqual(sources.get('training.seed'), { kind: 'environment', name: 'RMMSTREAM__TRAINING__SEED' });
  assert.deepEqual(sources.get('training.megasets'), { kind: 'flag', name: '--set training.megasets' });
  assert.equal(sources.get('training.passes'), undefined);
});

test('problems in the environment and in flags name variable and flag', (context) => {
  const checked = check(context, samples, {
    environment: {
      RMMSTREAM__TRAINING__EPOCS: '3',
      RMMSTREAM__ENGINE__WORKERS: 'many',
      RMMSTREAM__SCORES: '[a',
    },
    overrides: [{ path: 'training.seed', value: '-1', flag: '--set training.seed' }],
  });
  const found = lines(checked);
  assert.equal(found.length, 4);
  assert.match(found[0]!, /^config_syntax \| environment RMMSTREAM__SCORES: scores: /);
  assert.deepEqual(found.slice(1), [
    'config_unknown_key | environment RMMSTREAM__TRAINING__EPOCS: training.epocs: unknown key; did you mean "epochs"?',
    'config_out_of_range | --set training.seed: training.seed: found -1, expected a whole number from 0 to 4,294,967,295',
    'config_wrong_type | environment RMMSTREAM__ENGINE__WORKERS: engine.workers: found "many" (text), expected a whole number from 1 to 256',
  ]);
});

test('a convention brings its own slots, factor and units; what is given stands', (context) => {
  const { loaded } = check(
    context,
    `${samples}features: {convention: map2rmm, c: 0.5, multiplicities: {muons: 3}}\nselection: {bjet_discriminant_min: 0.8}\n`,
  );
  const { features, selection } = loaded!.config;
  assert.deepEqual(features.multiplicities, {
    light_jets: 10,
    b_jets: 10,
    electrons: 10,
    muons: 3,
    photons: 10,
  });
  assert.deepEqual([features.c, features.divide_by_sqrt_s, features.met_min_gev], [0.5, true, 30]);
  assert.equal(selection.light_jet_discriminant_max, 0.8);
});

test('no samples, no background: what each command needs', (context) => {
  assert.deepEqual(lines(check(context, 'luminosity_fb: 1\n')), [
    'config_no_samples | input.samples: found no samples, expected at least one with name, kind and files',
  ]);
  const signalOnly = 'input: {samples: [{name: s, kind: signal, files: [mc/signal.root]}]}\n';
  assert.deepEqual(lines(check(context, signalOnly)), [
    'config_no_background | analysis.yaml:1:18: input.samples: found only signal samples, expected at least one with kind: background to train on; a finished model scores without: rmmstream score --model DIR',
  ]);
  assert.deepEqual(lines(check(context, signalOnly, { needs: 'any' })), []);
  assert.deepEqual(lines(check(context, 'luminosity_fb: 1\n', { needs: 'none' })), []);
});

test('two samples of one name', (context) => {
  const yaml =
    'input:\n  samples:\n    - {name: zee, kind: background, files: [mc/zee.root]}\n    - {name: Zee, kind: signal, files: [mc/signal.root]}\n';
  assert.deepEqual(lines(check(context, yaml)), [
    'config_conflict | analysis.yaml:4:14: input.samples[1].name: found "Zee", which input.samples[0].name has already; expected a name of its own (letter case does not count)',
  ]);
});

test('YAML that is not YAML: the line, and nothing about what could not be read', (context) => {
  const broken = check(context, 'input:\n  samples: [{name: zee\ntraining: {epoch: 1}\n');
  assert.equal(
    broken.problems.every((problem) => problem.code === 'config_syntax'),
    true,
  );
  assert.match(lines(broken)[0]!, /^config_syntax \| analysis\.yaml:[23]:\d+: /);
  const twice = check(context, 'luminosity_fb: 1\nluminosity_fb: 2\n');
  assert.deepEqual(lines(twice), ['config_syntax | analysis.yaml:2:1: Map keys must be unique']);
  const documents = check(context, 'luminosity_fb: 1\n---\nluminosity_fb: 2\n');
  assert.deepEqual(lines(documents), [
    'config_syntax | analysis.yaml:2:1: found a second document (---), expected one',
  ]);
  const tag = check(context, 'luminosity_fb: !!js/function "x"\n');
  assert.match(lines(tag)[0]!, /^config_syntax \| analysis\.yaml:1:16: Unresolved tag/);
});

test('aliases that unfold without end are refused in good time', (context) => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level += 1) {
    const [before, now] = [String.fromCharCode(96 + level), String.fromCharCode(97 + level)];
    bomb.push(`${now}: &${now} [${Array(10).fill(`*${before}`).join(', ')}]`);
  }
  assert.match(
    lines(check(context, bomb.join('\n')))[0]!,
    /^config_syntax \| .*unfolds to more than 200000 parts/,
  );
});

test('a file that holds no map', (context) => {
  for (const [yaml, found] of [
    ['[1]', 'a list of 1'],
    ['~', 'nothing'],
    ['just words', '"just words" (text)'],
  ] as const) {
    assert.match(
      lines(check(context, yaml)).join(),
      new RegExp(`found ${found.replace(/[()]/g, '\\$&')}, expected a map with keys`),
    );
  }
  assert.deepEqual(lines(check(context, '# only a comment\n', { needs: 'none' })), []);
});

test('whatever the text, the end is a configuration or problems with a place, never a crash', (context) => {
  const folder = folderWith(context, { 'mc/zee.root': 'z' });
  const pieces = fc.constantFrom(
    ...`${samples}training: {epochs: 3}\n&a *a !x | > ? : - [ ] { } " ' # ~ \t\u0000é`.split(/(?<=[ \n])/),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 60 }).map((p) => p.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      writeFileSync(join(folder, 'any.yaml'), text);
      const checked = checkConfig({
        file: 'any.yaml',
        environment: {},
        currentDirectory: folder,
        needs: 'background',
      });
      if (checked.loaded !== undefined) return;
      assert.ok(checked.problems.length > 0);
      for (const { message, source } of checked.problems) {
        assert.ok(message.length > 0 && message.length < 2_000);
        if (source.kind === 'file') assert.ok(source.line >= 1 && source.column >= 1);
      }
    }),
    { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 5_000 : 400, seed: 5 },
  );
});

test('one problem keeps its own code; several become config_invalid with each in the message', (context) => {
  const folder = folderWith(context, {
    'one.yaml': 'training: {epoch: 1}\n',
    'two.yaml': 'scaler: {type: a}\ntraining: {epoch: 1}\n',
  });
  const options = { environment: {}, currentDirectory: folder, needs: 'none' } as const;
  const one = thrown(() => loadConfig({ ...options, file: 'one.yaml' }));
  assert.equal(one.code, 'config_unknown_key');
  assert.equal(one.exit, 2);
  assert.equal(one.message, 'one.yaml:1:12: training.epoch: unknown key; did you mean "epochs"?');
  const two = thrown(() => loadConfig({ ...options, file: 'two.yaml' }));
  assert.equal(two.code, 'config_invalid');
  assert.equal(
    two.message,
    '2 problems in two.yaml:\n  two.yaml:1:16: scaler.type: found "a" (text), expected one of standard, minmax\n  two.yaml:2:12: training.epoch: unknown key; did you mean "epochs"?',
  );
  assert.deepEqual((two.context.problems as readonly string[]).length, 2);
});

test('configuration files that cannot be read', (context) => {
  const folder = folderWith(context, { 'binary.yaml': '' });
  mkdirSync(join(folder, 'folder.yaml'));
  const load = (file: string) =>
    thrown(() => loadConfig({ file, environment: {}, currentDirectory: folder, needs: 'none' }));
  assert.equal(load('absent.yaml').message, 'the configuration absent.yaml does not exist');
  assert.equal(load('absent.yaml').code, 'config_unreadable');
  assert.equal(
    load('folder.yaml').message,
    'the configuration folder.yaml is a directory; give the YAML file in it',
  );
});

test('input patterns are relative to the file, the output directory to the current directory', (context) => {
  const folder = folderWith(context, {
    'configs/a.yaml': 'input: {samples: [{name: z, kind: background, files: ["../mc/*.root"]}]}\n',
    'mc/b.root': '1',
    'mc/a.root': '2',
  });
  const loaded = loadConfig({
    file: 'configs/a.yaml',
    environment: {},
    currentDirectory: folder,
    needs: 'background',
  });
  assert.equal(loaded.folder, join(folder, 'configs'));
  assert.equal(loaded.outputDirectory, join(folder, 'out'));
  assert.deepEqual(loaded.samples[0]?.files, [
    { name: '../mc/a.root', path: join(folder, 'mc/a.root') },
    { name: '../mc/b.root', path: join(folder, 'mc/b.root') },
  ]);
});
