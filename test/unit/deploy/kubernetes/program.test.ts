import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { packageRoot, packageVersion } from '../../../../lib/base/package-root.js';
import { inFolder, runCli } from '../../../support/cli.js';
import { commandsOf } from '../../../support/command-line.js';
import { readCompose } from '../../../support/docker/compose.js';
import { configurationOf } from '../../../support/kubernetes/configuration.js';
import { kubernetesFolder, overlays, rendered } from '../../../support/kubernetes/overlays.js';
import { fakeCli } from '../../cli/fake-cli.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');

for (const overlay of overlays) {
  const { ours, stages } = rendered(overlay);

  test(`${overlay}: every command line is one of the program, with the configuration that is mounted`, async () => {
    for (const { name, pod } of ours) {
      const [{ args = [], volumeMounts = [] }, ...more] = pod.containers as [(typeof pod.containers)[0]];
      assert.equal(more.length, 0);
      assert.deepEqual(
        await commandsOf(args, fakeCli().cli),
        [name === 'topics' ? 'create' : 'service'],
        name,
      );
      if (name !== 'topics') assert.equal(args[1], name);
      const { mountPath } = volumeMounts.find((mount) => mount.name === 'config')!;
      assert.ok(args.includes(`${mountPath}/config.yaml`), name);
    }
  });

  test(`${overlay}: \`rmmstream validate\` takes the configuration of the ConfigMap`, async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, rendered(overlay).configuration);
      const { code, stderr } = await runCli(['validate', file]);
      assert.equal(code, 0, stderr);
      writeFileSync(file, rendered(overlay).configuration.replace('partitions:', 'partition:'));
      assert.equal((await runCli(['validate', file])).code, 2);
    });
  });

  test(`${overlay}: the configuration is one for services in pods, the same for every stage`, () => {
    const hashes = new Set<string>();
    for (const stage of stages) {
      const { config, outputDirectory } = configurationOf(overlay, stage);
      assert.equal(config.engine.type, 'kafka');
      assert.deepEqual([config.service.host, config.service.port], ['0.0.0.0', 9464]);
      // Deployments start again what has ended: a run with an end would be begun over and over.
      assert.equal(config.input.mode, 'continuous');
      assert.equal(dirname(outputDirectory), '/out');
      hashes.add(JSON.stringify(config));
    }
    assert.equal(hashes.size, 1);
  });

  test(`${overlay}: stages mount what they read and write, and input only to read`, () => {
    const mounts = new Map(
      ours.map(({ name, pod }) => [
        name,
        pod.containers[0]!.volumeMounts!.map(
          ({ mountPath, readOnly }) => `${mountPath}${readOnly ? ' ro' : ''}`,
        ),
      ]),
    );
    for (const [name, paths] of mounts) {
      const reads = name === 'ingest' || name === 'topics';
      const writes = ['scaler', 'trainer', 'scorer'].includes(name);
      assert.equal(paths.includes('/data ro'), reads, name);
      assert.equal(paths.includes('/out'), writes, name);
      assert.ok(!paths.includes('/data'), name);
    }
    for (const { files } of configurationOf(overlay).config.input.samples)
      for (const pattern of files) assert.ok(pattern.startsWith('/data/'), pattern);
  });

  test(`${overlay}: claims and secrets that pods name are there, or said to be made by hand`, () => {
    const claims = rendered(overlay)
      .of('PersistentVolumeClaim')
      .map(({ metadata }) => metadata.name);
    const page = read('docs/kubernetes.md');
    for (const { pod, name } of ours)
      for (const volume of pod.volumes ?? []) {
        const {
          persistentVolumeClaim: claim,
          configMap,
          secret,
        } = volume as unknown as {
          persistentVolumeClaim?: { claimName: string };
          configMap?: { name: string };
          secret?: { secretName: string };
        };
        if (claim !== undefined) assert.ok(claims.includes(claim.claimName), name);
        if (configMap !== undefined) rendered(overlay).one('ConfigMap', configMap.name);
        if (secret !== undefined) assert.ok(page.includes(`create secret generic ${secret.secretName} `));
      }
    assert.equal(rendered(overlay).of('Secret').length, 0);
  });
}

test('outputs are shared by nodes in production, and kept on one node on a laptop', () => {
  const modes = (overlay: 'laptop' | 'production') =>
    (rendered(overlay).one('PersistentVolumeClaim', 'out').spec as { accessModes: string[] }).accessModes;
  assert.deepEqual(modes('production'), ['ReadWriteMany']);
  assert.deepEqual(modes('laptop'), ['ReadWriteOnce']);
});

