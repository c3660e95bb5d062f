import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { openLiveServer } from '../../../services/live/http/live-server.js';
import { FrameMaker } from '../../../services/live/model/frames.js';
import { serving, token, until } from '../../support/live-server.js';
import { manyAtOnce, oneAfterTheOther } from '../../support/many-at-once.js';

test('every answer forbids what a page does not need, errors too', async () => {
  await serving(async ({ ask }) => {
    for (const path of ['/', '/style.css', '/snapshot', '/nothing', '/event?id=x']) {
      const { headers } = await ask(path);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'/, path);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
      assert.match(policy, /require-trusted-types-for 'script'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.equal(headers['referrer-policy'], 'same-origin');
    }
  });
});

test('the page has no script or style of its own text, and all that it names is there', async () => {
  await serving(async ({ ask }) => {
    const { body } = await ask('/');
    assert.doesNotMatch(body, /<script(?![^>]*src=)[^>]*>|<style| on[a-z]+=| style=|javascript:/i);
    const named = [...body.matchAll(/(?:src|href)="(\/[^"#]*)"/g)].map((match) => match[1]!);
    assert.ok(named.length >= 5);
    const seen = new Set<string>();
    const walk = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const { status, body: text, headers } = await ask(path);
      assert.equal(status, 200, path);
      if (!path.endsWith('.js') || path === '/uplot.js') return;
      assert.match(String(headers['content-type']), /^text\/javascript/);
      for (const match of text.matchAll(/(?:from|import) '(\.[^']+)'/g))
        await walk(new URL(match[1]!, `http://x${path}`).pathname);
    };
    for (const path of named) await walk(path);
    assert.ok(seen.has('/services/live/page/store.js') && seen.has('/lib/telemetry/format.js'));
  });
});

test('a path leads to what is served and nowhere else', async () => {
  await serving(async ({ ask, server }) => {
    for (const path of [
      '/../package.json',
      '/services/live/page/../../../../package.json',
      '/%2e%2e/package.json',
      '/services/live/page/..%2f..%2fcli.js',
      '/package.json',
      '//evil.example/',
      '/__proto__',
      '/constructor',
      `/${'a'.repeat(4_000)}`,
    ])
      assert.equal((await ask(path)).status, 404, path);
    // What is no path at all.
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write('GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (part) => {
        text += String(part);
      });
      socket.on('close', () => resolve(text));
    });
    assert.match(answer, /^HTTP\/1\.1 404 /);
  });
});

test('a name that is not its own is refused, before anything else', async () => {
  await serving(async ({ ask, orders }) => {
    for (const path of ['/', '/stream', '/snapshot', '/style.css', '/nothing'])
      assert.equal((await ask(path, { headers: { host: 'rebound.example' } })).status, 421, path);
    const headers = { host: 'rebound.example', authorization: `Bearer ${token}` };
    assert.equal((await ask('/control/drain', { method: 'POST', headers })).status, 421);
    assert.deepEqual(orders, []);
  });
});

test('orders need the token in a header, POST, and the origin of the page', async () => {
  await serving(async ({ ask, orders, server }) => {
    const authorization = `Bearer ${token}`;
    const origin = `http://127.0.0.1:${server.port}`;
    assert.equal((await ask('/control/pause', { method: 'POST' })).status, 401);
    assert.equal(
      (await ask('/control/pause', { method: 'POST', headers: { authorization: 'Bearer x' } })).status,
      401,
    );
    assert.equal((await ask(`/control/pause?token=${token}`, { method: 'POST' })).status, 401);
    assert.equal((await ask('/control/pause', { headers: { authorization } })).status, 405);
    const foreign = { authorization, origin: 'http://evil.example' };
    assert.equal((await ask('/control/pause', { method: 'POST', headers: foreign })).status, 403);
    assert.deepEqual(orders, []);
    for (const order of ['pause', 'resume', 'drain'])
      assert.equal(
        (await ask(`/control/${order}`, { method: 'POST', headers: { authorization, origin } })).status,
        202,
      );
    assert.deepEqual(orders, ['pause', 'resume', 'drain']);
  });
});

