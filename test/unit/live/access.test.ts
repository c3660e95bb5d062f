import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { Access, isLoopback } from '../../../services/live/http/access.js';
import { findRoute } from '../../../services/live/http/routes.js';
import { serveAddress } from '../../../services/live/serve-address.js';
import { tokenOf } from '../../../services/live/token.js';

const token = 'a-token-of-twenty-five-ch';
const local = new Access({ port: 9470, token, isLocal: true, names: ['lab-pc'] });
const open = new Access({ port: 9470, token, isLocal: false, names: ['lab-pc.example.org'] });
const bearer = { authorization: `Bearer ${token}` };

test('names: addresses and localhost, and what live.names says; a foreign name is one that was rebound', () => {
  const knock = (access: Access, host: string | undefined) =>
    access.toKnock(host === undefined ? {} : { host });
  for (const host of [
    '127.0.0.1:9470',
    'localhost:9470',
    'LOCALHOST',
    '[::1]:9470',
    'lab-pc:9470',
    'lab-pc.',
  ])
    assert.equal(knock(local, host), 'fine', host);
  for (const host of [
    undefined,
    '',
    'evil.example',
    '127.0.0.1.evil.example',
    '192.168.1.7:9470',
    'a b',
    '[::1',
    'localhost:9470:1',
    'localhost@evil',
  ])
    assert.equal(knock(local, host), 'wrong_host', String(host));
  for (const host of ['192.168.1.7:9470', '[2001:db8::7]:9470', 'lab-pc.example.org'])
    assert.equal(knock(open, host), 'fine', host);
  assert.equal(knock(open, 'evil.example'), 'wrong_host');
});

test('on this machine looking needs no token, changing does; elsewhere everything does', () => {
  const host = { host: 'localhost:9470' };
  assert.equal(local.toLook(host), 'fine');
  assert.equal(local.toChange(host), 'no_token');
  assert.equal(local.toChange({ ...host, ...bearer }), 'fine');
  assert.equal(open.toLook(host), 'no_token');
  assert.equal(open.toLook({ ...host, ...bearer }), 'fine');
  for (const wrong of [
    'Bearer ',
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    token,
    `Basic ${token}`,
    `Bearer ${token} x`,
  ])
    assert.equal(open.toLook({ ...host, authorization: wrong }), 'no_token', wrong);
});

test('a proxy on this machine stands for others: what it passes on needs the token', () => {
  const host = { host: '127.0.0.1:9470' };
  assert.equal(local.toLook({ host: 'lab-pc:9470' }), 'no_token', 'a name of live.names');
  assert.equal(local.toLook({ host: 'lab-pc:9470', ...bearer }), 'fine');
  for (const header of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']) {
    assert.equal(local.toLook({ ...host, [header]: '192.168.1.7' }), 'no_token', header);
    assert.equal(local.toLook({ ...host, [header]: '192.168.1.7', ...bearer }), 'fine', header);
  }
});

test('the cookie lets look, and never change; it is that of this port and this token', () => {
  const host = { host: 'localhost:9470' };
  const cookie = open.cookie.split(';')[0]!;
  assert.match(open.cookie, /; HttpOnly; SameSite=Strict$/);
  assert.ok(!open.cookie.includes(token), 'the cookie is not the token');
  assert.equal(open.toLook({ ...host, cookie }), 'fine');
  assert.equal(open.toLook({ ...host, cookie: `a=b; ${cookie}; c=d` }), 'fine');
  assert.equal(open.toLook({ ...host, cookie: `${cookie}x` }), 'no_token');
  assert.equal(open.toLook({ ...host, cookie: `x${cookie}` }), 'no_token');
  assert.equal(open.toChange({ ...host, cookie }), 'no_token');
  const again = new Access({ port: 9470, token, isLocal: false, names: [] });
  assert.equal(again.toLook({ ...host, cookie }), 'fine', 'a server that was started again knows it');
  const neighbour = new Access({ port: 9471, token, isLocal: false, names: [] });
  assert.equal(neighbour.toLook({ ...host, cookie }), 'no_token', 'cookies are the same for all ports');
  const other = new Access({ port: 9470, token: `${token}!`, isLocal: false, names: [] });
  assert.equal(other.toLook({ ...host, cookie }), 'no_token');
});

test('a page of another origin changes nothing, with the token either', () => {
  const host = { host: 'localhost:9470', ...bearer };
  assert.equal(local.toChange({ ...host, origin: 'http://localhost:9470' }), 'fine');
  assert.equal(local.toChange({ ...host, origin: 'https://localhost:9470' }), 'fine');
  for (const origin of [
    'http://localhost:1',
    'http://evil.example',
    'null',
    'http://localhost:9470.evil.example',
    '',
  ])
    assert.equal(local.toChange({ ...host, origin }), 'wrong_origin', origin);
  assert.equal(local.toChange({ ...host, 'sec-fetch-site': 'cross-site' }), 'wrong_origin');
  assert.equal(local.toChange({ ...host, 'sec-fetch-site': 'same-site' }), 'wrong_origin');
  assert.equal(local.toChange({ ...host, 'sec-fetch-site': 'same-origin' }), 'fine');
});

test('loopback is what is this machine only', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1', '[::1]'])
    assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.evil', '1270.0.0.1'])
    assert.ok(!isLoopback(host), host);
});

test('routes are exact names: no path leads out, no name of a prototype leads in', () => {
  const asset = { status: 200, type: 'text/plain', body: '' };
  const assets = new Map([['/style.css', asset]]);
  assert.ok(findRoute('/style.css', assets));
  assert.ok(findRoute('/stream', assets));
  for (const path of [
    '/../package.json',
    '/style.css/',
    '//style.css',
    '/%2e%2e/x',
    '__proto__',
    '/__proto__',
    'constructor',
    'toString',
    '',
  ])
    assert.equal(findRoute(path, assets), undefined, path);
});

test('--serve takes what people write, and refuses the rest', () => {
  assert.deepEqual(serveAddress('127.0.0.1:80'), { host: '127.0.0.1', port: 80 });
  assert.deepEqual(serveAddress('0'), { host: '127.0.0.1', port: 0 });
  assert.deepEqual(serveAddress(':8080'), { host: '127.0.0.1', port: 8080 });
  assert.deepEqual(serveAddress('0.0.0.0'), { host: '0.0.0.0', port: 9470 });
  assert.deepEqual(serveAddress('[::1]:9'), { host: '::1', port: 9 });
  assert.deepEqual(serveAddress('lab-pc.example.org:9'), { host: 'lab-pc.example.org', port: 9 });
  for (const text of ['', 'a b', 'http://x:1', '1.2.3.4:70000', '::1:9', 'x:y', '99999'])
    assert.throws(
      () => serveAddress(text),
      (error) => error instanceof RmmError && error.code === 'cli_usage',
      text,
    );
});

test('a token is random, or that of the environment where it is long enough', () => {
  const made = tokenOf({});
  assert.match(made.text, /^[\w-]{32}$/);
  assert.ok(made.isNew && made.text !== tokenOf({}).text);
  assert.deepEqual(tokenOf({ RMMSTREAM_SERVE_TOKEN: token }), { text: token, isNew: false });
  for (const weak of ['short', 'with a space in the middle of it', `${token}\n`, 'ü'.repeat(30)])
    assert.throws(
      () => tokenOf({ RMMSTREAM_SERVE_TOKEN: weak }),
      (error) =>
        error instanceof RmmError && error.code === 'serve_token_weak' && !error.message.includes(weak),
      weak,
    );
});
