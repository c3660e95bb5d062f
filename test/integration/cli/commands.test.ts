import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { dataFolder, runCli } from './run-cli.js';

const data = dataFolder();
const needsData = data === undefined ? { skip: 'neither ../shared/data nor samples/ is there' } : {};

function folder(context: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'rmmstream-cli-'));
  context.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('usage errors: exit 2, one message on stderr, nothing on stdout', async () => {
  for (const [argv, message] of [
    [[], /^error\[cli_usage\]: no command given; expected one of .*validate/],
    [
      ['valdate'],
      /^error\[cli_usage\]: unknown command 'valdate'; did you mean validate\?\n {2}what to do: Look at/,
    ],
    [
      ['config', 'show', '--worker', '2'],
      /^error\[cli_usage\]: unknown option '--worker'; did you mean --workers\?/,
    ],
    [['validate'], /^error\[cli_usage\]: missing required argument 'config'/],
  ] as const) {
    const result = await runCli(argv);
    assert.equal(result.code, 2);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, message);
  }
});

test('help is a result and shows examples', async () => {
  const result = await runCli(['validate', '--help']);
  assert.equal(result.code, 0);
  assert.equal(result.stderr, '');
  assert.match(result.stdout, /^Usage: rmmstream validate \[options\] <config>/);
  assert.match(result.stdout, /Examples:\n {2}rmmstream validate analysis\.yaml/);
});

test('validate: every error at once, exit 2; --json gives them as one object on stdout', async (context) => {
  const cwd = folder(context);
  writeFileSync(
    join(cwd, 'a.yaml'),
    'input:\n  samples:\n    - {name: z, kind: background, files: ["*.root"]}\ntraining: {epoch: 3, seed: x}\n',
  );
  const text = await runCli(['validate', 'a.yaml'], { cwd });
  assert.equal(text.code, 2);
  assert.equal(text.stdout, '');
  assert.match(text.stderr, /^error\[config_invalid\]: 3 problems in a\.yaml:\n/);
  assert.match(
    text.stderr,
    /\n {2}a\.yaml:3:43: input\.samples\[0\]\.files\[0\]: found the pattern "\*\.root", which matches nothing/,
  );
  assert.match(text.stderr, /\n {2}a\.yaml:4:12: training\.epoch: unknown key; did you mean "epochs"\?\n/);
  assert.match(
    text.stderr,
    /\n {2}a\.yaml:4:28: training\.seed: found "x" \(text\), expected a whole number/,
  );
  const json = await runCli(['validate', 'a.yaml', '--json'], { cwd });
  assert.equal(json.code, 2);
  assert.equal(json.stderr, '');
  const object = JSON.parse(json.stdout) as {
    valid: boolean;
    problems: { code: string; key: string; line: number }[];
  };
  assert.equal(object.valid, false);
  assert.deepEqual(
    object.problems.map(({ code, key, line }) => [code, key, line]),
    [
      ['config_unknown_key', 'training.epoch', 4],
      ['config_wrong_type', 'training.seed', 4],
      ['input_glob_empty', 'input.samples[0].files[0]', 3],
    ],
  );
});

test('validate finds what training would refuse, and run refuses it before it makes anything', async (context) => {
  const cwd = folder(context);
  writeFileSync(join(cwd, 'z.root'), '');
  writeFileSync(
    join(cwd, 'a.yaml'),
    'input: {samples: [{name: z, kind: background, files: [z.root]}]}\ntraining:\n  loss:\n    feature_weights: [{features: "mTT*"}]\n',
  );
  for (const command of ['validate', 'run']) {
    const result = await runCli([command, 'a.yaml'], { cwd });
    assert.equal(result.code, 2);
    assert.match(
      result.stderr,
      /^error\[config_no_column\]: a\.yaml:4:34: training\.loss\.feature_weights\[0\]\.features: "mTT\*" matches none/,
    );
  }
  assert.ok(!existsSync(join(cwd, 'out')));
  const json = await runCli(['validate', 'a.yaml', '--json'], { cwd });
  const { valid, problems } = JSON.parse(json.stdout) as {
    valid: boolean;
    problems: { code: string; line: number }[];
  };
  assert.deepEqual(
    [json.code, valid, problems.map(({ code, line }) => [code, line])],
    [2, false, [['config_no_column', 4]]],
  );
});

