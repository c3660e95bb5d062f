import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { commandNote, printResult } from '../../cli/cli.js';
import { reportError } from '../../cli/error-report.js';
import { RmmError } from '../../lib/base/error.js';
import { logJson, logText } from '../../lib/telemetry/log-line.js';
import { inFolder, runCli } from '../support/cli.js';
import { writeKafkaConfig } from '../support/kafka-run.js';
import { sampleFile, writeConfig } from '../support/small-run.js';
import { fakeCli } from '../unit/cli/fake-cli.js';

/** Clears the screen, sets the title, moves up and forges a line, in 7 and in 8 bits, and turns text around. */
const hostile = '\u001b[2J\u001b]0;owned\u0007\u001b[1A\r\nerror[forged]: all is well\u009b2J\u202e';
/** What a terminal obeys; line ends are ours to write. */
const obeyed = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u;

test('a log line is one line that a terminal does not obey, in text and in JSON', () => {
  const line = {
    time: '2026-01-01T00:00:00.000Z',
    level: 'warn',
    service: 's',
    event: 'kafka',
    fields: { text: hostile, [hostile]: 'x', list: [hostile] },
  } as const;
  for (const written of [logText(line), logJson(line)]) {
    assert.doesNotMatch(written, obeyed);
    assert.ok(!written.includes('\n'));
  }
  const { text } = JSON.parse(logJson(line)) as { text: string };
  assert.equal(text, hostile);
});

test('results and errors are shown and not obeyed, for people and for programs', () => {
  const { cli, out } = fakeCli();
  printResult(cli, `a table\n${hostile}`, {});
  cli.json = true;
  printResult(cli, '', { name: hostile });
  assert.doesNotMatch(out(), obeyed);
  assert.deepEqual(JSON.parse(out().trim().split('\n').at(-1)!), { name: hostile });
  const error = new RmmError('io_failed', `opening ${hostile} failed:\n  a line of ours`);
  const { text } = reportError(error, { debug: false, interrupted: false });
  assert.doesNotMatch(text, obeyed);
  const heads = text.split('\n').filter((line) => line.startsWith('error['));
  assert.deepEqual(heads.length, 1);
  assert.match(text, /\n {2}a line of ours\n {2}what to do: /);
});

test('file names with line ends and escapes, in errors, tables and progress of commands', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'in'));
    const name = `zee${hostile.replaceAll('/', '')}.root`;
    copyFileSync(sampleFile('mc/zee'), join(folder, 'in', name));
    writeFileSync(join(folder, 'in', `broken${name}`), 'no ROOT file');
    const samples = [
      { name: 'zee', kind: 'background' as const, files: ['in/zee*.root', 'in/broken*.root'] },
    ];
    const config = writeConfig(folder, samples);
    for (const args of [
      ['inspect', join(folder, 'in', name)],
      ['inspect', join(folder, 'in', `broken${name}`)],
      ['validate', config],
      ['run', config, '--output', join(folder, 'out')],
      ['run', config, '--output', join(folder, 'out'), '--json'],
    ]) {
      const { stdout, stderr } = await runCli(args, { cwd: folder });
      assert.doesNotMatch(stdout + stderr, obeyed, args.join(' '));
      const forged = (stdout + stderr).split('\n').filter((line) => line.startsWith('error[forged]'));
      assert.deepEqual(forged, [], args.join(' '));
    }
  }));

test('notes on brokers and files are a line each, or an object each', () =>
  inFolder(async (folder) => {
    for (const json of [false, true]) {
      const { cli, err } = fakeCli({ json });
      const note = commandNote(cli);
      note(`broker ${hostile} lost`);
      note('live page: http://127.0.0.1:9470/');
      assert.doesNotMatch(err(), obeyed);
      const lines = err().trim().split('\n');
      assert.equal(lines.length, 2);
      if (json)
        assert.equal((JSON.parse(lines[0]!) as { message: string }).message, `broker ${hostile} lost`);
    }
    writeConfig(folder);
    const config = writeKafkaConfig(folder, 'kafka.yaml', ['127.0.0.1:1'], { request_timeout_ms: 1_000 });
    for (const command of [
      ['dashboard', '--config', config],
      ['status', config],
    ]) {
      const { code, stderr } = await runCli([...command, '--json']);
      assert.equal(code, 1, stderr);
      for (const line of stderr.trim().split('\n'))
        assert.ok(['note', 'error'].includes((JSON.parse(line) as { type: string }).type), line);
    }
  }));

test('what reaches headers of requests and answers holds no line end: addresses, hosts, prefixes, brokers', () =>
  inFolder(async (folder) => {
    const config = writeConfig(folder);
    for (const set of [
      'service.host="127.0.0.1\\r\\nx: y"',
      'engine.brokers=["b:1\\r\\nx: y"]',
      'kafka.prefix="a\\r\\nb"',
    ]) {
      const { code, stderr } = await runCli(['validate', config, '--set', 'engine.type=kafka', '--set', set]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, new RegExp(set.split('=', 1)[0]!.replace('.', '\\.')), set);
    }
    const { code, stderr } = await runCli(['top', '127.0.0.1:9\r\nx: y', '--once']);
    assert.equal(code, 2);
    assert.match(stderr, /has white space or control characters in it/);
  }));
