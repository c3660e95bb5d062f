import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { inFolder, runCli } from '../support/cli.js';
import { expectFailure } from '../support/expect.js';
import { copyRootFile } from '../support/root-copy.js';
import { quick, type SampleSpec, sampleFile, shipped, writeConfig } from '../support/small-run.js';

const zee = sampleFile('mc/zee');

interface BadInput {
  readonly what: string;
  /** Prepares the folder; returns the samples. */
  readonly samples: (folder: string) => readonly SampleSpec[] | Promise<readonly SampleSpec[]>;
  readonly exit: 1 | 2;
  readonly code: string;
  readonly words: readonly (string | RegExp)[];
}

function one(file: string): SampleSpec[] {
  return [{ name: 'zee', kind: 'background', files: [file] }];
}

const cases: readonly BadInput[] = [
  {
    what: 'a missing file',
    samples: () => one('nope.root'),
    exit: 2,
    code: 'input_file_missing',
    words: ['analysis.yaml:', 'input.samples[0].files[0]', '"nope.root"', 'does not exist', 'looked for'],
  },
  {
    what: 'a pattern that matches nothing',
    samples: () => one('mc/*.root'),
    exit: 2,
    code: 'input_glob_empty',
    words: ['input.samples[0].files[0]', '"mc/*.root"', 'matches nothing', 'expected at least one file'],
  },
  {
    what: 'a directory',
    samples: (folder) => {
      mkdirSync(join(folder, 'mc'));
      return one('mc');
    },
    exit: 2,
    code: 'input_not_a_file',
    words: ['found the directory "mc"', 'write "mc/*.root"'],
  },
  {
    what: 'a text file named .root',
    samples: (folder) => {
      writeFileSync(join(folder, 'page.root'), '<html><body>404 not found</body></html>\n'.repeat(20));
      return one('page.root');
    },
    exit: 2,
    code: 'root_not_a_root_file',
    words: ['page.root', 'begins with', 'failed download'],
  },
  {
    what: 'an empty file named .root',
    samples: (folder) => {
      writeFileSync(join(folder, 'empty.root'), '');
      return one('empty.root');
    },
    exit: 2,
    code: 'root_file_empty',
    words: ['empty.root'],
  },
  {
    what: 'a file cut in half',
    samples: (folder) => {
      const bytes = readFileSync(zee);
      writeFileSync(join(folder, 'half.root'), bytes.subarray(0, bytes.length / 2));
      return one('half.root');
    },
    exit: 1,
    code: 'root_truncated',
    words: ['half.root', /\d+ bytes are missing/, 'Copy the file again'],
  },
  {
    what: 'a tree of another name',
    samples: async (folder) => {
      await copyRootFile({ from: zee, to: join(folder, 'nominal.root'), entries: 20, tree: 'nominal' });
      return one('nominal.root');
    },
    exit: 2,
    code: 'profile_mismatch',
    words: ['nominal.root has no tree mini', 'atlas-open-data-2020', 'trees there: nominal'],
  },
  {
    what: 'a tree without branches of the profile: the nearest names are shown',
    samples: async (folder) => {
      const others: Record<string, string> = { met_et: 'met_et_nominal', lep_pt: 'lepton_pt' };
      const rename = (branch: string) => others[branch] ?? branch;
      await copyRootFile({ from: zee, to: join(folder, 'other.root'), entries: 20, rename });
      return one('other.root');
    },
    exit: 2,
    code: 'profile_mismatch',
    words: [
      'other.root does not fit profile',
      /branch lep_pt \(leptons\.pt\); the nearest there are [^;]*lepton_pt/,
      /branch met_et \(met\); the nearest there are [^;]*met_et_nominal/,
      'inspect',
    ],
  },
  {
    what: 'weights that are all NaN',
    samples: async (folder) => {
      const to = join(folder, 'nan.root');
      await copyRootFile({
        from: zee,
        to,
        entries: 200,
        change: (branch, { values }) => branch === 'mcWeight' && values.fill(Number.NaN as never),
      });
      return one('nan.root');
    },
    exit: 1,
    code: 'weights_unusable',
    words: ['nan.root', 'none of its 200 events has a finite, non-zero weight', 'leave it out'],
  },
  {
    what: 'a file that is listed twice',
    samples: () => [
      { name: 'a', kind: 'background', files: [zee] },
      { name: 'b', kind: 'background', files: [zee] },
    ],
    exit: 2,
    code: 'input_file_repeated',
    words: ['zee.root of sample b', '(sample a) lists already'],
  },
  {
    what: 'a copy of a file under another name',
    samples: (folder) => {
      copyFileSync(zee, join(folder, 'more.root'));
      return [
        { name: 'a', kind: 'background', files: [zee] },
        { name: 'b', kind: 'background', files: ['more.root'] },
      ];
    },
    exit: 2,
    code: 'input_copied',
    words: ['more.root (sample b) is a copy of', 'zee.root (sample a)', 'take one of them out'],
  },
  {
    what: 'a channel in two samples',
    samples: async (folder) => {
      await copyRootFile({ from: zee, to: join(folder, 'part.root'), entries: 50 });
      return [
        { name: 'a', kind: 'background', files: [zee] },
        { name: 'b', kind: 'background', files: ['part.root'] },
      ];
    },
    exit: 2,
    code: 'channel_in_two_samples',
    words: ['channel 361106', 'in sample a', 'in sample b (part.root)', 'input.shared_channels'],
  },
  {
    what: 'a data file given as background',
    samples: () => [
      shipped('mc/zee', 'background'),
      { ...shipped('data/periodA', 'background'), name: 'periodA' },
    ],
    exit: 1,
    code: 'normalisation_unusable',
    words: ['periodA.root, entry 0', 'cross section is 0 pb', 'kind: data'],
  },
  {
    what: 'a remote address',
    samples: () => one('root://eos.example.org//store/zee.root'),
    exit: 2,
    code: 'input_remote',
    words: ['root://eos.example.org', 'xrdcp'],
  },
  {
    what: 'no background sample',
    samples: () => [shipped('mc/zprime2000_mumu', 'signal')],
    exit: 2,
    code: 'config_no_background',
    words: ['kind: background', 'rmmstream score --model'],
  },
];