test('errors under --json are one object on stderr', async () => {
  const result = await runCli(['--json', 'config', 'show', 'absent.yaml']);
  assert.equal(result.code, 2);
  assert.equal(result.stdout, '');
  const object = JSON.parse(result.stderr) as Record<string, unknown>;
  assert.deepEqual(
    [object.type, object.code, object.domain, object.exit, object.message],
    ['error', 'config_unreadable', 'user', 2, 'the configuration absent.yaml does not exist'],
  );
});

test('config show: environment over file, options over environment, and each is named', async (context) => {
  const cwd = folder(context);
  writeFileSync(join(cwd, 'a.yaml'), 'training: {epochs: 2, seed: 2}\n');
  const options = { cwd, environment: { RMMSTREAM__TRAINING__SEED: '3' } };
  const result = await runCli(['config', 'show', 'a.yaml', '--set', 'training.passes=4'], options);
  assert.equal(result.code, 0);
  assert.equal(result.stderr, '');
  assert.match(result.stdout, /\n {2}epochs: 2 # a\.yaml:1:20\n/);
  assert.match(result.stdout, /\n {2}seed: 3 # environment RMMSTREAM__TRAINING__SEED\n/);
  assert.match(result.stdout, /\n {2}passes: 4 # --set training\.passes\n/);
  assert.match(result.stdout, /\n {2}megasets: 10\n/);
});

test('validate opens every file and compares it with the profile', needsData, async (context) => {
  const cwd = folder(context);
  for (const name of ['zee', 'zprime2000_mumu'])
    copyFileSync(join(data!, 'mc', `${name}.root`), join(cwd, `${name}.root`));
  writeFileSync(
    join(cwd, 'a.yaml'),
    'input:\n  samples:\n    - {name: zee, kind: background, files: [zee.root]}\n    - {name: zp, kind: signal, files: ["zp*.root"]}\n',
  );
  const good = await runCli(['validate', 'a.yaml'], { cwd });
  assert.equal(good.stderr, '');
  assert.equal(good.code, 0);
  assert.match(
    good.stdout,
    /^a\.yaml is valid; 2 input files open and fit the profile atlas-open-data-2020\n/,
  );

  // Cut in half, text with the ending .root, and both at once.
  const whole = readFileSync(join(cwd, 'zee.root'));
  writeFileSync(join(cwd, 'zee.root'), whole.subarray(0, whole.length >> 1));
  const cut = await runCli(['validate', 'a.yaml'], { cwd });
  assert.equal(cut.code, 1);
  assert.match(cut.stderr, /^error\[root_truncated\]: .*zee\.root/);
  writeFileSync(join(cwd, 'zprime2000_mumu.root'), 'this is no ROOT file\n');
  const both = await runCli(['validate', 'a.yaml', '--json'], { cwd });
  assert.equal(both.code, 2);
  const object = JSON.parse(both.stdout) as { valid: boolean; files: { error?: { code: string } }[] };
  assert.equal(object.valid, false);
  assert.deepEqual(
    object.files.map((file) => file.error?.code),
    ['root_truncated', 'root_not_a_root_file'],
  );
});

test('validate names the branches that a profile lacks', needsData, async (context) => {
  const cwd = folder(context);
  copyFileSync(join(data!, 'mc', 'zee.root'), join(cwd, 'zee.root'));
  const profile = readFileSync(join(packageRoot, 'schemas/profiles/atlas-open-data-2020.yaml'), 'utf8');
  writeFileSync(
    join(cwd, 'mine.yaml'),
    profile.replace('branch: met_et,', 'branch: met_est,').replace('lep_eta', 'lep_n'),
  );
  const sample = '{name: zee, kind: background, files: [zee.root]}';
  writeFileSync(join(cwd, 'a.yaml'), `input: {profile: mine.yaml, samples: [${sample}]}\n`);
  const result = await runCli(['validate', 'a.yaml'], { cwd });
  assert.equal(result.code, 2);
  assert.match(result.stderr, /^error\[profile_mismatch\]: zee\.root \(sample zee\) does not fit/);
  assert.match(result.stderr, /missing branch met_est \(met\); the nearest there (is|are) met_et/);
  assert.match(result.stderr, /branch lep_n \(leptons\.eta\) is uint32, scalar, expected real, jagged/);
});

test('inspect: trees, branches, types and the profile that fits', needsData, async () => {
  const file = join(data!, 'mc', 'zee.root');
  const result = await runCli(['inspect', file, '--json']);
  assert.equal(result.code, 0);
  interface Inspected {
    files: {
      bytes: number;
      trees: { name: string; entries: number; branches: { name: string; type: string; codec: string }[] }[];
      profiles: { profile: string; fits: boolean }[];
    }[];
  }
  const [first] = (JSON.parse(result.stdout) as Inspected).files;
  assert.equal(first?.bytes, readFileSync(file).length);
  assert.deepEqual(
    first?.profiles.map(({ profile, fits }) => [profile, fits]),
    [['atlas-open-data-2020', true]],
  );
  const tree = first?.trees[0];
  assert.equal(tree?.name, 'mini');
  const branch = (name: string) => tree?.branches.find((candidate) => candidate.name === name);
  // As uproot names them.
  assert.equal(branch('lep_pt')?.type, 'std::vector<float>');
  assert.equal(branch('runNumber')?.type, 'int32_t');
  assert.equal(branch('trigE')?.type, 'bool');
  const text = await runCli(['inspect', file]);
  assert.equal(text.code, 0);
  assert.match(text.stdout, /mini;\d+ .*: [\d,]+ entries, \d+ branches, .* compressed\n/);
  assert.match(text.stdout, /\nprofile atlas-open-data-2020: fits\n$/);
});

test('inspect goes on after a file that cannot be read, and ends with its exit code', needsData, async () => {
  const result = await runCli(['inspect', 'absent.root', join(data!, 'mc', 'zz.root')]);
  assert.equal(result.code, 2);
  assert.match(result.stderr, /^error\[root_file_missing\]: absent\.root/);
  assert.match(result.stdout, /zz\.root: /);
});

test('a reader of stdout that leaves is no error', needsData, async () => {
  const result = await runCli(['inspect', ...Array(8).fill(join(data!, 'mc', 'zz.root'))], {
    closeStdoutAfter: 1,
  });
  assert.equal(result.stderr, '');
  assert.equal(result.code, 0);
});

test('a command without an end of its own ends with its reader', async () => {
  const result = await runCli(['top', '127.0.0.1:1', '--interval', '1', '--json'], { closeStdoutAfter: 1 });
  assert.deepEqual([result.code, result.stderr], [0, '']);
});

test('a full disk below stdout is an error', {
  skip: existsSync('/dev/full') ? false : 'no /dev/full',
}, () => {
  const descriptor = openSync('/dev/full', 'w');
  const result = spawnSync(process.execPath, [join(packageRoot, 'cli/rmmstream.mjs'), 'config', 'show'], {
    stdio: ['ignore', descriptor, 'pipe'],
    encoding: 'utf8',
  });
  assert.match(
    result.stderr,
    /^error\[disk_full\]: no room left on the disk while writing the result to stdout/,
  );
  assert.equal(result.status, 1);
});

test('doctor finds a backend here and says what else it found', async () => {
  const result = await runCli(['doctor', '--json', '--seconds', '0.1']);
  assert.equal(result.code, 0);
  const object = JSON.parse(result.stdout) as {
    usable: boolean;
    node: { version: string };
    backends: {
      name: string;
      works: boolean;
      version?: string;
      reason?: string;
      train_rows_per_second?: number;
      score_rows_per_second?: number;
      score_difference?: number;
    }[];
  };
  assert.equal(object.usable, true);
  assert.equal(object.node.version, process.versions.node);
  assert.deepEqual(
    object.backends.slice(0, 4).map((backend) => backend.name),
    ['onnxruntime-node', 'tfjs-node', 'onnxruntime-web', 'tfjs-wasm'],
  );
  for (const backend of object.backends) {
    assert.equal(backend.reason === undefined, backend.works, backend.name);
    assert.equal((backend.train_rows_per_second ?? 0) > 0, backend.works, backend.name);
    assert.equal((backend.score_rows_per_second ?? 0) > 0, backend.works, backend.name);
    if (backend.works)
      assert.ok(backend.score_difference! < 1e-5, `${backend.name}: ${backend.score_difference}`);
  }
  assert.equal(result.stderr, '', 'native libraries have no say');
  const text = await runCli(['doctor', '--seconds', '0.1']);
  assert.match(text.stdout, /rows a second, AE small.*\n.*training.*\n.*\n +onnxruntime-node +[\d.]+ k\/s/);
  assert.match(text.stdout, /\nready to run\n$/);
  const quiet = await runCli(['doctor', '--no-benchmark']);
  assert.doesNotMatch(quiet.stdout, /rows a second/);
  assert.equal((await runCli(['doctor', '--seconds', 'ten'])).code, 2);
});
