import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { packageRoot, packageVersion } from '../../../lib/base/package-root.js';
import { loadConfig } from '../../../lib/config/index.js';
import { serviceNames } from '../../../services/kafka/stages.js';
import { commandsOf } from '../../support/command-line.js';
import { type ComposeService, composeVariables, readCompose } from '../../support/docker/compose.js';
import { parseDockerfile } from '../../support/docker/dockerfile.js';
import { fakeCli } from '../cli/fake-cli.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const text = read('docker-compose.yml');
const three = 'deploy/docker/three-brokers.yml';
const compose = readCompose(text);
const services = Object.entries(compose.services);
const isOurs = ([, { image }]: readonly [string, ComposeService]) => image.startsWith('rmmstream:');
const ours = services.filter(isOurs);
const stages = ours.filter(([name]) => (serviceNames as readonly string[]).includes(name));

test('both files fit the JSON Schema of the Compose Specification', () => {
  const schema = JSON.parse(read('test/golden/deploy/compose-spec.schema.json')) as Record<string, unknown>;
  // The address of the dialect is written without its last character there.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });
  const problems = (content: unknown) => (validate(content) ? [] : validate.errors);
  assert.deepEqual(problems(compose), []);
  assert.deepEqual(problems(readCompose(read(three))), []);
  // The schema does refuse.
  assert.notDeepEqual(problems({ services: { kafka: { imagee: 'x' } } }), []);
});

test('every variable has a default and its line in the page', () => {
  const page = read('docs/deploy.md');
  for (const [name, fallback] of [...composeVariables(text), ...composeVariables(read(three))]) {
    assert.ok(fallback !== undefined && fallback !== '', `${name} has no default`);
    assert.ok(page.includes(`\`${name}\``), `${name} is not in docs/deploy.md`);
  }
  for (const [, name] of page.matchAll(/^\| `([A-Z_]+)` \|/gm))
    assert.ok(composeVariables(text).has(name!), `${name} is in docs/deploy.md only`);
});

test('what is mounted from the clone is there, and every volume and network has its entry', () => {
  let bound = 0;
  for (const [name, { volumes = [], networks = [], build }] of services) {
    for (const volume of volumes) {
      const source = volume.split(':')[0]!;
      if (source.startsWith('.')) bound += 1;
      if (source.startsWith('.')) assert.ok(existsSync(join(packageRoot, source)), `${name}: ${source}`);
      else assert.ok(source in compose.volumes, `${name}: no volume ${source}`);
    }
    for (const network of networks) assert.ok(network in compose.networks, `${name}: no network ${network}`);
    if (build !== undefined) assert.ok(existsSync(join(packageRoot, build.context, build.dockerfile)));
  }
  assert.ok(bound > 8);
});

test('images have full versions, ours that of the package, and the brokers that of the tests', () => {
  for (const [name, { image, build }] of services) {
    assert.match(image, /:v?\d+\.\d+\.\d+$/, name);
    assert.equal(build === undefined, !image.startsWith('rmmstream:'), name);
  }
  for (const [, { image }] of ours) assert.equal(image, `rmmstream:${packageVersion}`);
  const pom = read('test/support/kafka/pom.ts');
  assert.ok(pom.includes(`'${compose.services.kafka!.image.split(':')[1]}'`));
});

test('there is every stage, the stateless ones in copies', () => {
  assert.deepEqual(stages.map(([name]) => name).sort(), [...serviceNames].sort());
  for (const [name, { command }] of stages) assert.deepEqual(command?.slice(0, 2), ['service', name]);
  assert.equal(compose.services.featurizer!.deploy!.replicas, 2);
  assert.equal(compose.services.scorer!.deploy!.replicas, 2);
});

test('every command line is one of the program', async () => {
  for (const [name, { command = [] }] of ours) {
    const reached = command[0] === '--help' ? [] : await commandsOf(command, fakeCli().cli);
    const verb = command[0] === 'topics' ? command[1] : command[0];
    assert.deepEqual(reached, command[0] === '--help' ? [] : [verb], name);
  }
});

test('the shipped sample, as the containers see it, is a valid configuration for the brokers of the file', () => {
  for (const [name, { environment = {}, volumes = [] }] of ours) {
    assert.ok(volumes.includes('./samples:/data:ro'), name);
    const loaded = loadConfig({
      file: join(packageRoot, 'samples/config.yaml'),
      environment,
      overrides: [],
      currentDirectory: '/out',
      needs: 'background',
    });
    const { engine, service, output } = loaded.config;
    assert.deepEqual([engine.type, engine.brokers], ['kafka', ['kafka:9092']], name);
    assert.deepEqual([service.host, service.port, output.directory], ['0.0.0.0', 9464, '/out'], name);
    assert.ok(
      compose.services.kafka!.environment!.KAFKA_ADVERTISED_LISTENERS!.endsWith(`//${engine.brokers[0]}`),
    );
  }
});

