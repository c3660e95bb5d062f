import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageRoot, packageVersion } from '../../../lib/base/package-root.js';
import { buildByHand, type Image, makeReadOnly } from '../../support/docker/build.js';
import { readCompose } from '../../support/docker/compose.js';
import { parseDockerfile } from '../../support/docker/dockerfile.js';
import { dockerignore } from '../../support/docker/dockerignore.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { assertSameRun } from '../../support/kafka-run.js';
import { samples } from '../../support/small-run.js';

/*
 * There is no Docker engine here: the Dockerfile is done by hand, and the image's commands are run on what comes
 * out, as the image's user and with files that nobody may write. Node is this machine's, or that of the image's
 * version where .ci/run has installed it.
 */

const node = process.env.RMMSTREAM_NODE_NEXT ?? process.execPath;
const isRoot = process.getuid?.() === 0;
let folder: string;
let image: Image;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-image-'));
  // Another user has to get through.
  chmodSync(folder, 0o755);
  image = buildByHand({
    stages: parseDockerfile(readFileSync(join(packageRoot, 'deploy/docker/Dockerfile'), 'utf8')),
    context: packageRoot,
    ignored: dockerignore(readFileSync(join(packageRoot, '.dockerignore'), 'utf8')),
    folder,
  });
  makeReadOnly(join(image.root, 'app'));
  // In place of the mount, which a clone below a private folder does not allow another user to see.
  cpSync(samples, join(image.root, 'data'), { recursive: true });
  spawnSync('chmod', ['-R', 'a+rX', join(image.root, 'data')]);
  makeReadOnly(join(image.root, 'data'));
});

after(() => {
  // What nobody may write nobody may delete either.
  spawnSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true, force: true });
});

/** Words of the image as they are on this machine: its own Node, and paths below its root. */
function here(words: readonly string[]): string[] {
  return words.map((word) => (word === 'node' ? node : word.startsWith('/') ? join(image.root, word) : word));
}

/** The options of a process that is the image's user, with an environment that has nothing of ours. */
function asUser(environment: Readonly<Record<string, string>> = {}) {
  const [uid, gid] = image.user;
  return {
    cwd: join(image.root, image.workdir),
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/', ...image.environment, ...environment },
    // Whoever is not root cannot become another user, and is not root.
    ...(isRoot ? { uid, gid } : {}),
  };
}

function rmmstream(...args: string[]) {
  const [program, ...rest] = here(image.entrypoint);
  return spawnSync(program!, [...rest, ...args], { ...asUser(), encoding: 'utf8' });
}

test('the image holds what runs and nothing else', () => {
  const list = (path: string) =>
    spawnSync('find', [join(image.root, path), '-type', 'f'], { encoding: 'utf8', maxBuffer: 1 << 27 })
      .stdout.split('\n')
      .filter((name) => name !== '')
      .map((name) => name.slice(image.root.length + 1));
  const files = list('app');
  assert.ok(files.includes('app/dist/cli/main.js') && files.includes('app/cli/built.mjs'));
  assert.ok(files.some((name) => name.startsWith('app/schemas/profiles/')));
  const own = files.filter((name) => !name.startsWith('app/node_modules/'));
  assert.deepEqual(
    own.filter((name) => /\.(ts|map|md)$|\/(test|bench|samples)\/|tsbuildinfo|\.sources$/.test(name)),
    [],
  );
  const packages = new Set(files.map((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? ''));
  for (const name of [
    'typescript',
    '@types/node',
    '@biomejs/biome',
    'ajv',
    'fast-check',
    'axe-core',
    'playwright-core',
  ]) {
    assert.ok(!packages.has(name), `${name} is in the image`);
  }
  assert.ok(packages.has('kafkajs') && packages.has('onnxruntime-node') && packages.has('@duckdb/node-api'));
  assert.deepEqual(list('out'), []);
});

test('its user may write nothing but the output folder', () => {
  const write = (path: string) =>
    spawnSync('touch', [join(image.root, path)], { ...asUser(), encoding: 'utf8' }).status;
  assert.notEqual(write('app/x'), 0);
  assert.notEqual(write('app/dist/cli/main.js'), 0);
  assert.equal(write('out/x'), 0);
  rmSync(join(image.root, 'out/x'));
});

test('the command of the image without arguments is the help, and --version its version', () => {
  const [program, ...rest] = here([...image.entrypoint, ...image.command]);
  const help = spawnSync(program!, rest, { ...asUser(), encoding: 'utf8' });
  assert.equal(help.status, 0, help.stderr);
  assert.match(help.stdout, /Usage: rmmstream/);
  const version = rmmstream('--version');
  assert.deepEqual([version.status, version.stdout.trim(), version.stderr], [0, packageVersion, '']);
});

test('doctor finds every part that the program needs', () => {
  const { status, stdout, stderr } = rmmstream('doctor', '--json', '--no-benchmark');
  assert.equal(status, 0, stderr);
  const { usable, backends } = JSON.parse(stdout) as {
    usable: boolean;
    backends: { name: string; works: boolean }[];
  };
  assert.ok(usable);
  // A GPU may be there or not, and TensorFlow.js is for development.
  for (const name of ['onnxruntime-node', 'onnxruntime-web'])
    assert.equal(backends.find((backend) => backend.name === name)?.works, true, name);
});

test('the sample runs to its end from a configuration and data that are mounted', () => {
  const args = [
    'run',
    join(image.root, 'data/config.yaml'),
    '--max-events',
    '1000',
    '--set',
    'training.epochs=2',
  ];
  const output = join(image.root, 'out/sample');
  const { status, stdout, stderr } = rmmstream(...args, '--output', output);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /weighted AUC/);
  assert.ok(readFileSync(join(output, 'run.json'), 'utf8').includes(packageVersion));
});

