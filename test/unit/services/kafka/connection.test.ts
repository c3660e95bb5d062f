import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import { connectionOf } from '../../../../services/kafka/connection.js';
import { check } from '../../config/fixtures.js';

function connect(
  context: TestContext,
  kafka: string,
  environment: Record<string, string> = {},
  files: Record<string, string> = {},
) {
  const yaml = `
input: { profile: atlas-open-data-2020, samples: [{ name: zee, kind: background, files: [mc/zee.root] }] }
luminosity_fb: 10
engine: { type: kafka, brokers: ['one:9092', 'two:9092'] }
kafka: ${kafka}
`;
  const { loaded, folder, problems } = check(context, yaml, {}, files);
  assert.deepEqual(problems, []);
  return connectionOf(loaded!.config, { clientId: 'me', onNote: () => undefined, environment, folder });
}

test('what is not given has defaults, and neither encryption nor log-in', (context) => {
  const { onNote, ...connection } = connect(context, '{}');
  assert.equal(typeof onNote, 'function');
  assert.deepEqual(connection, {
    client: 'kafkajs',
    brokers: ['one:9092', 'two:9092'],
    clientId: 'me',
    requestTimeoutMs: 30_000,
    sessionTimeoutMs: 8000,
    transactionTimeoutMs: 60_000,
    retryMaxMs: 10_000,
    maxMessageBytes: 16_777_216,
    compression: 'none',
    tls: undefined,
    sasl: undefined,
  });
});

test('secrets come from the environment or from a file beside the configuration', (context) => {
  const sasl = (password: string) =>
    `{ sasl: { mechanism: scram-sha-256, username: ana, password: '${password}' } }`;
  const expected = { mechanism: 'scram-sha-256', username: 'ana', password: ' p w ' };
  assert.deepEqual(connect(context, sasl('env:PASSWORD'), { PASSWORD: ' p w ' }).sasl, expected);
  assert.deepEqual(connect(context, sasl('file:secret/pw'), {}, { 'secret/pw': ' p w \n' }).sasl, expected);
});

test('certificates are read as they are', (context) => {
  const kafka = '{ tls: { enabled: true, ca_file: ca.pem, cert_file: me.pem, key_file: me.key } }';
  const files = { 'ca.pem': 'CA\n', 'me.pem': 'CERT\n', 'me.key': 'KEY\n' };
  assert.deepEqual(connect(context, kafka, {}, files).tls, { ca: 'CA\n', cert: 'CERT\n', key: 'KEY\n' });
  assert.deepEqual(connect(context, '{ tls: { enabled: true } }').tls, {
    ca: undefined,
    cert: undefined,
    key: undefined,
  });
});

test('a secret that is missing or empty is named, never shown', (context) => {
  const sasl = (password: string) => `{ sasl: { mechanism: plain, username: ana, password: '${password}' } }`;
  const cases: [string, Record<string, string>, Record<string, string>, RegExp][] = [
    [sasl('env:PW'), {}, {}, /kafka\.sasl\.password names the environment variable PW, which is not set/],
    [sasl('env:PW'), { PW: '' }, {}, /variable PW, which is empty/],
    [sasl('file:pw'), {}, {}, /names the file .*pw, which cannot be read \(ENOENT\)/],
    [sasl('file:pw'), {}, { pw: ' \n' }, /pw, which is empty/],
    [
      '{ tls: { enabled: true, ca_file: gone.pem } }',
      {},
      {},
      /kafka\.tls\.ca_file names the file .*gone\.pem/,
    ],
  ];
  for (const [kafka, environment, files, pattern] of cases)
    assert.throws(
      () => connect(context, kafka, environment, files),
      (error) =>
        error instanceof RmmError && error.code === 'kafka_secret_missing' && pattern.test(error.message),
      String(pattern),
    );
});