test('outputs are one folder for all, which the image gives to its user', () => {
  for (const [name, { volumes = [] }] of ours)
    assert.ok(volumes.includes(name === 'dashboard' ? 'out:/out:ro' : 'out:/out'), name);
  const last = parseDockerfile(read('deploy/docker/Dockerfile')).at(-1)!.instructions;
  const user = last.find((instruction) => instruction.name === 'USER')!.text;
  for (const [name, service] of ours) assert.equal(service.user, user, name);
  assert.ok(last.some(({ flags, text: words }) => flags.chown === user && words.endsWith(' /out')));
});

test('nothing may write its root, gain a right or take all memory, and every log is bounded', () => {
  for (const [name, service] of services) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    const { memory, pids } = service.deploy?.resources?.limits ?? {};
    assert.ok(memory !== undefined && pids !== undefined, name);
    assert.ok((service.logging as { options?: object }).options, name);
    for (const key of ['privileged', 'cap_add', 'devices', 'network_mode', 'pid', 'ipc', 'userns_mode'])
      assert.ok(!(key in service), `${name}: ${key}`);
    assert.ok(!service.volumes?.some((volume) => volume.includes('docker.sock')), name);
    assert.notEqual(String(service.user ?? '1').split(':')[0], '0', name);
  }
});

test('only what people look at has ports, on this machine only; brokers and services reach nothing outside', () => {
  const open = services.filter(([, { ports }]) => ports !== undefined);
  assert.deepEqual(open.map(([name]) => name).sort(), ['dashboard', 'grafana', 'prometheus']);
  for (const [, { ports }] of open) for (const port of ports!) assert.match(port, /^127\.0\.0\.1:/);
  for (const [name, { networks }] of [...ours, ['kafka', compose.services.kafka!] as const])
    assert.deepEqual(networks, name === 'dashboard' ? ['flow', 'watch'] : ['flow'], name);
  assert.deepEqual(compose.networks.flow, { internal: 'true' });
});

test('there is no password, since there is no account', () => {
  const grafana = compose.services.grafana!.environment!;
  assert.equal(grafana.GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION, 'true');
  assert.equal(grafana.GF_AUTH_ANONYMOUS_ORG_ROLE, 'Viewer');
  assert.equal(grafana.GF_AUTH_BASIC_ENABLED, 'false');
  assert.ok(!/password|secret|token/i.test(JSON.stringify(compose.services.grafana!.environment)));
});

test('services wait for their topics, topics for a broker that takes requests', () => {
  for (const [name, { depends_on }] of stages)
    assert.deepEqual(depends_on, { topics: { condition: 'service_completed_successfully' } }, name);
  assert.deepEqual(compose.services.topics!.depends_on, { kafka: { condition: 'service_healthy' } });
  for (const [name, { depends_on = {} }] of services)
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const found = compose.services[other];
      assert.ok(found, `${name} waits for ${other}`);
      if (condition === 'service_healthy') assert.ok((found.healthcheck?.test?.length ?? 0) > 0, other);
    }
});

test('what has ended well stays down, and a drain has the time that it is promised', () => {
  const drainMs = loadConfig({
    file: join(packageRoot, 'samples/config.yaml'),
    environment: {},
    overrides: [],
    currentDirectory: packageRoot,
    needs: 'background',
  }).config.service.drain_timeout_ms;
  for (const [name, service] of stages) {
    assert.match(String(service.restart), /^on-failure(:\d+)?$/, name);
    assert.ok(Number.parseInt(String(service.stop_grace_period), 10) * 1000 > drainMs, name);
    assert.deepEqual(service.healthcheck?.test?.slice(-2), ['/app/health.mjs', '/ready'], name);
  }
  for (const [name, service] of ours.filter((entry) => !stages.includes(entry))) {
    assert.equal(service.restart, 'no', name);
    assert.equal(service.healthcheck?.disable, true, name);
  }
});

test('three brokers keep three copies, and every service knows them', () => {
  const file = parse(read(three), { merge: true }) as { services: Record<string, ComposeService> };
  const brokers = ['kafka', 'kafka-2', 'kafka-3'];
  for (const name of brokers) {
    const environment = { ...compose.services.kafka!.environment, ...file.services[name]!.environment };
    assert.equal(environment.KAFKA_ADVERTISED_LISTENERS, `PLAINTEXT://${name}:9092`);
    assert.equal(environment.KAFKA_NODE_ID, String(brokers.indexOf(name) + 1));
    assert.equal(
      environment.KAFKA_CONTROLLER_QUORUM_VOTERS,
      brokers.map((broker, index) => `${index + 1}@${broker}:9093`).join(),
    );
    assert.equal(environment.KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR, '3');
  }
  for (const [name, service] of ours) {
    const given = readCompose(read(three)).services[name]!;
    const { engine, kafka } = loadConfig({
      file: join(packageRoot, 'samples/config.yaml'),
      environment: { ...service.environment, ...given.environment },
      overrides: [],
      currentDirectory: '/out',
      needs: 'background',
    }).config;
    assert.deepEqual(
      engine.brokers,
      brokers.map((broker) => `${broker}:9092`),
      name,
    );
    assert.deepEqual([kafka.topics.replication, kafka.topics.min_insync_replicas], [3, 2], name);
  }
});
