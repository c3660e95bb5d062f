import assert from 'node:assert/strict';
import test from 'node:test';
import { openTelemetry } from '../../../lib/telemetry/telemetry-host.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

async function opened() {
  const clock = new FakeClock();
  const host = await openTelemetry({ host: '127.0.0.1', port: 0, clock });
  const scrape = async () => {
    const response = await fetch(`http://127.0.0.1:${host.port}/metrics`, {
      headers: { connection: 'close' },
    });
    return response.text();
  };
  const signal = new AbortController();
  let isClosed = false;
  const close = () =>
    host.close(signal.signal).then(() => {
      isClosed = true;
    });
  return { clock, host, scrape, close, signal, isClosed: () => isClosed };
}

const failed = /^rmmstream_service_state\{state="failed"\} 1$/m;

test('who watches a process that fails reads that once more before it is gone', async () => {
  const { clock, host, scrape, close, isClosed } = await opened();
  host.phase('running');
  assert.doesNotMatch(await scrape(), failed);
  await clock.advance(15_000);
  host.phase('failed');
  const closed = close();
  await clock.advance(14_000);
  assert.equal(isClosed(), false);
  assert.match(await scrape(), failed);
  await closed;
  assert.equal(clock.pending, 0);
});

test('it does not wait for ever, and not after a signal', async () => {
  const patient = await opened();
  await patient.scrape();
  patient.host.phase('failed');
  const closed = patient.close();
  await patient.clock.advance(19_999);
  assert.equal(patient.isClosed(), false);
  await patient.clock.advance(1);
  await closed;

  const asked = await opened();
  await asked.scrape();
  asked.host.phase('failed');
  const ended = asked.close();
  await settle();
  assert.equal(asked.isClosed(), false);
  asked.signal.abort();
  await ended;
  assert.equal(asked.clock.pending, 0);
});

test('nobody is waited for who did not watch, or where nothing failed', async () => {
  const unseen = await opened();
  unseen.host.phase('failed');
  await unseen.close();

  const left = await opened();
  await left.scrape();
  await left.clock.advance(61_000);
  left.host.phase('failed');
  await left.close();

  const well = await opened();
  await well.scrape();
  well.host.phase('stopped');
  await well.close();
  for (const { clock } of [unseen, left, well]) assert.equal(clock.pending, 0);
});
