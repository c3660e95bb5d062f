import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type GlobFileSystem, glob, nodeFileSystem } from '../../../lib/config/glob.js';
import { compileParts, expandBraces, nameMatcher, pathMatcher } from '../../../lib/config/glob-pattern.js';
import { folderWith } from './fixtures.js';

const tree = [
  'mc/zee.root',
  'mc/zmumu.root',
  'mc/ztautau.root',
  'mc/ww.root',
  'mc/wz.root',
  'mc/Zee.root',
  'mc/.hidden.root',
  'mc/notes.txt',
  'mc/16a/zee.root',
  'mc/16d/zee.root',
  'mc/16d/deep/er/zz.root',
  '.cache/zee.root',
  'data15.root',
  'data1516.root',
  'a+b(c).root',
];

/** What bash 5.2 gives for the same tree with LC_ALL=C, globstar and nullglob, folders taken out. */
const fromBash: Readonly<Record<string, readonly string[]>> = {
  'mc/*.root': ['mc/Zee.root', 'mc/ww.root', 'mc/wz.root', 'mc/zee.root', 'mc/zmumu.root', 'mc/ztautau.root'],
  'mc/z*.root': ['mc/zee.root', 'mc/zmumu.root', 'mc/ztautau.root'],
  'mc/?ee.root': ['mc/Zee.root', 'mc/zee.root'],
  'mc/w[wz].root': ['mc/ww.root', 'mc/wz.root'],
  'mc/w[a-w].root': ['mc/ww.root'],
  'mc/w[!a-w].root': ['mc/wz.root'],
  'mc/*/zee.root': ['mc/16a/zee.root', 'mc/16d/zee.root'],
  'mc/16[ad]/*': ['mc/16a/zee.root', 'mc/16d/zee.root'],
  'mc/**/zee.root': ['mc/16a/zee.root', 'mc/16d/zee.root', 'mc/zee.root'],
  '**/z?.root': ['mc/16d/deep/er/zz.root'],
  '**/w?.root': ['mc/ww.root', 'mc/wz.root'],
  'mc/.*.root': ['mc/.hidden.root'],
  'data15*.root': ['data15.root', 'data1516.root'],
  'data15.root': ['data15.root'],
  '*(c).root': ['a+b(c).root'],
  'a+*.root': ['a+b(c).root'],
  '*/*.txt': ['mc/notes.txt'],
  './mc/n*': ['./mc/notes.txt'],
  'nothing/*.root': [],
};

test('patterns match what bash matches', (context) => {
  const folder = folderWith(context, Object.fromEntries(tree.map((name) => [name, ''])));
  for (const [pattern, expected] of Object.entries(fromBash)) {
    assert.deepEqual(glob(pattern, folder).files, expected, pattern);
    const absolute = expected.map((name) => join(folder, name));
    if (!pattern.startsWith('.'))
      assert.deepEqual(glob(join(folder, pattern), '/nowhere').files, absolute, pattern);
  }
});

test('braces: each file once, sorted as a whole', (context) => {
  const folder = folderWith(context, Object.fromEntries(tree.map((name) => [name, ''])));
  assert.deepEqual(glob('mc/{zz,ww,w*}.root', folder).files, ['mc/ww.root', 'mc/wz.root']);
  assert.deepEqual(expandBraces('a{b,c{d,e}}f{1,2}'), ['abf1', 'abf2', 'acdf1', 'acdf2', 'acef1', 'acef2']);
  assert.deepEqual(expandBraces('a{b}c{,d}{'), ['a{b}c{', 'a{b}cd{']);
});

test('a cycle of links ends', (context) => {
  const folder = folderWith(context, { 'mc/zee.root': '' });
  symlinkSync(folder, join(folder, 'mc/loop'));
  assert.deepEqual(glob('**/*.root', folder).files, ['mc/zee.root']);
});

test('a hostile pattern does not make matching slow', () => {
  const [part] = compileParts(`${'*'.repeat(200)}x`);
  assert.ok(part?.kind === 'pattern');
  assert.equal(part.regex.test('a'.repeat(5_000)), false);
});

test('a folder that cannot be read is told, one that is not there is none', (context) => {
  const folder = folderWith(context, { 'mc/a/x.root': '', 'mc/b/y.root': '' });
  const system: GlobFileSystem = {
    ...nodeFileSystem,
    list: (path) => (path.endsWith('/b') ? { error: 'EACCES' } : nodeFileSystem.list(path)),
  };
  for (const pattern of ['mc/*/*.root', 'mc/**/*.root', 'mc/{a,b}/*.root']) {
    const { files, unreadable } = glob(pattern, folder, system);
    assert.deepEqual(files, ['mc/a/x.root'], pattern);
    assert.deepEqual(unreadable, [{ folder: 'mc/b', error: 'EACCES' }], pattern);
  }
  const base: GlobFileSystem = { ...nodeFileSystem, list: () => ({ error: 'EIO' }) };
  assert.deepEqual(glob('*.root', folder, base).unreadable, [{ folder, error: 'EIO' }]);
  assert.deepEqual(glob('absent/*.root', folder).unreadable, []);
});

test('names that are no paths are matched as a whole', () => {
  const names = ['met', 'mT(j1)', 'mT(e1)', 'm(e1,j1)', 'm(e1,e2)', 'h(e1,j1)'];
  const found = (pattern: string) => names.filter(nameMatcher(pattern));
  assert.deepEqual(found('mT*'), ['mT(j1)', 'mT(e1)']);
  assert.deepEqual(found('m(e1,*)'), ['m(e1,j1)', 'm(e1,e2)']);
  assert.deepEqual(found('{met,?(e1\\,j1)}'), ['met', 'm(e1,j1)', 'h(e1,j1)']);
  assert.deepEqual(found('*'), names);
  assert.deepEqual(found('m'), []);
});

test('a path matches without a look at any file where glob would find it', () => {
  for (const [pattern, expected] of Object.entries(fromBash)) {
    const matches = pathMatcher(pattern);
    const dotted = pattern.startsWith('./') ? './' : '';
    assert.deepEqual(
      tree.map((name) => dotted + name).filter(matches),
      expected.toSorted(
        (a, b) => tree.indexOf(a.slice(dotted.length)) - tree.indexOf(b.slice(dotted.length)),
      ),
      pattern,
    );
    assert.deepEqual(
      tree.map((name) => `/data/${name}`).filter(pathMatcher(`/data/${pattern}`)).length,
      dotted === '' ? expected.length : 0,
    );
  }
  const found = pathMatcher('mc/{zz,ww,**}/*.root');
  for (const name of ['mc/zz/a.root', 'mc/x/y/a.root', 'mc/a.root']) assert.ok(found(name), name);
  assert.ok(pathMatcher('mc/**')('mc/16d/deep/zz.root'));
  assert.ok(!pathMatcher('mc/**')('mc'));
});

test('no path leads out of the folders of a pattern, and none makes matching slow', () => {
  for (const pattern of ['data/*.root', 'data/*/*.root', 'data/**', '**/*.root', '/data/**/*.root', '*/*'])
    for (const name of [
      'data/../../etc/x.root',
      'data/../x.root',
      '../x.root',
      './../x.root',
      '/etc/x.root',
      '/data/../etc/x.root',
      'data/a/../../../x.root',
      '..',
      '',
    ])
      assert.ok(!pathMatcher(pattern)(name), `${pattern}: ${name}`);
  assert.ok(!pathMatcher('*a*a*a*a*b.root')('a'.repeat(100_000)));
  assert.ok(!pathMatcher('**/a*/**/a*/**/a*/**/b')(`${'a/'.repeat(2000)}c`));
});
