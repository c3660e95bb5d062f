import assert from 'node:assert/strict';
import test from 'node:test';
import { list, section, text, walkable } from '../../../lib/config/schema/keys.js';
import { maskSecrets } from '../../../lib/config/show.js';

test('secrets are masked wherever they stand', () => {
  const schema = walkable(
    section('', {
      user: text('', 'u'),
      password: text('', 'p', { secret: true }),
      brokers: list('', section('', { host: text('', 'h'), token: text('', 't', { secret: true }) }), []),
    }),
  );
  assert.deepEqual(
    maskSecrets(schema, {
      user: 'me',
      password: 'hunter2',
      brokers: [{ host: 'a', token: 'x' }],
    }),
    { user: 'me', password: '***', brokers: [{ host: 'a', token: '***' }] },
  );
});
