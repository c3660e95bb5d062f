import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import test from 'node:test';
import { announce } from '../../../lib/telemetry/channels.js';

test('a message is made and published only where somebody listens', () => {
  let made = 0;
  const make = () => {
    made += 1;
    return { version: 'm', madeMs: 7 };
  };
  announce('rmmstream:model', make);
  assert.equal(made, 0);
  const heard: unknown[] = [];
  const listener = (message: unknown) => heard.push(message);
  subscribe('rmmstream:model', listener);
  announce('rmmstream:model', make);
  unsubscribe('rmmstream:model', listener);
  announce('rmmstream:model', make);
  assert.deepEqual([made, heard], [1, [{ version: 'm', madeMs: 7 }]]);
});
