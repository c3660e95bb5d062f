import assert from 'node:assert/strict';
import test from 'node:test';
import { openTelemetry } from '../../../lib/telemetry/telemetry-host.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

async function opened() {
  const clock = new FakeClock();
  const host = await openTelemetry({ host: '127.0.0.1', port: 0, clock });
  /** All of them are on this machine. */
  const scrape = async (reader = 'Prometheus') => {
    const response = await fetch(`http://127.0.0.1:${host.port}/metrics`, {
      headers: { connection: 'close', 'user-agent': reader },
    });
    return response.text();
  };
  /** Reads `times` times, so that the last time is now. */
  const watch = async (everyMs: number, times = 2, reader?: string) => {
    await scrape(reader);
    for (let time = 1; time < times; time += 1) {
      await clock.advance(everyMs);
      await scrape(reader);
    }
  };
  const signal = new AbortController();
  let isClosed = false;
  const close = () =>
    host.close(signal.signal).then(() => {
      isClosed = true;
    });
  return { clock, host, scrape, watch, close, signal, isClosed: () => isClosed };
}

const failed = /^rmmstream_service_state\{state="failed"\} 1$/m;

test('who watches a process that fails reads that once more before it is gone', async () => {
  for (const everyMs of [5_000, 60_000]) {
    const { clock, host, scrape, watch, close, isClosed } = await opened();
    host.phase('running');
    await watch(everyMs);
    await clock.advance(1);
    host.phase('failed');
    const closed = close();
    await clock.advance(everyMs - 1);
    assert.equal(isClosed(), false);
    assert.match(await scrape(), failed);
    await closed;
    assert.equal(clock.pending, 0);
  }
});

test('a page that looks every two seconds does not take the word from a Prometheus', async () => {
  const { clock, host, scrape, watch, close, isClosed } = await opened();
  await watch(15_000);
  await watch(2_000, 3, 'page');
  host.phase('failed');
  const closed = close();
  for (let look = 0; look < 5; look += 1) {
    await clock.advance(2_000);
    assert.match(await scrape('page'), failed);
    await settle();
    assert.equal(isClosed(), false);
  }
  assert.match(await scrape(), failed);
  await closed;
  assert.equal(clock.pending, 0);
});

test('the page is waited for as well, for as long as it usually stays away', async () => {
  const { clock, host, scrape, watch, close, isClosed } = await opened();
  await watch(15_000);
  await watch(2_000, 3, 'page');
  host.phase('failed');
  const closed = close();
  assert.match(await scrape(), failed);
  await clock.advance(3_000);
  assert.equal(isClosed(), false);
  await clock.advance(500);
  await closed;
});

test('it does not wait for ever, and not after a signal', async () => {
  const patient = await opened();
  await patient.watch(60_000);
  patient.host.phase('failed');
  const closed = patient.close();
  await patient.clock.advance(75_000);
  assert.equal(patient.isClosed(), false);
  await patient.clock.advance(1_000);
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

test('nobody is waited for who did not watch, or watches no more, or where nothing failed', async () => {
  const unseen = await opened();
  unseen.host.phase('failed');
  await unseen.close();

  const left = await opened();
  await left.watch(2_000);
  await left.clock.advance(4_000);
  left.host.phase('failed');
  await left.close();

  const once = await opened();
  await once.scrape();
  await once.clock.advance(30_000);
  once.host.phase('failed');
  await once.close();

  const well = await opened();
  await well.watch(5_000);
  well.host.phase('stopped');
  await well.close();
  for (const { clock } of [unseen, left, once, well]) assert.equal(clock.pending, 0);
});

test('readers of one name that come in turns are waited for at the pace of the slower turn', async () => {
  const { clock, host, scrape, watch, close, isClosed } = await opened();
  await watch(10_000);
  await clock.advance(1_000);
  await scrape();
  host.phase('failed');
  const closed = close();
  await clock.advance(9_000);
  assert.equal(isClosed(), false);
  await scrape();
  await closed;
});
