import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot, packageVersion } from '../../../lib/base/package-root.js';
import { mallocSettings } from '../../../services/kafka/service-environment.js';
import { parseDockerfile } from '../../support/docker/dockerfile.js';

const stages = parseDockerfile(readFileSync(join(packageRoot, 'deploy/docker/Dockerfile'), 'utf8'));
const all = stages.flatMap(({ instructions }) => instructions);
const last = stages.at(-1)!.instructions;
const only = (name: string) => {
  const found = last.filter((instruction) => instruction.name === name);
  assert.equal(found.length, 1, `${found.length} lines ${name} in the last stage`);
  return found[0]!;
};

test('a Dockerfile is read with its stages, flags, continued lines and lists', () => {
  const [build, run, ...more] = parseDockerfile(
    '# note\nFROM a:1 AS build\nRUN one && \\\n  two\n\nFROM b:2\nCOPY --from=build --chown=1:2 /x y\nCMD ["p", "q r"]\n',
  );
  assert.deepEqual(more, []);
  assert.deepEqual([build!.base, build!.name, run!.base, run!.name], ['a:1', 'build', 'b:2', undefined]);
  assert.equal(build!.instructions[0]!.text.replace(/\s+/g, ' '), 'one && two');
  assert.deepEqual(run!.instructions[0]!.flags, { from: 'build', chown: '1:2' });
  assert.deepEqual(run!.instructions[1]!.words, ['p', 'q r']);
  assert.throws(() => parseDockerfile('RUN x'), /line 1: RUN before FROM/);
});

test('base images are pinned to a full version, and it is the Node that the continuous integration tests', () => {
  const bases = new Set(stages.map(({ base }) => base));
  assert.equal(bases.size, 1);
  const version = /^node:(\d+\.\d+\.\d+)-bookworm-slim$/.exec([...bases][0]!)?.[1];
  assert.ok(version, [...bases].join());
  const ci = readFileSync(join(packageRoot, '.ci/run'), 'utf8');
  assert.ok(ci.includes(`next_version=${version}`), `.ci/run does not test Node ${version}`);
});

test('the image runs as a user of a fixed number that is not root, and nothing of the program is its own', () => {
  assert.match(only('USER').text, /^[1-9]\d{3,}:[1-9]\d{3,}$/);
  const after = last.slice(last.indexOf(only('USER')) + 1).map(({ name }) => name);
  assert.ok(!after.includes('COPY') && !after.includes('RUN'));
  const owned = last.filter(({ flags }) => flags.chown !== undefined);
  assert.deepEqual(
    owned.map(({ text, flags }) => [text, flags.chown]),
    [['/app/out /out', only('USER').text]],
  );
});

test('the C library is set as `rmmstream run` sets it for the services it starts', () => {
  assert.deepEqual(
    only('ENV').text.split(/\s+/),
    Object.entries(mallocSettings).map(([name, value]) => `${name}=${value}`),
  );
});

test('signals reach Node and nothing is wrapped in a shell', () => {
  for (const name of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) {
    assert.ok(only(name).words, `${name} is not a list`);
  }
  assert.equal(only('ENTRYPOINT').words![0], 'node');
  assert.equal(only('STOPSIGNAL').text, 'SIGTERM');
});

test('nothing comes from an address, with a script of a package, or with what only development needs', () => {
  assert.ok(!all.some(({ name }) => name === 'ADD' || name === 'ARG'));
  assert.ok(!all.some(({ text }) => /https?:|\bcurl\b|\bwget\b|\bsudo\b|:latest\b/.test(text)));
  const installs = all.filter(({ text }) => /\bnpm (ci|i|install)\b/.test(text));
  assert.equal(installs.length, 1);
  assert.match(installs[0]!.text, /^npm ci .*--omit=dev\b/);
  assert.match(installs[0]!.text, /--ignore-scripts\b/);
  // The run stage has what was copied for it and runs nothing of its own.
  assert.ok(last.every(({ name, flags }) => name !== 'RUN' && (name !== 'COPY' || flags.from !== undefined)));
});

test('RUN lines stay below their folder, so that they can be done by hand', () => {
  const runs = all.filter(({ name }) => name === 'RUN');
  assert.ok(runs.length > 0);
  for (const { text, line } of runs)
    for (const word of text.split(/\s+/)) assert.ok(!/^['"]?(\/|~|\.\.)/.test(word), `line ${line}: ${word}`);
});

test('the labels say what the image is, with the version of the package', () => {
  const labels = Object.fromEntries(
    [...only('LABEL').text.matchAll(/(\S+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
  );
  const about = 'org.opencontainers.image.';
  assert.equal(labels[`${about}version`], packageVersion);
  assert.equal(labels[`${about}title`], 'rmmstream');
  assert.equal(labels[`${about}licenses`], 'Apache-2.0');
  assert.ok(labels[`${about}base.name`]?.endsWith(`/${stages.at(-1)!.base}`));
});
