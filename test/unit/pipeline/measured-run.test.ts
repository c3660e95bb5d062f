import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import test from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { measured } from '../../../services/pipeline/measured-run.js';

/** What a run shows of its state while `body` works. */
async function statesOf(stop: AbortController, body: (state: () => Promise<string>) => Promise<void>) {
  let url = '';
  const state = async () => {
    const text = await (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
    return /^rmmstream_service_state\{state="(\w+)"\} 1$/m.exec(text)?.[1] ?? 'none';
  };
  await measured(
    {
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      outputDirectory: tmpdir(),
      signal: stop.signal,
      onOpen: ({ host, port }) => {
        url = `http://${host}:${port}`;
      },
      onWait: () => {},
    },
    () => body(state),
  );
  return url;
}

test('a run is running until it is asked to end, also where that was before it began', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const url = await statesOf(stop, async (state) => {
    seen.push(await state());
    stop.abort();
    seen.push(await state());
  });
  await statesOf(stop, async (state) => void seen.push(await state()));
  assert.deepEqual(seen, ['running', 'draining', 'draining']);
  await assert.rejects(fetch(`${url}/metrics`), 'nobody answers afterwards');
});