for (const { what, samples, exit, code, words } of cases) {
  test(`run refuses ${what}`, async () => {
    await inFolder(async (folder) => {
      const config = writeConfig(folder, await samples(folder));
      const output = join(folder, 'out');
      const result = await runCli(['run', config, '--output', output]);
      expectFailure(result, exit, code, words);
      // Nothing that could be taken for a result.
      const left = existsSync(output) ? readdirSync(output).filter((name) => name !== '.work') : [];
      assert.deepEqual(left, []);
    });
  });
}

test('an unknown key and a string where a number belongs are named with line, path and what was meant', async () => {
  await inFolder(async (folder) => {
    const unknown = writeConfig(folder, undefined, { ...quick, luminosity: 10 });
    const output = join(folder, 'out');
    expectFailure(await runCli(['run', unknown, '--output', output]), 2, 'config_unknown_key', [
      /analysis\.yaml:\d+:\d+/,
      'luminosity',
      'luminosity_fb',
    ]);
    const text = writeConfig(folder, undefined, { ...quick, luminosity_fb: 'ten' });
    expectFailure(await runCli(['run', text, '--output', output]), 2, 'config_wrong_type', [
      /analysis\.yaml:\d+:\d+/,
      'luminosity_fb',
      '"ten"',
      'expected',
    ]);
    assert.equal(existsSync(output), false);
  });
});

test('score and features refuse what they cannot read, before they write', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'page.root'), 'not found '.repeat(40));
    await copyRootFile({
      from: zee,
      to: join(folder, 'poor.root'),
      entries: 20,
      keep: (branch) => branch !== 'jet_pt',
    });
    copyFileSync(zee, join(folder, 'zee.root'));
    const table = join(folder, 'table.parquet');
    for (const [file, code, words] of [
      ['nope.root', 'root_file_missing', ['nope.root does not exist']],
      ['zee.root/x.root', 'root_file_missing', ['x.root does not exist']],
      ['page.root', 'root_not_a_root_file', ['page.root']],
      ['.', 'root_is_directory', ['directory']],
      [
        'poor.root',
        'profile_mismatch',
        ['poor.root', 'missing branch jet_pt (jets.pt); the nearest there are'],
      ],
    ] as const) {
      const result = await runCli(['features', '--input', file, '--output', table], { cwd: folder });
      expectFailure(result, 2, code, words);
      assert.equal(existsSync(table), false);
    }
    const twice = ['features', '--input', 'zee.root', './zee.root', '--output', table];
    expectFailure(await runCli(twice, { cwd: folder }), 2, 'cli_usage', ['./zee.root is given twice']);
  });
});
