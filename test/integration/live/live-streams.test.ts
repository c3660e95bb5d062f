import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { listen, serving, until } from '../../support/live-server.js';

test('a page is sent everything at first, then what changes', async () => {
  await serving(async ({ server, model }) => {
    const page = listen(server.port);
    await until(() => page.frames.length === 1);
    assert.equal(page.frames[0]!.sections.run?.title, '<img src=x onerror=alert(1)>');
    model.epoch({ megaset: 0, megasets: 1, epoch: 0, loss: 1, validationLoss: undefined });
    server.push();
    await until(() => page.frames.length === 2);
    assert.deepEqual(Object.keys(page.frames[1]!.sections), ['training']);
    page.stop();
    await until(() => server.pages === 0);
  });
});

test('a stream names the build of the page before anything else', async () => {
  await serving(async ({ server }) => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write('GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      );
      let heard = '';
      socket.on('data', (part) => {
        heard += String(part);
        if (!heard.includes('data: {')) return;
        resolve(heard);
        socket.destroy();
      });
    });
    assert.match(text, /event: build\ndata: [0-9a-f]{16}\n\n[^{]*data: {/);
  });
});

test('a page that does not read holds one frame here and nothing up; what it missed comes in one piece', async () => {
  await serving(async ({ server, model }) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.pause();
    await until(() => server.pages === 1);
    const quick = listen(server.port);
    // 100 MB, were every frame kept.
    for (let round = 0; round < 200; round += 1) {
      model.limits([`${round} ${'x'.repeat(500_000)}`]);
      server.push();
      await until(() => quick.frames.length > 0);
      await wait(1);
    }
    await until(() => quick.frames.at(-1)!.sections.run?.limits[0]?.startsWith('199 ') === true);
    let text = '';
    socket.on('data', (part) => {
      text += String(part);
    });
    socket.resume();
    for (let tries = 0; tries < 300 && !text.includes('"199 x'); tries += 1) {
      server.push();
      await wait(10);
    }
    assert.ok(text.includes('"199 x'));
    // What the system holds of a connection, a frame, and the last state; not the 100 MB of all frames.
    assert.ok(text.length < 40e6, `${text.length} characters`);
    socket.destroy();
    quick.stop();
  });
});

test('as many pages as there may be, and no more', async () => {
  await serving(async ({ server, ask }) => {
    const pages = Array.from({ length: 24 }, () => listen(server.port));
    await until(() => server.pages === 24);
    const more = await ask('/stream');
    assert.deepEqual([more.status, more.headers['retry-after']], [503, '10']);
    assert.equal((await ask('/stream', { method: 'HEAD' })).status, 503, 'so says the question before it');
    pages[0]!.stop();
    await until(() => server.pages === 23);
    for (const page of pages) page.stop();
  });
});