test('production keeps three copies and waits for two, encrypted and logged in; no secret is in any file', () => {
  const { kafka, engine } = configurationOf('production').config;
  assert.ok(engine.brokers.length >= 3);
  assert.deepEqual([kafka.topics.replication, kafka.topics.min_insync_replicas], [3, 2]);
  assert.equal(kafka.tls.enabled, true);
  assert.match(kafka.sasl.mechanism, /^scram-/);
  assert.match(kafka.sasl.password!, /^file:/);
  const [container] = rendered('production').stages[0]!.pod.containers;
  const { mountPath, readOnly } = container!.volumeMounts!.find(({ name }) => name === 'kafka')!;
  assert.equal(readOnly, true);
  for (const path of [kafka.tls.ca_file!, kafka.sasl.password!.slice('file:'.length)])
    assert.equal(dirname(path), mountPath);
});

test('images have full versions, ours that of the package, and the broker that of docker-compose.yml', () => {
  const compose = readCompose(read('docker-compose.yml'));
  for (const overlay of overlays)
    for (const { pod, name } of rendered(overlay).workloads)
      for (const { image } of pod.containers) {
        if (name === 'kafka') assert.equal(image, compose.services.kafka!.image);
        else
          assert.match(
            image,
            new RegExp(`^([a-z.]+/)?rmmstream(-gpu)?:${packageVersion.replaceAll('.', '\\.')}$`),
          );
      }
});

test('the broker of the laptop has the settings of docker-compose.yml', () => {
  const { environment } = readCompose(read('docker-compose.yml')).services.kafka!;
  const kafka = rendered('laptop').workloads.find(({ name }) => name === 'kafka')!;
  const found = Object.fromEntries(kafka.pod.containers[0]!.env!.map(({ name, value }) => [name, value]));
  assert.deepEqual(found, {
    ...environment,
    // A controller of one is itself; a volume may have a folder of its file system at its top, which Kafka would refuse.
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_LOG_DIRS: '/var/lib/kafka/data/log',
  });
});

test('the node of kind sees the samples of the clone where the volume of the laptop looks', async () => {
  const { nodes } = parse(read('deploy/kubernetes/overlays/laptop/kind.yaml')) as {
    nodes: { extraMounts: { hostPath: string; containerPath: string }[] }[];
  };
  const [{ hostPath, containerPath }] = nodes[0]!.extraMounts as [
    { hostPath: string; containerPath: string },
  ];
  const { spec } = rendered('laptop').one('PersistentVolume', 'rmmstream-samples');
  assert.equal((spec as { hostPath: { path: string } }).hostPath.path, containerPath);
  // As in the pod, so that every pattern of the configuration finds its file.
  await inFolder(async (folder) => {
    mkdirSync(join(folder, 'data'));
    const file = join(folder, 'config.yaml');
    const samples = join(packageRoot, hostPath);
    assert.ok(existsSync(samples));
    writeFileSync(file, rendered('laptop').configuration.replaceAll('/data/', `${samples}/`));
    const { code, stdout, stderr } = await runCli(['validate', file, '--json']);
    assert.equal(code, 0, stderr);
    const { files } = JSON.parse(stdout) as { files: unknown[] };
    assert.equal(files.length, configurationOf('laptop').config.input.samples.length);
  });
});

test('every file of the folder is used by an overlay, or is for another program', () => {
  const all = readdirSync(kubernetesFolder, { recursive: true }).map(String);
  const listed = all
    .filter((path) => path.endsWith('kustomization.yaml'))
    .flatMap((path) => {
      const folder = dirname(path);
      const one = parse(read(join('deploy/kubernetes', path))) as Record<
        string,
        (string | { path?: string; files?: string[] })[]
      >;
      return [...(one.resources ?? []), ...(one.patches ?? []), ...(one.configMapGenerator ?? [])].flatMap(
        (entry) =>
          (typeof entry === 'string' ? [entry] : [entry.path ?? '', ...(entry.files ?? [])]).map((name) =>
            join(folder, name),
          ),
      );
    });
  for (const path of all.filter((name) => name.endsWith('.yaml')))
    if (!path.endsWith('kustomization.yaml') && !path.endsWith('kind.yaml'))
      assert.ok(listed.includes(path), path);
});
