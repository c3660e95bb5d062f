import assert from 'node:assert/strict';
import test from 'node:test';
import { check, lines, samples } from './fixtures.js';

const kafka = (keys: string) => `${samples}kafka: ${keys}\n`;

test('a secret that stands where its name should is not repeated in messages', (context) => {
  for (const password of ['hunter2', '"hunter2', '[hunter2]', '{ is: hunter2 }', '4711', 'env:hunter2 !']) {
    const yaml = kafka(`{ sasl: { mechanism: plain, username: ana, password: ${password} } }`);
    const said = lines(check(context, yaml)).join('\n');
    assert.match(
      said,
      /kafka\.sasl\.password: found something else \(not shown\), expected .*env:NAME|^config_/,
    );
    assert.doesNotMatch(said, /hunter2|4711/);
  }
  const environment = {
    RMMSTREAM__KAFKA__SASL__MECHANISM: 'plain',
    RMMSTREAM__KAFKA__SASL__USERNAME: 'ana',
    RMMSTREAM__KAFKA__SASL__PASSWORD: 'hunter2',
  };
  const overrides = [{ path: 'kafka.sasl.password', value: 'hunter2', flag: '--set kafka.sasl.password' }];
  for (const more of [{ environment }, { environment, overrides }]) {
    const said = lines(check(context, samples, more)).join('\n');
    assert.match(said, /not shown/);
    assert.doesNotMatch(said, /hunter2/);
  }
});

test('a log-in or TLS by halves is refused: the connection would be an open one', (context) => {
  for (const [keys, expected] of [
    ["{ sasl: { username: ana, password: 'env:P' } }", ['kafka.sasl.username', 'kafka.sasl.password']],
    ['{ sasl: { mechanism: plain, username: ana } }', ['kafka.sasl.password']],
    ['{ tls: { ca_file: ca.pem } }', ['kafka.tls.ca_file']],
    ['{ tls: { cert_file: me.pem, key_file: me.key } }', ['kafka.tls.cert_file', 'kafka.tls.key_file']],
    ['{ tls: { enabled: true, cert_file: me.pem } }', ['kafka.tls.key_file']],
    ['{ tls: { enabled: true, key_file: me.key } }', ['kafka.tls.cert_file']],
    ['{ tls: { enabled: true, ca_file: ca.pem, cert_file: me.pem, key_file: me.key } }', []],
  ] as const)
    assert.deepEqual(
      check(context, kafka(keys)).problems.map(({ path }) => path),
      expected,
      keys,
    );
});

test('a broker has a port that there can be, and no log-in in its name', (context) => {
  const paths = (broker: string) =>
    check(context, `${samples}engine: { type: kafka, brokers: ['${broker}'] }\n`).problems.map(
      ({ path }) => path,
    );
  for (const sound of ['b1:9092', '127.0.0.1:65535', '[::1]:1', 'kafka-1.lab.example:29092'])
    assert.deepEqual(paths(sound), [], sound);
  for (const wrong of [
    'b1',
    'b1:0',
    'b1:65536',
    'b1:99999',
    'b1:09092',
    'ana@b1:9092',
    'http://b1:9092',
    ':9',
  ])
    assert.deepEqual(paths(wrong), ['engine.brokers[0]'], wrong);
});