test('beyond this machine everything asks for the token: a form, a cookie, and then the page', async () => {
  await serving(async ({ ask, orders }) => {
    const form = await ask('/');
    assert.equal(form.status, 401);
    assert.match(form.body, /<form method="post" action="\/login">/);
    assert.doesNotMatch(form.body, /main\.js/);
    for (const path of [
      '/snapshot',
      '/stream',
      '/event?id=0123456789abcdef',
      '/uplot.js',
      '/nothing',
      '/services/live/page/main.js',
    ])
      assert.equal((await ask(path)).status, 401, path);
    const needed = [...form.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]!);
    // Each script that is needed may need others.
    for (const path of needed) {
      const { body: script } = await ask(path);
      for (const match of script.matchAll(/from '\.(\/[^']+)'/g))
        if (!needed.includes(`/services/live/page${match[1]}`)) needed.push(`/services/live/page${match[1]}`);
    }
    assert.ok(needed.length >= 5);
    for (const path of needed) assert.equal((await ask(path)).status, 200, path);
    const login = (body: string, headers = {}) =>
      ask('/login', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      });
    const wrong = await login('token=wrong');
    assert.deepEqual([wrong.status, wrong.headers['set-cookie']], [401, undefined]);
    assert.equal((await login(`token=${token}`, { origin: 'http://evil.example' })).status, 403);
    const right = await login(`token=${token}`);
    assert.deepEqual([right.status, right.headers.location], [303, '/']);
    const [set] = right.headers['set-cookie']!;
    assert.match(set!, /; HttpOnly; SameSite=Strict$/);
    const cookie = set!.split(';')[0]!;
    assert.match((await ask('/', { headers: { cookie } })).body, /main\.js/);
    assert.equal((await ask('/snapshot', { headers: { cookie } })).status, 200);
    assert.equal((await ask('/control/drain', { method: 'POST', headers: { cookie } })).status, 401);
    assert.deepEqual(orders, []);
  }, true);
});

test('what is too large is refused, and what comes too slowly ends', async () => {
  await serving(async ({ ask, server }) => {
    const large = await ask('/login', { method: 'POST', body: `token=${'x'.repeat(100_000)}` }).catch(
      (error: NodeJS.ErrnoException) => error,
    );
    // The answer comes before all is sent; where the system is quicker the connection is gone.
    assert.ok(large instanceof Error || large.status === 413);
    assert.equal((await ask('/', { headers: { 'x-large': 'x'.repeat(20_000) } })).status, 431);
    const authorization = `Bearer ${token}`;
    const body = 'x'.repeat(100_000);
    const order = await ask('/control/pause', { method: 'POST', body, headers: { authorization } }).catch(
      (error: Error) => error,
    );
    assert.ok(order instanceof Error || order.status === 413);
    assert.equal((await ask('/snapshot')).status, 200, 'it serves on');
    // The rest of this request never comes.
    const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: '));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.resume().on('close', resolve));
  });
});

test('requests that come all at once are not all worked on; those that come one after the other are', async () => {
  await serving(async ({ server, shown }) => {
    assert.ok((await manyAtOnce(server.port, '/snapshot', 1_400)) <= 1);
    assert.ok((await manyAtOnce(server.port, '/event?id=0123456789abcdef', 800)) <= 1);
    assert.ok(shown.length <= 1, `${shown.length} events were drawn`);
    assert.deepEqual(await oneAfterTheOther(server.port, '/snapshot', 50), [50, 1]);
  });
});