test('the containers of docker-compose.yml run the sample to its end, and stay down', {
  skip: kafkaSkip,
}, async () => {
  const kafka = await startKafka();
  try {
    const { services } = readCompose(readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8'));
    const output = join(image.root, 'out/kafka');
    const start = async (name: string) => {
      const { command = [], environment = {} } = services[name]!;
      const [program, ...rest] = here([...image.entrypoint, ...command]);
      const own = {
        ...environment,
        // One address and one port for each container are not to be had here.
        RMMSTREAM__ENGINE__BROKERS: `[${kafka.brokers.join()}]`,
        RMMSTREAM__SERVICE__HOST: '127.0.0.1',
        RMMSTREAM__SERVICE__PORT: '0',
        RMMSTREAM__OUTPUT__DIRECTORY: output,
        RMMSTREAM__INPUT__MAX_EVENTS: '1000',
        RMMSTREAM__TRAINING__EPOCHS: '2',
      };
      const child = spawn(program!, rest, { ...asUser(own), stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.on('data', (chunk) => {
        stderr += String(chunk);
      });
      await once(child, 'close');
      assert.equal(child.exitCode, 0, `${name}: ${stderr}`);
    };
    const copies = Object.entries(services)
      .filter(([, { command }]) => command?.[0] === 'service')
      .flatMap(([name, { deploy }]) => Array.from({ length: deploy?.replicas ?? 1 }, () => name));
    await start('topics');
    await Promise.all(copies.map(start));
    await assertSameRun(output, join(image.root, 'out/sample'));
    // Up again, as after a restart of the machine: there is nothing left to do.
    await start('topics');
    await Promise.all(copies.map(start));
    await assertSameRun(output, join(image.root, 'out/sample'));
  } finally {
    await kafka.stop();
  }
});

test('a first signal reaches the program, which ends by itself', async () => {
  const output = join(image.root, 'out/interrupted');
  const [program, ...rest] = here(image.entrypoint);
  const args = [
    'run',
    join(image.root, 'data/config.yaml'),
    '--output',
    output,
    '--set',
    'training.epochs=10000',
  ];
  const child = spawn(program!, [...rest, ...args], { ...asUser(), stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  let stderr = '';
  let sent = false;
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
    if (!sent && /train/i.test(stderr)) sent = child.kill('SIGTERM');
  });
  await closed;
  assert.deepEqual([child.exitCode, child.signalCode], [130, null], stderr);
});

test('the health check says what the service says', async () => {
  let ready = true;
  const server = createServer((request, response) => {
    const fine = request.url === '/live' || (request.url === '/ready' && ready);
    response.writeHead(fine ? 200 : 503).end(fine ? 'fine\n' : '{"ready":false}\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = String((server.address() as AddressInfo).port);
  const ask = async (path: string, environment: Readonly<Record<string, string>>) => {
    const [program, script] = here(image.healthcheck);
    const child = spawn(program!, [script!, path], asUser(environment));
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, text };
  };
  const own = { RMMSTREAM__SERVICE__PORT: port };
  assert.deepEqual(await ask('/live', own), { code: 0, text: 'fine\n' });
  assert.deepEqual(await ask('/ready', own), { code: 0, text: 'fine\n' });
  ready = false;
  assert.deepEqual(await ask('/ready', own), { code: 1, text: '{"ready":false}\n' });
  assert.deepEqual(await ask('/live', {}), { code: 0, text: 'no port to ask\n' });
  server.close();
  await once(server, 'close');
  const gone = await ask('/live', own);
  assert.equal(gone.code, 1);
  assert.match(gone.text, new RegExp(`no answer on port ${port}`));
});
