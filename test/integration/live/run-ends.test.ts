import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Frame, Snapshot } from '../../../services/live/shared/snapshot.js';
import { inFolder } from '../../support/cli.js';
import { token } from '../../support/live-server.js';
import { type ServedRun, startServed } from '../../support/served-run.js';
import { quick, runWell, smallSamples, writeConfig } from '../../support/small-run.js';

async function served(
  args: readonly string[],
  body: (look: () => Promise<Snapshot>, run: ServedRun) => Promise<void>,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const run = await startServed([...args, '--serve', '0', '--keep-serving'], {
    RMMSTREAM_SERVE_TOKEN: token,
  });
  const look = async () =>
    ((await (await fetch(`${run.address}snapshot`)).json()) as Frame).sections as Snapshot;
  try {
    await body(look, run);
  } finally {
    run.child.kill('SIGINT');
  }
  return await run.result;
}

async function until(look: () => Promise<Snapshot>, holds: (seen: Snapshot) => boolean): Promise<Snapshot> {
  let seen = await look();
  for (let tries = 0; tries < 300 && !holds(seen); tries += 1) {
    await wait(100);
    seen = await look();
  }
  assert.ok(holds(seen), JSON.stringify(seen.run));
  return seen;
}

test('the page of a run that was finished before shows what it made, and takes no orders', async () => {
  await inFolder(async (folder) => {
    const args = ['run', writeConfig(folder), '--output', join(folder, 'out')];
    await runWell(args);
    const { code } = await served(args, async (look, run) => {
      const { run: told, phases, scores } = await until(look, (seen) => seen.scores.rows > 0);
      assert.equal(told.state, 'finished');
      assert.match(told.message, /finished before/);
      assert.deepEqual([...new Set(phases.map(({ state }) => state))], ['done']);
      assert.ok(scores.top.length > 0 && scores.histogram !== undefined);
      for (const order of ['pause', 'resume', 'drain']) {
        const answer = await fetch(`${run.address}control/${order}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
        });
        assert.equal(answer.status, 409, order);
        assert.match(await answer.text(), /^the run is (finished|not held)\n$/);
      }
      for (let tries = 0; tries < 100 && run.printed() === ''; tries += 1) await wait(100);
      assert.match(run.printed(), /finished: nothing to do/, 'the result does not wait for Ctrl-C');
    });
    assert.equal(code, 0);
  });
});

test('a run that is drained has failed nowhere, on the page neither', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, smallSamples, {
      ...quick,
      training: { ...quick.training, epochs: 9_000, batch_events: 64 },
    });
    const { code, stderr } = await served(
      ['run', config, '--output', join(folder, 'out')],
      async (look, { address }) => {
        await until(look, ({ phases }) => phases.some(({ name, done }) => name === 'train' && done > 0));
        const headers = { authorization: `Bearer ${token}` };
        const answer = await fetch(`${address}control/drain`, { method: 'POST', headers });
        assert.equal(answer.status, 202);
        const { phases, flow, troubles } = await until(look, ({ run }) => run.state === 'stopped');
        assert.deepEqual(
          phases.filter(({ name }) => name === 'train').map(({ state }) => state),
          ['planned'],
        );
        assert.deepEqual(
          flow.stages.filter(({ health }) => !['done', 'waiting'].includes(health)),
          [],
        );
        assert.deepEqual(troubles, []);
      },
    );
    assert.equal(code, 130, stderr);
  });
});

test('a token that was made is printed once, whoever asks for what', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder);
    const run = await startServed(
      ['run', config, '--output', join(folder, 'out'), '--serve', '0.0.0.0:0', '--keep-serving'],
      { RMMSTREAM_SERVE_TOKEN: '' },
    );
    const made = /#token=(.+)$/.exec(run.link)![1]!;
    const ask = async (path: string, init: RequestInit = {}) =>
      (await fetch(`${run.address}${path}`, { redirect: 'manual', ...init })).text();
    const authorization = `Bearer ${made}`;
    const told = [
      await ask(''),
      await ask('', { headers: { authorization } }),
      await ask('snapshot', { headers: { authorization } }),
      await ask('event?id=0123456789abcdef', { headers: { authorization } }),
      await ask(`snapshot?token=${made}`),
      await ask('login', { method: 'POST', body: new URLSearchParams({ token: `${made}x` }) }),
      await ask('login', { method: 'POST', body: new URLSearchParams({ token: made }) }),
      await ask('control/resume', { method: 'POST', headers: { authorization } }),
      await ask('control/pause', { method: 'POST', headers: { authorization: `Bearer x${made}` } }),
    ];
    for (let tries = 0; tries < 300 && run.printed() === ''; tries += 1) await wait(100);
    run.child.kill('SIGINT');
    const { stdout, stderr } = await run.result;
    const timesIn = (text: string) => text.split(made).length - 1;
    assert.deepEqual([timesIn(stdout), timesIn(stderr), ...told.map(timesIn)], [0, 1, ...told.map(() => 0)]);
  });
});

test('a run that fails says so at once, at the command and on the page, though the page is served on', async () => {
  await inFolder(async (folder) => {
    const bad = join(folder, 'bad.root');
    writeFileSync(bad, 'no ROOT file');
    const config = writeConfig(folder, [...smallSamples, { name: 'bad', kind: 'signal', files: [bad] }]);
    let early = '';
    const { code } = await served(
      ['run', config, '--output', join(folder, 'out')],
      async (look, { child }) => {
        child.stderr!.on('data', (part: Buffer) => {
          early += String(part);
        });
        const { run } = await until(look, (seen) => seen.run.state === 'failed');
        assert.ok(run.message.length > 0);
        for (let tries = 0; tries < 50 && !early.includes('until Ctrl-C'); tries += 1) await wait(100);
        assert.ok(early.includes(`the run has failed: ${run.message}`), early);
      },
    );
    assert.ok(code !== 0 && code !== 130, `${code}`);
  });
});