test('header lines cannot be added through anything that comes back', async () => {
  const usual = [
    ...['cache-control', 'connection', 'content-length', 'content-security-policy', 'content-type'],
    ...[
      'cross-origin-resource-policy',
      'date',
      'referrer-policy',
      'x-content-type-options',
      'x-frame-options',
    ],
  ];
  const line = '%0d%0aset-cookie:%20a=b';
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const authorization = `Bearer ${token}`;
  await serving(async ({ ask }) => {
    // What would be repeated in a header is refused by Node with an error: the status tells.
    for (const [status, path, more = {}, own = []] of [
      [404, `/event?id=${line}`],
      [200, `/event/display.svg?id=0123456789abcdef&theme=${line}`],
      [404, `/${line}`],
      [200, `/?${line}`],
      [405, `/snapshot?${line}`, { method: 'DELETE' }, ['allow']],
      [401, `/login?${line}`, { method: 'POST', headers: form, body: `token=${line}` }],
      [
        303,
        `/login?next=${line}`,
        { method: 'POST', headers: form, body: `token=${token}&next=${line}` },
        ['location', 'set-cookie'],
      ],
      [202, `/control/pause?${line}`, { method: 'POST', headers: { authorization } }],
      [401, `/control/pause?${line}`, { method: 'POST' }, ['www-authenticate']],
      [421, '/', { headers: { host: `x${line}` } }],
    ] as readonly (readonly [number, string, Parameters<typeof ask>[1]?, (readonly string[])?])[]) {
      const answer = await ask(path, more);
      assert.equal(answer.status, status, path);
      assert.deepEqual(Object.keys(answer.headers).sort(), [...usual, ...own].sort(), path);
    }
  });
});

test('so many connections and no more', async () => {
  await serving(async ({ server }) => {
    let dropped = 0;
    const sockets = Array.from({ length: 100 }, () => {
      const socket = connect(server.port, '127.0.0.1');
      let heard = 0;
      socket.on('data', (part) => {
        heard += part.length;
      });
      socket.on('error', () => {});
      // One that is taken in and says nothing is told so before it ends.
      socket.on('close', () => {
        dropped += Number(heard === 0);
      });
      return socket;
    });
    await until(() => dropped >= 4);
    assert.equal(dropped, 4);
    for (const socket of sockets) socket.destroy();
  });
});

test('pictures have the colours of the theme, and a policy of their own without scripts', async () => {
  await serving(async ({ ask }) => {
    const id = '0123456789abcdef';
    const light = await ask(`/event/display.svg?id=${id}`);
    const dark = await ask(`/event/display.svg?id=${id}&theme=dark`);
    assert.match(light.body, /stroke="#1b1f24"/);
    assert.match(dark.body, /stroke="#e6e9ed"/);
    assert.equal(light.headers['content-type'], 'image/svg+xml; charset=utf-8');
    assert.match(
      String(light.headers['content-security-policy']),
      /^default-src 'none'; style-src 'unsafe-inline'.*sandbox$/,
    );
    assert.equal((await ask(`/event/matrix.svg?id=${id}`)).status, 404);
    assert.equal((await ask('/event?id=ffffffffffffffff')).status, 404);
    assert.equal((await ask('/event?id=../../x')).status, 404);
  });
});

test('an address that is taken is an error with a cure', async () => {
  await serving(async ({ server, model }) => {
    await assert.rejects(
      openLiveServer({
        host: '127.0.0.1',
        port: server.port,
        token,
        names: [],
        maker: new FrameMaker(model, 's'),
        control: undefined,
        pictures: async () => undefined,
        wallMs: () => 0,
        onTrouble: () => {},
      }),
      (error) =>
        error instanceof RmmError &&
        error.code === 'serve_address_unusable' &&
        /another process has it; choose another PORT/.test(error.message),
    );
  });
});

test('what keeps an answer from being made is told at the command, and the answer says where to look', async () => {
  await serving(async ({ ask, troubles }) => {
    const { status, body } = await ask('/event?id=ffffffffffff0000');
    assert.equal(status, 500);
    assert.doesNotMatch(body, /the disk is gone/);
    assert.match(body, /see the log of the command/);
    assert.deepEqual(
      troubles.map((error) => (error as Error).message),
      ['the disk is gone'],
    );
  });
});

test('what a proxy on this machine passes on needs the token, the page itself too', async () => {
  await serving(async ({ ask }) => {
    const headers = { 'x-forwarded-for': '192.168.1.7' };
    const form = await ask('/', { headers });
    assert.equal(form.status, 401);
    assert.match(form.body, /<form method="post" action="\/login">/);
    for (const path of ['/snapshot', '/stream', '/event?id=0123456789abcdef'])
      assert.equal((await ask(path, { headers })).status, 401, path);
    const authorization = `Bearer ${token}`;
    assert.equal((await ask('/snapshot', { headers: { ...headers, authorization } })).status, 200);
  });
});
